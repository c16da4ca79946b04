// Draw over the bars of a timeline to choose a period; without this each bar is still a link.
for (const figure of document.querySelectorAll(".over-time")) {
  const bars = [...figure.querySelectorAll(".timeline [data-from]")];
  let first = null;
  const barAt = (event) => {
    const middle = (bar) => {
      const box = bar.getBoundingClientRect();
      return Math.abs(event.clientX - (box.left + box.right) / 2);
    };
    return bars.reduce((best, bar) => (middle(bar) < middle(best) ? bar : best));
  };
  const chosen = (event) => {
    const ends = [bars.indexOf(first), bars.indexOf(barAt(event))].sort((a, b) => a - b);
    return bars.slice(ends[0], ends[1] + 1);
  };
  const mark = (some) => bars.forEach((bar) => bar.classList.toggle("drawn", some.includes(bar)));
  const chart = figure.querySelector(".timeline");
  if (!chart || bars.length < 2) continue;
  figure.querySelector(".drag").hidden = false;
  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType !== "touch") first = barAt(event);
  });
  chart.addEventListener("pointermove", (event) => first && mark(chosen(event)));
  document.addEventListener("keydown", (event) => event.key === "Escape" && ((first = null), mark([])));
  document.addEventListener("pointerup", (event) => {
    if (!first) return;
    const drawn = chosen(event);
    first = null;
    if (drawn.length < 2) return mark([]); // a click: the link's own
    const address = new URL(figure.dataset.narrow, document.baseURI);
    address.searchParams.set("from", drawn[0].dataset.from);
    address.searchParams.set("to", drawn[drawn.length - 1].dataset.to);
    // The click that follows would open the bar under the pointer.
    chart.addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
    location.assign(address);
  });
}
