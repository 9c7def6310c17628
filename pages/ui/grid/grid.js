// A grid of pictures; menu.js is put in front of this.
//
// data: { tiles: [{ name, src: address or null, ratio, alt, title, facts: [[text, tone]],
//         actions: [[label, address or null]],
//         outline: [left, top, width, height] in shares of the picture, or null }],
//         height: px, resizable }
// trigger "chosen": [name of a tile, label of its action]

const SIZE = "hashlight-picture-height"; // in the browser's own store
const SIGNS = { good: "✓ ", bad: "✗ " };

/** A frame around a part of a picture: a bright line on a dark one, which is seen on each. */
function frame([x, y, width, height]) {
  const svg = (name, attributes) => {
    const it = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
    return it;
  };
  const looks = { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" };
  const it = svg("svg", { class: "outline", ...looks });
  it.append(...["under", "over"].map((name) => svg("rect", { class: name, x, y, width, height })));
  return it;
}

function picture(tile, tell) {
  const image = tile.src
    ? element("img", { src: tile.src, alt: tile.alt, draggable: "false" })
    : element("span", { class: "problem" }, tile.alt);
  const looks = { class: "picture", title: tile.title };
  const inside = tile.outline ? [image, frame(tile.outline)] : [image];
  if (!tile.actions.length) return element("div", looks, ...inside);
  return control(tile.actions[0], { ...looks, tabindex: "-1" }, tell, ...inside);
}

function makeTile(tile, menu, tell) {
  const mine = (label) => tell([tile.name, label]);
  const it = element("li", { class: "tile" }, picture(tile, mine));
  it.style.setProperty("--ratio", tile.ratio ?? 1.5);
  it.onpointerenter = () => pointAt(tile.name);
  it.onpointerleave = () => pointAt(null);
  if (tile.actions.length > 1) {
    const looks = { class: "more", type: "button", tabindex: "-1", "aria-haspopup": "menu", "aria-expanded": "false" };
    const more = element("button", { ...looks, "aria-label": tr("More for {image}", { image: tile.alt }) }, "⋯");
    more.onclick = () => menu.open(more, tile.actions, mine);
    it.append(more);
  }
  const lines = tile.facts.map(([text, tone]) => element("div", { class: tone }, (SIGNS[tone] ?? "") + text));
  if (lines.length) it.append(element("div", { class: "facts" }, ...lines));
  return it;
}

/** The keyboard: one picture of the grid can be reached with Tab, the others with arrows. */
function walkable(list) {
  const tiles = [...list.children].filter((it) => it.querySelector("a.picture, button.picture"));
  const face = (tile) => tile.querySelector(".picture");
  const middle = (tile) => {
    const box = tile.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top };
  };
  const choose = (tile) => {
    for (const it of tiles) {
      for (const part of it.querySelectorAll(".picture, .more")) part.tabIndex = it === tile ? 0 : -1;
    }
  };
  /** The picture above (-1) or below (1) that is nearest in its row. */
  const inRow = (tile, way) => {
    const here = middle(tile);
    const there = tiles.map((it) => [it, middle(it)]).filter(([, it]) => (it.y - here.y) * way > 4);
    const row = Math.min(...there.map(([, it]) => (it.y - here.y) * way));
    const near = there.filter(([, it]) => (it.y - here.y) * way < row + 4);
    near.sort(([, a], [, b]) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x));
    return near[0]?.[0];
  };
  list.addEventListener("focusin", (event) => {
    const tile = event.target.closest(".tile");
    if (tiles.includes(tile)) choose(tile);
  });
  list.onkeydown = (event) => {
    const tile = event.target.closest(".tile");
    const at = tiles.indexOf(tile);
    if (at < 0 || !isPlain(event)) return;
    const next = {
      ArrowLeft: () => tiles[at - 1],
      ArrowRight: () => tiles[at + 1],
      ArrowUp: () => inRow(tile, -1),
      ArrowDown: () => inRow(tile, 1),
      Home: () => tiles[0],
      End: () => tiles.at(-1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const to = next();
    if (to) face(to).focus();
  };
  if (tiles.length) choose(tiles[0]);
}

/** The slider for the height of all pictures of a wall. */
function sizeSlider(height, resize) {
  const slider = element("input", { type: "range", name: "size", min: 56, max: 224, step: 8 });
  slider.value = localStorage.getItem(SIZE) ?? height;
  slider.oninput = () => {
    localStorage.setItem(SIZE, slider.value);
    resize(+slider.value);
  };
  resize(+slider.value);
  return element("label", { class: "size" }, `${tr("Size of the pictures")} `, slider);
}

export default function ({ data, parentElement, setTriggerValue }) {
  hear(data);
  const holder = parentElement.querySelector(".grid");
  const given = JSON.stringify(data);
  if (holder.drawn === given) return; // Streamlit calls for every run of the script
  holder.drawn = given;
  const tell = (chosen) => setTriggerValue("chosen", chosen);
  const menu = makeMenu();
  const list = element("ul", { class: "tiles", role: "list" });
  list.append(...data.tiles.map((tile) => makeTile(tile, menu, tell)));
  const resize = (height) => list.style.setProperty("--height", `${height}px`);
  resize(data.height);
  const mark = ({ detail }) => {
    if (!list.isConnected) return window.removeEventListener(POINTED, mark); // drawn anew since
    [...list.children].forEach((it, n) => it.classList.toggle("pointed", data.tiles[n].name === detail));
  };
  window.addEventListener(POINTED, mark);
  holder.replaceChildren(...(data.resizable ? [sizeSlider(data.height, resize)] : []), list, menu.root);
  walkable(list);
}
