// How a file is handed over, and what is said where something is lacking.

/** Hand a file to the browser, which saves it. */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const lacking = (lost) =>
  lost ? tr("{lost} of its pictures could not be read: reload the page to save it with them.", { lost }) : "";

const unsaved = ({ message }) =>
  tr("This view can't be saved: {why}. Reload the page, then save again.", { why: message.replace(/\.$/, "") });
