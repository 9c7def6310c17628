// What every component of the attention page shares: maps of H × W cells drawn over a picture.
//
// A place is marked in all pictures of one group at once, and one opacity holds for all of them,
// while the hand still moves.

const OPACITY = "hashlight-opacity"; // an event of the window: { detail: 0 … 100 }

const element = (name, attributes = {}, ...children) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...children);
  return it;
};

const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);

/** The colour of a share 0 … 1 of the scale; what lies beyond has the colour of its end. */
function colour(colours, share) {
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  const mix = [1, 3, 5].map((at) =>
    Math.round(part(colours[low], at) + (place - low) * (part(colours[low + 1], at) - part(colours[low], at)))
  );
  return `rgb(${mix.join(",")})`;
}

/** A picture with a map over it: { root, show(values), mark(cell or null), fade(0 … 100) }. */
function pictureWithMap({ picture, outline, alt, rows, columns, low, high, colours, onPoint }) {
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
  const root = element("div", { class: "map", role: "img", "aria-label": alt, tabindex: "0" });
  root.append(element("img", { src: picture, alt: "", draggable: "false" }), svg);
  if (outline) root.append(element("img", { src: outline, alt: "", class: "outline" }));

  let marked = null;
  const point = (at) => onPoint(at);
  const under = (event) => {
    const box = svg.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const inside = column >= 0 && row >= 0 && column < columns && row < rows;
    return inside ? row * columns + column : null;
  };
  root.onpointermove = root.onpointerdown = (event) => point(under(event));
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
      cells.forEach((cell, at) => {
        cell.setAttribute("fill", colour(colours, (values[at] - low) / (high - low)));
      });
    },
    mark(at) {
      if (marked !== null) cells[marked].classList.remove("marked");
      marked = at;
      if (at === null) return;
      svg.append(cells[at]); // on top of its neighbours, so that its frame is whole
      cells[at].classList.add("marked");
    },
    fade(percent) {
      svg.style.setProperty("--shown", percent / 100);
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

/** Draw anew; who was at a slider stays there, and can go on with the keyboard. */
function redraw(holder, ...children) {
  const name = holder.getRootNode().activeElement?.name;
  holder.replaceChildren(...children);
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

/** The slider that fades every map on the page; `kept` is called once the hand lets go. */
function opacitySlider(percent, faded, kept) {
  const input = element("input", { type: "range", name: "opacity", min: 0, max: 100, step: 5 });
  input.value = percent;
  const label = element("label", { class: "opacity" }, "Opacity of the maps ", input);
  const follow = ({ detail }) => {
    if (!label.isConnected) return window.removeEventListener(OPACITY, follow); // drawn anew since
    input.value = detail;
    faded(detail);
  };
  input.oninput = () => window.dispatchEvent(new CustomEvent(OPACITY, { detail: +input.value }));
  input.onchange = () => kept(+input.value);
  window.addEventListener(OPACITY, follow);
  faded(percent);
  return label;
}

const write = (value) =>
  (Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3))
    .replace("-", "−");
