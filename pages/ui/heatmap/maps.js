// What every component with maps shares: maps of H × W values drawn over a picture.
//
// A place is marked in all pictures of one group at once, and opacity and cells hold for all maps
// on the page, while the hand still moves.

const LOOKS = "hashlight-looks"; // an event of the window: { detail: { opacity: 0 … 100, cells } }
const FINE = 15; // pixels for each cell of a smooth map; odd, so that one is its middle

const element = (name, attributes = {}, ...children) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...children);
  return it;
};

const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);

/** Red, green, blue of a share 0 … 1 of the scale; what lies beyond has the colour of its end. */
function colour(colours, share) {
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  return [1, 3, 5].map((at) =>
    Math.round(part(colours[low], at) + (place - low) * (part(colours[low + 1], at) - part(colours[low], at)))
  );
}

/** Weights of the four values around a place that lies a share 0 … 1 behind the second of them. */
const cubic = (t) => [
  ((-t + 2) * t - 1) * t / 2,
  ((3 * t - 5) * t * t + 2) / 2,
  ((-3 * t + 4) * t + 1) * t / 2,
  (t - 1) * t * t / 2,
];

/** Lengthen a row of values FINE times: Catmull-Rom through them all, and level at both ends. */
function lengthen(values) {
  const at = (place) => values[Math.min(Math.max(place, 0), values.length - 1)];
  return Array.from({ length: values.length * FINE }, (_, pixel) => {
    const place = (pixel + 0.5) / FINE - 0.5;
    const first = Math.floor(place);
    return cubic(place - first).reduce((sum, weight, n) => sum + weight * at(first - 1 + n), 0);
  });
}

/** Interpolate rows × columns values in both directions (bicubic): a list of fine rows. */
function smooth(values, rows, columns) {
  const wide = Array.from({ length: rows }, (_, row) =>
    lengthen(Array.from(values).slice(row * columns, (row + 1) * columns))
  );
  const tall = wide[0].map((_, column) => lengthen(wide.map((row) => row[column])));
  return tall[0].map((_, row) => tall.map((column) => column[row]));
}

/** A picture with a map over it: { root, show(values), mark(cell or null), look({ opacity, cells }) }. */
function pictureWithMap({ picture, outline, framed, alt, rows, columns, low, high, colours, onPoint }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const cells = Array.from({ length: rows * columns }, (_, at) => {
    const cell = document.createElementNS(svg.namespaceURI, "rect");
    const box = { x: at % columns, y: Math.floor(at / columns), width: 1, height: 1 };
    for (const [key, value] of Object.entries(box)) cell.setAttribute(key, value);
    svg.append(cell);
    return cell;
  });
  if (Number.isInteger(framed)) {
    const frame = cells[framed].cloneNode();
    frame.classList.add("framed");
    svg.append(frame);
  }
  const root = element("div", { class: "map", role: "img", "aria-label": alt, tabindex: "0" });
  const under = element("img", { src: picture, role: "presentation", draggable: "false" });
  under.onload = () => root.style.setProperty("--ratio", under.naturalWidth / under.naturalHeight);
  const canvas = element("canvas", { width: columns * FINE, height: rows * FINE, "aria-hidden": "true" });
  root.append(under, canvas, svg);
  if (outline) root.append(element("img", { src: outline, role: "presentation", class: "outline" }));

  let marked = null;
  const point = (at) => onPoint(at);
  const pointed = (event) => {
    const box = svg.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const inside = column >= 0 && row >= 0 && column < columns && row < rows;
    return inside ? row * columns + column : null;
  };
  root.onpointermove = root.onpointerdown = (event) => point(pointed(event));
  root.onpointerleave = () => point(null);
  root.onblur = () => point(null);
  root.onfocus = () => point(marked ?? 0);
  root.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (marked ?? 0) + step;
    if (next >= 0 && next < rows * columns) point(next);
  };
  return {
    root,
    show(values) {
      const paint = (value) => colour(colours, (value - low) / (high - low));
      cells.forEach((cell, at) => cell.setAttribute("fill", `rgb(${paint(values[at]).join(",")})`));
      const pixels = smooth(values, rows, columns).flat().flatMap((value) => [...paint(value), 255]);
      const drawn = new ImageData(new Uint8ClampedArray(pixels), canvas.width);
      canvas.getContext("2d").putImageData(drawn, 0, 0);
    },
    mark(at) {
      if (marked !== null) cells[marked].classList.remove("marked");
      marked = at;
      if (at === null) return;
      svg.append(cells[at]); // on top of its neighbours, so that its frame is whole
      cells[at].classList.add("marked");
    },
    look({ opacity, cells }) {
      root.style.setProperty("--shown", opacity / 100);
      root.classList.toggle("cells", cells);
    },
  };
}

/** The colours of a map with what its ends and its middle stand for. */
function scale({ ticks, unit, colours }) {
  const bar = element("div", { class: "bar" });
  bar.style.background = `linear-gradient(to right, ${colours.join(",")})`;
  const names = ticks.map((tick) => element("span", {}, tick));
  return element("div", { class: "scale" }, bar, element("div", { class: "ticks" }, ...names), unit);
}

/** Whether this is other data than is drawn: Streamlit calls for every run of the script. */
function isNew(holder, data) {
  const given = JSON.stringify(data);
  if (holder.drawn === given) return false;
  holder.drawn = given;
  return true;
}

/** Draw anew beside a bar, which stays as it is; who was at a slider can go on with the keyboard. */
function redraw(holder, drawn, bar) {
  const name = holder.getRootNode().activeElement?.name;
  if (bar.isConnected) holder.firstChild.replaceWith(drawn);
  else holder.replaceChildren(drawn, bar);
  if (name) holder.querySelector(`[name="${name}"]`)?.focus();
}

/** Call `tell` once nothing has come for a moment: not for every key of a row of them. */
function later(tell, milliseconds = 250) {
  let timer;
  return (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => tell(value), milliseconds);
  };
}

/** What changes the looks of every map on the page: { root, looks, receive(looks, keep) }.
 *
 * `changed` gets the looks whenever they change; `keep` a name and its value once the hand lets go.
 */
function looksBar(changed) {
  const slider = element("input", { type: "range", name: "opacity", min: 0, max: 100, step: 5 });
  const box = element("input", { type: "checkbox", name: "cells" });
  const root = element(
    "div",
    { class: "looks" },
    element("label", {}, `${tr("Opacity of the map")} `, slider),
    element("label", {}, box, ` ${tr("Show the cells")}`)
  );
  let keep;
  const opacity = handed(show);
  const cells = handed(show);
  function show() {
    slider.value = opacity.value;
    box.checked = cells.value;
    changed(looks());
  }
  function looks() {
    return { opacity: opacity.value, cells: cells.value === true };
  }
  const follow = ({ detail }) => {
    if (!root.isConnected) return window.removeEventListener(LOOKS, follow);
    if (detail.opacity !== opacity.value) opacity.byHand(detail.opacity);
    if (detail.cells !== cells.value) cells.byHand(detail.cells);
  };
  slider.oninput = box.oninput = () =>
    window.dispatchEvent(new CustomEvent(LOOKS, { detail: { opacity: +slider.value, cells: box.checked } }));
  const keepLater = later((percent) => keep("opacity", percent));
  slider.onchange = () => keepLater(+slider.value);
  box.onchange = () => keep("cells", box.checked);
  window.addEventListener(LOOKS, follow);
  const receive = (said, tell) => {
    keep = tell;
    opacity.byServer(said.opacity);
    cells.byServer(said.cells);
  };
  return { root, looks, receive };
}

/** Which place of a map this is, in words. */
const placeOf = (at, columns) =>
  tr("row {row}, column {column}", { row: Math.floor(at / columns) + 1, column: (at % columns) + 1 });

/** Put the bar of a component in its holder, one for each language. */
function barIn(holder, language, changed) {
  if (holder.language !== language) Object.assign(holder, { language, bar: looksBar(changed) });
}

const write = (value) => written(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
