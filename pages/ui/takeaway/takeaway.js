// The button: it saves the page as it stands as one file; address, inputs, pictures, tables, styles,
// still, save and file (.js) are put in front of this.
//
// data: { looks: styles of the file, made: by what and under which licence, credit: whose pictures }

const MOST = 15_000_000; // bytes of a file that can still be sent by mail

const megabytes = (bytes) => `${written(bytes / 1e6, 1)} MB`;

/** Save, and say in a sentence what came of it. */
async function saved(data) {
  const { text, name, lost } = await takeAway(data);
  const file = new Blob([text], { type: "text/html" });
  if (file.size > MOST) {
    return tr("This view would make a file of {size}, and the most is {most}. Show fewer pictures, then save again.", {
      size: megabytes(file.size),
      most: megabytes(MOST),
    });
  }
  save(file, name);
  const done = tr("Saved as {name}, {size}.", { name, size: megabytes(file.size) });
  return `${done} ${lacking(lost)}`.trim();
}

export default function ({ parentElement, data }) {
  hear(data);
  const [button, status] = ["button", "p"].map((it) => parentElement.querySelector(it));
  button.textContent = tr("Save this page as a file");
  button.onclick = async () => {
    button.disabled = true;
    status.textContent = tr("Saving …");
    status.textContent = await saved(data).catch(unsaved);
    button.disabled = false;
  };
}
