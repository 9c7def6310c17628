// A box of places on a picture; handed.js and maps.js are put in front of this.
//
// data: { picture: address, alt, rows, columns, box: [top, left, bottom, right] }
// state "box", sent once the hand lets go

export default function ({ data, parentElement, setStateValue }) {
  hear(data);
  const holder = parentElement.querySelector(".walk");
  const { box, ...shown } = data;
  holder.tell = (it) => setStateValue("box", it);
  if (isNew(holder, shown)) drawIn(holder, shown);
  holder.box.byServer(box);
}

/** Draw the picture anew, for a box that is then handed to it. */
function drawIn(holder, data) {
  const { rows, columns } = data;
  const svg = (name, attributes = {}) => {
    const it = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
    return it;
  };
  const lines = [
    ...Array.from({ length: columns - 1 }, (_, n) => `M${n + 1} 0V${rows}`),
    ...Array.from({ length: rows - 1 }, (_, n) => `M0 ${n + 1}H${columns}`),
  ];
  const board = svg("svg", {
    viewBox: `0 0 ${columns} ${rows}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const shade = svg("path", { class: "shade", "fill-rule": "evenodd" });
  const frames = ["under", "frame"].map((name) => svg("rect", { class: name }));
  board.append(shade, svg("path", { class: "lines", d: lines.join("") }), ...frames);
  const root = element("div", { class: "map region", role: "application", tabindex: "0" });
  root.setAttribute("aria-roledescription", tr("box on a picture"));
  const image = element("img", { src: data.picture, alt: data.alt, draggable: "false" });
  image.onload = () => root.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
  root.append(image, board);

  let box;
  const draw = (next) => {
    box = next;
    const [top, left, bottom, right] = box;
    const [wide, tall] = [right - left + 1, bottom - top + 1];
    for (const frame of frames) {
      for (const [key, value] of Object.entries({ x: left, y: top, width: wide, height: tall })) {
        frame.setAttribute(key, value);
      }
    }
    shade.setAttribute("d", `M0 0H${columns}V${rows}H0ZM${left} ${top}h${wide}v${tall}h${-wide}Z`);
    const span = (first, last) => (first === last ? first + 1 : tr("{first} to {last}", { first: first + 1, last: last + 1 }));
    root.setAttribute(
      "aria-label",
      tr("Part of the picture: row {rows}, column {columns}. Arrows move it, Shift and an arrow change its size.", {
        rows: span(top, bottom),
        columns: span(left, right),
      })
    );
  };
  const tell = () => {
    if (box.join() === holder.box.value.join()) return;
    holder.box.byHand(box);
    holder.tell(box);
  };
  const tellLater = later(tell);

  const within = (value, n) => Math.min(Math.max(value, 0), n - 1);
  const cell = (event) => {
    const frame = board.getBoundingClientRect();
    const column = Math.floor(((event.clientX - frame.left) / frame.width) * columns);
    const row = Math.floor(((event.clientY - frame.top) / frame.height) * rows);
    return [within(row, rows), within(column, columns)];
  };
  let from = null;
  const drag = (event) => {
    const to = cell(event);
    draw([0, 1].map((n) => Math.min(from[n], to[n])).concat([0, 1].map((n) => Math.max(from[n], to[n]))));
  };
  root.onpointerdown = (event) => {
    if (event.button) return;
    root.setPointerCapture(event.pointerId);
    from = cell(event);
    drag(event);
  };
  root.onpointermove = (event) => from && drag(event);
  root.onpointerup = (event) => {
    if (!from) return;
    drag(event);
    from = null;
    tell();
  };
  root.onpointercancel = () => {
    from = null;
    draw(holder.box.value);
  };
  root.onkeydown = (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [top, left, bottom, right] = box;
    const next = event.shiftKey
      ? [top, left, Math.max(top, bottom + step[0]), Math.max(left, right + step[1])]
      : [top + step[0], left + step[1], bottom + step[0], right + step[1]];
    if (next[0] < 0 || next[1] < 0 || next[2] >= rows || next[3] >= columns) return;
    draw(next);
    tellLater();
  };
  holder.box = handed(draw);
  const had = holder.contains(holder.getRootNode().activeElement);
  holder.replaceChildren(root);
  if (had) root.focus(); // who is at the keyboard goes on from there
}
