// A figure as a picture: its still copy within an SVG, or that painted as a PNG. menu.js is put in
// front of this, for `element`, and so are address, inputs, pictures, tables, styles, still and save.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 16; // pixels of paper around a figure
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g; // in XML
const INHERITED = ["color", "color-scheme", "font-family", "font-size", "font-variant-numeric", "line-height"];

class StillFigure extends Still {
  plain(node, children) {
    const made = super.plain(node, children);
    if (node.localName === "a") made.removeAttribute("href"); // a picture leads nowhere
    return made;
  }
}

/** Styles that mean in a document of their own what they mean here and now. */
function settled(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css.replaceAll(":host", ":root"));
  const holding = (rule) => {
    if (!(rule instanceof CSSMediaRule)) return [rule];
    return matchMedia(rule.conditionText).matches ? [...rule.cssRules] : [];
  };
  const text = [...sheet.cssRules].flatMap(holding).map((it) => it.cssText).join("\n");
  const pixels = (_, n, side) => `${(n / 100) * (side === "h" ? innerHeight : innerWidth)}px`;
  return text.replace(/(?<![\w.])([\d.]+)v([hw])\b/g, pixels);
}

/** What a figure has from what it stands in: its letters, and the properties that its styles use. */
function inherited(figure, css) {
  const looks = getComputedStyle(figure);
  const used = [...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name);
  const known = [...new Set([...INHERITED, ...used])].filter((name) => looks.getPropertyValue(name));
  return known.map((name) => `${name}: ${looks.getPropertyValue(name)}`).join("; ");
}

/** A figure as SVG: its text, and how many of its pictures are lacking. */
async function drawn(figure, sharpen) {
  const { width, height } = figure.getBoundingClientRect();
  const still = new StillFigure("");
  sharpen(SHARP);
  const copy = still.copy(figure);
  sharpen();
  await Promise.all(still.jobs);
  const holder = still.element("div", {}, copy);
  const css = settled(stylesFor(figure.getRootNode(), holder));
  holder.style.cssText = `container-type: inline-size; ${inherited(figure, css)}`;
  holder.prepend(still.element("style", {}, css));
  const shape = (name, looks, ...children) => {
    const it = still.doc.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(looks)) it.setAttribute(key, value);
    it.append(...children);
    return it;
  };
  const paper = getComputedStyle(figure).getPropertyValue("--st-background-color");
  const rem = getComputedStyle(document.documentElement).fontSize;
  const sides = [width, height].map((it) => Math.ceil(it) + 2 * MARGIN);
  const picture = shape(
    "svg",
    { width: sides[0], height: sides[1], viewBox: `0 0 ${sides.join(" ")}`, style: `background: ${paper}; font-size: ${rem}` },
    shape("rect", { width: "100%", height: "100%", style: `fill: ${paper}` }),
    shape("foreignObject", { x: MARGIN, y: MARGIN, width, height, style: "overflow: visible" }, holder),
  );
  return { svg: new XMLSerializer().serializeToString(picture).replace(UNWRITABLE, "\ufffd"), lost: still.lost };
}

/** An SVG painted: a file of a PNG. */
async function painted(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`; // of a blob: address no canvas gives its pixels
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height].map((it) => SHARP * it);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done));
}

/**
 * Two buttons that save a figure as it is seen, as PNG and as SVG.
 *
 * sharpen(ratio): paints what the figure paints by itself with so many pixels for each of the
 * screen; without a ratio as it was.
 */
function keepers(figure, file, sharpen = () => {}) {
  const status = element("span", { role: "status" });
  const keep = async (format) => {
    const { svg, lost } = await drawn(figure, sharpen);
    save(format === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await painted(svg), `hashlight-${file}.${format}`);
    return lacking(lost);
  };
  const buttons = ["png", "svg"].map((format) => {
    const name = format.toUpperCase();
    const title = tr("Save as {format}", { format: name });
    const button = element("button", { type: "button", title, "aria-label": title }, name);
    button.onclick = async () => (status.textContent = await keep(format).catch(unsaved));
    return button;
  });
  return element("div", { class: "keepers" }, ...buttons, status);
}
