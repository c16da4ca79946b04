// Datasette's inline script calls this once the SQL editor stands; see templates/_codemirror.html.
window.cmResize = () => {};
