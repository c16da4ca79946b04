// Copy buttons: shown where a script can run, for without one a button that does nothing would be a lie.
for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const label = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", async () => {
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
        } catch { // not a secure address, or not allowed
            document.execCommand("copy");
        }
        button.textContent = button.dataset.done;
        setTimeout(() => { button.innerHTML = label; }, 2000);
    });
}
