// The hyperplane lab: everything that must follow the hand is computed here, in the browser;
// handed.js is put in front of this.
//
// data: { directions: [N] degrees, radii: [N], neighbours: [k] ids, query: degrees,
//         normals: [tables][bits] degrees, seed: of the normals,
//         table: whose lines can be turned, from 0 }
// state "moved", sent once a hand lets go: { turned: [[table, bit, degrees]], table }

const SVG = "http://www.w3.org/2000/svg";
const RIM = 100; // the circle; what lies beyond it is handles and reaches
const radians = (degrees) => (degrees * Math.PI) / 180;
const at = (degrees, radius) => [
  radius * Math.cos(radians(degrees)),
  -radius * Math.sin(radians(degrees)), // up is positive, as in a plot
];
const turn = (degrees) => ((degrees % 360) + 360) % 360;

/** One bit: [r·e >= 0], which in the plane is [cos(angle between) >= 0]. */
const bit = (normal, direction) => (Math.cos(radians(direction - normal)) >= 0 ? 1 : 0);
const keyOf = (normals, direction) => normals.map((normal) => bit(normal, direction)).join("");

/** What every table says: the query's key, its bucket, the neighbours in it; and their union. */
function lookUp({ directions, neighbours, query, normals }) {
  const tables = normals.map((planes) => {
    const key = keyOf(planes, query);
    const keys = directions.map((direction) => keyOf(planes, direction));
    const bucket = keys.flatMap((it, id) => (it === key ? [id] : []));
    return { key, keys, bucket, found: neighbours.filter((id) => bucket.includes(id)) };
  });
  const candidates = new Set(tables.flatMap((table) => table.bucket));
  return { tables, candidates, found: neighbours.filter((id) => candidates.has(id)) };
}

/** The cells between the lines of one table, from edge to edge in degrees, each with its key. */
function cells(planes) {
  const edges = planes.flatMap((it) => [turn(it + 90), turn(it - 90)]).sort((a, b) => a - b);
  return edges.map((from, i) => {
    const to = i + 1 < edges.length ? edges[i + 1] : edges[0] + 360;
    return { from, to, key: keyOf(planes, (from + to) / 2) };
  });
}

function sector(from, to, radius) {
  const [x0, y0] = at(from, radius);
  const [x1, y1] = at(to, radius);
  return `M0 0L${x0} ${y0}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 0 ${x1} ${y1}Z`;
}

function arc(from, to, radius) {
  return sector(from, to, radius).replace("M0 0L", "M").replace("Z", "");
}

function draw(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** What the HTML says, in the order of its places. */
const WORDS = () => [
  tr("Neighbours found"),
  tr("Candidates"),
  tr("Turn its lines"),
  tr("Query's key"),
  tr("In its bucket"),
  tr("Neighbours"),
  tr("the query"),
  tr("true neighbour, found"),
  tr("true neighbour, missed"),
  tr("looked at, but no neighbour"),
  tr("not looked at"),
  tr("what each table reads, one arc per table"),
];

/** What an image of the gallery is to the query. */
const about = (near, found, values) => {
  if (near && found) return tr("True neighbour {id}: key {key} in table {table}; a candidate", values);
  if (near) return tr("True neighbour {id}: key {key} in table {table}; not looked at", values);
  if (found) return tr("Image {id}: key {key} in table {table}; a candidate", values);
  return tr("Image {id}: key {key} in table {table}; not looked at", values);
};

const write = (text, degrees, radius, kind) => {
  const [x, y] = at(degrees, radius);
  return draw("text", { x, y, class: kind }, text);
};

class Lab {
  constructor(root) {
    this.words = [...root.querySelectorAll(".word")];
    this.svg = root.querySelector(".plane svg");
    this.layers = Object.fromEntries(
      ["cells", "reaches", "plates", "images"].map((name) => [name, root.querySelector(`.${name}`)]),
    );
    this.rows = root.querySelector("tbody");
    this.numbers = [...root.querySelectorAll("dd")];
    this.live = root.querySelector("[aria-live]");
    this.table = handed(() => {}); // whose lines can be turned
    this.turned = new Map(); // "table bit" -> degrees, of lines that the server has yet to confirm
  }

  /** Take what the server says, but for lines that have been turned since it was last sent. */
  receive(data, send) {
    this.send = send;
    if (this.dragging) return;
    if (data.seed !== this.data?.seed) this.turned.clear();
    this.data = data;
    this.saidTable = data.table;
    this.normals = data.normals.map((planes) => [...planes]);
    for (const [place, degrees] of this.turned) {
      const [table, i] = place.split(" ");
      if (Math.abs(data.normals[table]?.[i] - degrees) < 0.05) this.turned.delete(place);
      else if (data.normals[table]?.[i] !== undefined) this.normals[table][i] = degrees;
    }
    this.table.byServer(data.table);
    this.name();
    this.build();
  }

  /** The number of the table whose lines can be turned; there may be fewer than when it was chosen. */
  get open() {
    return Math.min(this.table.value, this.normals.length - 1);
  }

  /** Say what changes with the reader's language alone. */
  name() {
    WORDS().forEach((text, i) => (this.words[i].textContent = text));
    this.svg.setAttribute("aria-label", tr("Images and hyperplanes in the plane"));
  }

  build() {
    const { directions, radii, neighbours, query } = this.data;
    this.images = directions.map((direction, id) => {
      const [x, y] = at(direction, radii[id]);
      const near = neighbours.includes(id);
      const mark = draw("path", {}, draw("title", {}));
      mark.dataset.near = near;
      mark.setAttribute("transform", `translate(${x} ${y})`);
      return mark;
    });
    const [x, y] = at(query, 82);
    const star = draw("path", { class: "query", d: STAR, transform: `translate(${x} ${y})` });
    star.append(draw("title", {}, tr("The query")));
    this.layers.images.replaceChildren(...this.images, star);
    this.show();
  }

  /** Choose the table whose lines can be turned. */
  choose(table) {
    this.table.byHand(table);
    this.show();
    this.commit();
  }

  show() {
    const data = { ...this.data, normals: this.normals };
    const answer = lookUp(data);
    const { open } = this;
    this.showCells(this.normals[open], answer.tables[open].key);
    this.showReaches(answer, open);
    this.showPlates(this.normals[open], answer.tables[open].key);
    this.images.forEach((mark, id) => {
      const near = mark.dataset.near === "true";
      const found = answer.candidates.has(id);
      mark.setAttribute("class", `image ${near ? "neighbour" : ""} ${found ? "found" : "missed"}`);
      mark.setAttribute("d", near && !found ? CROSS : near ? LARGE : SMALL);
      const place = { id, key: answer.tables[open].keys[id], table: open + 1 };
      mark.firstChild.textContent = about(near, found, place);
    });
    this.showNumbers(answer, open);
  }

  showCells(planes, own) {
    const drawn = cells(planes).flatMap(({ from, to, key }, i) => {
      const kind = key === own ? "own" : i % 2 ? "odd" : "";
      const shapes = [draw("path", { class: `cell ${kind}`, d: sector(from, to, RIM) })];
      const fits = to - from > 3 * planes.length && key !== own; // the query stands in its own
      if (fits) shapes.push(write(key, (from + to) / 2, 91, "key"));
      return shapes;
    });
    this.layers.cells.replaceChildren(...drawn);
  }

  /** For each table, the directions that share the query's key: an arc around the circle. */
  showReaches(answer, open) {
    const arcs = this.normals.map((planes, table) => {
      const own = cells(planes).find(({ key }) => key === answer.tables[table].key);
      const kind = `reach ${table === open ? "open" : ""}`;
      const title = draw("title", {}, tr("What table {table} reads", { table: table + 1 }));
      return draw("path", { class: kind, d: arc(own.from, own.to, 112 + 5 * table) }, title);
    });
    this.layers.reaches.replaceChildren(...arcs);
  }

  showPlates(planes, key) {
    const { plates } = this.layers;
    const table = this.open + 1;
    while (plates.children.length > planes.length) plates.lastChild.remove();
    while (plates.children.length < planes.length) plates.append(this.plate(plates.children.length));
    planes.forEach((normal, i) => {
      const plate = plates.children[i];
      plate.setAttribute("transform", `rotate(${-(normal - 90)})`); // the knob lies at normal - 90
      plate.setAttribute("aria-valuenow", Math.round(normal));
      const turned = { degrees: Math.round(normal), bit: key[i] };
      plate.setAttribute("aria-valuetext", tr("{degrees}°, the query's bit is {bit}", turned));
      plate.setAttribute("aria-label", tr("Hyperplane {line} of table {table}", { line: i + 1, table }));
      for (const text of plate.querySelectorAll("text")) {
        const [x, y] = [text.dataset.x, text.dataset.y];
        text.setAttribute("transform", `translate(${x} ${y}) rotate(${normal - 90})`);
      }
    });
  }

  /** A hyperplane that can be turned: drawn along the x axis, its normal upwards. */
  plate(i) {
    const ends = { x1: -RIM, x2: RIM, y1: 0, y2: 0 };
    const label = (text, x, y, kind) => {
      const element = draw("text", { class: kind }, text);
      Object.assign(element.dataset, { x, y });
      return element;
    };
    const plate = draw(
      "g",
      { class: "plate", tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": 359 },
      draw("line", { ...ends, class: "near" }),
      draw("line", { ...ends, class: "line" }),
      draw("circle", { class: "finger", cx: RIM, r: 15 }),
      draw("circle", { class: "knob", cx: RIM, r: 6.5 }),
      label(i + 1, RIM, 0, ""),
      label("1", 78, -5, "side"),
      label("0", 78, 5, "side"),
    );
    plate.addEventListener("pointerdown", (event) => this.grab(event, plate, i));
    plate.addEventListener("keydown", (event) => this.step(event, i));
    plate.addEventListener("keyup", () => this.commit());
    return plate;
  }

  grab(event, plate, i) {
    event.preventDefault();
    plate.focus();
    plate.setPointerCapture(event.pointerId);
    this.dragging = true;
    const { open } = this;
    const offset = this.normals[open][i] - this.direction(event);
    const move = (moved) => this.turnTo(i, offset + this.direction(moved));
    const release = () => {
      plate.removeEventListener("pointermove", move);
      this.dragging = false;
      this.commit();
    };
    plate.addEventListener("pointermove", move);
    plate.addEventListener("lostpointercapture", release, { once: true });
  }

  /** The direction from the origin to the pointer, in degrees. */
  direction(event) {
    const box = this.svg.getBoundingClientRect();
    const x = event.clientX - box.left - box.width / 2;
    const y = event.clientY - box.top - box.height / 2;
    return (Math.atan2(-y, x) * 180) / Math.PI;
  }

  step(event, i) {
    const by = { ArrowLeft: 2, ArrowUp: 2, ArrowRight: -2, ArrowDown: -2, PageUp: 15, PageDown: -15 };
    if (!(event.key in by)) return;
    event.preventDefault();
    this.turnTo(i, this.normals[this.open][i] + by[event.key]);
  }

  turnTo(i, degrees) {
    const { open } = this;
    this.normals[open][i] = turn(Math.round(degrees * 10) / 10);
    this.turned.set(`${open} ${i}`, this.normals[open][i]);
    this.show();
  }

  /** Tell the server where things are now, for the address, and say aloud what has come of it. */
  commit() {
    const turned = [...this.turned].map(([place, degrees]) => [...place.split(" ").map(Number), degrees]);
    this.live.textContent = this.summary;
    if (turned.length || this.saidTable !== this.open) this.send({ turned, table: this.open });
  }

  showNumbers(answer, open) {
    const { directions, neighbours } = this.data;
    const share = (n, total) => tr("{n} of {total}", { n, total });
    const found = share(answer.found.length, neighbours.length);
    const candidates = share(answer.candidates.size, directions.length);
    [found, candidates].forEach((text, i) => (this.numbers[i].textContent = text));
    this.summary = tr("Neighbours found {found}, candidates {candidates}", { found, candidates });
    while (this.rows.children.length > answer.tables.length) this.rows.lastChild.remove();
    while (this.rows.children.length < answer.tables.length) this.rows.append(this.row());
    answer.tables.forEach((table, i) => {
      const [button, key, bucket, near] = this.rows.children[i].children;
      button.firstChild.setAttribute("aria-pressed", i === open);
      button.firstChild.textContent = tr("Table {table}", { table: i + 1 });
      key.textContent = table.key;
      bucket.textContent = table.bucket.length;
      near.textContent = table.found.length;
    });
  }

  row() {
    const number = this.rows.children.length;
    const row = document.createElement("tr");
    row.innerHTML = `<td><button type="button"></button></td><td class="key"></td><td></td><td></td>`;
    row.querySelector("button").addEventListener("click", () => this.choose(number));
    return row;
  }
}

const SMALL = "M2.6 0A2.6 2.6 0 1 1 -2.6 0A2.6 2.6 0 1 1 2.6 0Z";
const LARGE = "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z";
const CROSS = "M-4 -2.4L-2.4 -4L0 -1.6L2.4 -4L4 -2.4L1.6 0L4 2.4L2.4 4L0 1.6L-2.4 4L-4 2.4L-1.6 0Z";
const STAR = "M0 -8L2.1 -2.6L7.6 -2.5L3.4 1.1L4.7 6.5L0 3.5L-4.7 6.5L-3.4 1.1L-7.6 -2.5L-2.1 -2.6Z";

const labs = new WeakMap(); // Streamlit calls this for every run, on the same element

export default function ({ parentElement, data, setStateValue }) {
  hear(data);
  if (!labs.has(parentElement)) labs.set(parentElement, new Lab(parentElement));
  labs.get(parentElement).receive(data, (state) => setStateValue("moved", state));
}
