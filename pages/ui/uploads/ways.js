// The ways to a photograph that Streamlit's uploader doesn't have. Each of them ends in the
// uploader's own input, as if the files had been chosen there.

const IMAGES = "image/*,.heic,.heif";

/** The uploader's own input: drawn anew after every upload, and perhaps later than these buttons. */
async function inputOf(uploader) {
  const find = () => document.querySelector(`.${uploader} input[type=file]`);
  while (!find()) await new Promise(requestAnimationFrame);
  return find();
}

/** Hand files to the uploader. */
async function give(uploader, files) {
  if (!files.length) return;
  const input = await inputOf(uploader);
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Open the file dialogue of the uploader with attributes that it has until it has been used. */
async function ask(uploader, attributes) {
  const input = await inputOf(uploader);
  const before = Object.keys(attributes).map((name) => [name, input.getAttribute(name)]);
  const restore = () =>
    before.forEach(([name, value]) =>
      value === null ? input.removeAttribute(name) : input.setAttribute(name, value),
    );
  Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
  ["change", "cancel"].forEach((it) => input.addEventListener(it, restore, { once: true }));
  document.addEventListener("pointerdown", restore, { once: true, capture: true });
  input.click();
}

/** All files below a dropped entry, each named by its path: a folder is a label. */
async function filesBelow(entry, path = "") {
  const name = path + entry.name;
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    return [new File([file], name, { type: file.type, lastModified: file.lastModified })];
  }
  const reader = entry.createReader();
  const inside = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail)); // at most 100
    if (!some.length) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map((it) => filesBelow(it, `${name}/`)))).flat();
}

/** The images of the clipboard, for a button; browsers lend it to safe pages only. */
async function imagesOfClipboard() {
  const found = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((it) => it.startsWith("image/"));
    if (type) found.push(new File([await item.getType(type)], "pasted.png", { type }));
  }
  return found;
}

const PATIENCE = 60_000; // milliseconds that an answer may take to come

/** Bring the answer into view as soon as it is another picture's: on a phone it grows far below. */
function bringAnswerIntoView() {
  const asked = () => document.querySelector(".st-key-stage .st-key-query-picture img")?.alt;
  const before = asked();
  const watcher = new MutationObserver(() => {
    if (!asked() || asked() === before) return;
    watcher.disconnect();
    const stage = document.querySelector(".st-key-stage");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (stage.getBoundingClientRect().bottom > innerHeight)
      stage.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
  });
  watcher.observe(document.body, { subtree: true, childList: true, attributeFilter: ["alt"] });
  setTimeout(() => watcher.disconnect(), PATIENCE);
}

export default function ({ parentElement, data }) {
  hear(data);
  const { uploader } = data;
  const status = parentElement.querySelector("p");
  const say = (text) => (status.textContent = text);
  const ways = {
    folder: () => ask(uploader, { webkitdirectory: "" }),
    camera: () => ask(uploader, { capture: "environment", accept: IMAGES }),
    paste: async () => {
      try {
        const images = await imagesOfClipboard();
        say(images.length ? "" : tr("There is no picture in the clipboard."));
        give(uploader, images);
      } catch {
        say(tr("Press Ctrl+V or ⌘V on this page to paste a picture."));
      }
    },
  };
  const called = { folder: tr("A folder"), paste: tr("Paste"), camera: tr("Camera") };
  for (const it of parentElement.querySelectorAll("button")) {
    it.textContent = called[it.dataset.way];
    it.onclick = ways[it.dataset.way];
  }

  const pasted = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Where two uploaders stand on a page, the first one takes what is pasted.
    if (event.defaultPrevented || !files.length) return;
    event.preventDefault();
    give(uploader, files);
  };
  const dropped = async (event) => {
    const zone = event.target.closest(`.${uploader} [data-testid=stFileUploaderDropzone]`);
    if (!zone) return;
    const entries = [...event.dataTransfer.items].map((it) => it.webkitGetAsEntry());
    if (!entries.some((it) => it?.isDirectory)) return; // the uploader itself can do that
    event.preventDefault();
    event.stopPropagation();
    give(uploader, (await Promise.all(entries.filter(Boolean).map((it) => filesBelow(it)))).flat());
  };
  const given = (event) => event.target.closest(`.${uploader}`) && bringAnswerIntoView();
  document.addEventListener("change", given, true);
  document.addEventListener("paste", pasted);
  document.addEventListener("drop", dropped, true);
  return () => {
    document.removeEventListener("change", given, true);
    document.removeEventListener("paste", pasted);
    document.removeEventListener("drop", dropped, true);
  };
}
