// The button: it saves the page as it stands as one file; address, inputs, pictures, tables, styles,
// still and file (.js) are put in front of this.
//
// data: { looks: styles of the file, made: by what and under which licence, credit: whose pictures }

const MOST = 15_000_000; // bytes of a file that can still be sent by mail

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Hand a file to the browser, which saves it. */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Save, and say in a sentence what came of it. */
async function saved(data) {
  const { text, name, lost } = await takeAway(data);
  const file = new Blob([text], { type: "text/html" });
  if (file.size > MOST) {
    return `This view would make a file of ${megabytes(file.size)}, and the most is ${megabytes(MOST)}. Show fewer pictures, then save again.`;
  }
  save(file, name);
  const lacks = lost ? ` ${lost} of its pictures could not be read: reload the page to save it with them.` : "";
  return `Saved as ${name}, ${megabytes(file.size)}.${lacks}`;
}

export default function ({ parentElement, data }) {
  const [button, status] = ["button", "p"].map((it) => parentElement.querySelector(it));
  button.onclick = async () => {
    button.disabled = true;
    status.textContent = "Saving …";
    status.textContent = await saved(data).catch((error) => `This view can't be saved: ${error.message.replace(/\.$/, "")}. Reload the page, then save again.`);
    button.disabled = false;
  };
}
