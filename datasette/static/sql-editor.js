// Datasette's inline script calls this once the SQL editor stands; see templates/_codemirror.html.
window.cmResize = () => {};
// The editor puts a field of its own in place of the labelled one.
window.CodeMirror?.defineInitHook((editor) => editor.getInputField().setAttribute("aria-label", "SQL"));
