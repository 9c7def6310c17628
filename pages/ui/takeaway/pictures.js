// Pictures, canvases, charts and icons, as data that the file holds itself.

const SHARP = 2; // pixels of a picture for each that is shown
const WORTH = 0.8; // a picture that would keep more of its pixels than this is left as it is
const QUALITY = 0.88; // of JPEG
const ICONS = "Material Symbols"; // a font that draws a word as a sign

async function dataUrl(blob) {
  const reader = new FileReader();
  await new Promise((done, failed) => {
    [reader.onload, reader.onerror] = [done, () => failed(reader.error)];
    reader.readAsDataURL(blob);
  });
  return reader.result;
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.blob();
}

/** A picture, with a place in the copy for what it will be once it is read. */
function picture(still, node) {
  const made = still.plain(node);
  if (!node.src.startsWith("data:image/svg")) still.pictures += 1; // else drawn by the page
  still.jobs.push(
    read(node).then(
      (data) => made.setAttribute("src", data),
      () => (still.lost += 1), // its text alternative stands for it
    ),
  );
  return made;
}

/** A picture as data, no larger than it is shown sharply. */
async function read(image) {
  const address = image.currentSrc || image.src;
  const file = await fetched(address).catch(() => null); // Streamlit may have let go of it
  const whole = file && (await dataUrl(file));
  if (file?.type.startsWith("image/svg")) return whole;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height, clientWidth, clientHeight } = image;
  const share = SHARP * Math.max(clientWidth / width, clientHeight / height);
  if (whole && !(share > 0 && share < WORTH)) return whole;
  const canvas = document.createElement("canvas");
  const scale = share > 0 && share < WORTH ? share : 1;
  [canvas.width, canvas.height] = [width * scale, height * scale].map(Math.ceil);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const drawn = canvas.toDataURL(file?.type === "image/jpeg" ? "image/jpeg" : "image/png", QUALITY);
  return whole && whole.length < drawn.length ? whole : drawn;
}

/** A canvas keeps its name, so that styles find it, and has its picture as its background. */
function painting(still, node) {
  const made = still.plain(node, []);
  node.redraw?.(); // WebGL forgets what it has drawn as soon as it is on the screen
  const { width, height, clientWidth, clientHeight } = node;
  const isStretched = Math.abs((width * clientHeight) / (height * clientWidth) - 1) > 0.02;
  const size = isStretched ? "100% 100%" : "contain";
  if (width && height) made.style.background = `url(${node.toDataURL()}) center / ${size} no-repeat`;
  return made;
}

/** A chart, drawn once more as SVG: its letters stay letters. */
function plot(still, node) {
  const made = still.plain(node, []);
  const { width, height } = node._fullLayout;
  const drawn = window.Plotly.toImage(node, { format: "svg", width, height });
  still.jobs.push(
    drawn.then((address) => {
      const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
      made.append(still.copy(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement));
    }),
  );
  return made;
}

/** A sign of the icon font, which is too large to take along. */
function icon(still, node, { fontSize, fontFamily, fontWeight, color }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(3 * parseFloat(fontSize));
  const pen = canvas.getContext("2d");
  pen.font = `${fontWeight} ${canvas.width}px ${fontFamily}`;
  pen.fillStyle = color;
  pen.textBaseline = "middle";
  pen.fillText(node.textContent.trim(), 0, canvas.height / 2);
  const looks = `width: ${fontSize}; height: ${fontSize}; vertical-align: -0.15em`;
  return still.element("img", { src: canvas.toDataURL(), alt: "", style: looks });
}
