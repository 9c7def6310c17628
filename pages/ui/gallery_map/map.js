// The map of a gallery; menu, points, looks, marks, frame and hand (.js) are put in front of this.
// data: bytes, as `unpack` reads them: { title, names, labels, bits, query: { title, row or null,
//       place, picture: address, keys }, hits, exact, own: rows, probes: [tables][probes] keys,
//       sheet: { address, side, columns, n } or null, actions: [[label, address with ~image~]],
//       ramp: colours, unfinished, places, keys, cosines, label }
// triggers "chosen": [row, label of an action], "again"; state "looks": as data.start

const NEAR = 14; // pixels from a point that still mean it
const LARGE = 132; // pixels of a picture that is pointed at
const STEP_EVERY = 700; // milliseconds, while the probes play
const ASK_EVERY = 1500; // milliseconds, at first, while the map is not finished
const MOVES_FOR = 700; // milliseconds, when places change
const MOST_MOVING = 100_000; // points that are drawn while the view moves
const RESTS_AFTER = 150; // milliseconds without a move; then all are drawn
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class GalleryMap {
  constructor(root, language) {
    this.language = language;
    this.state = { step: null }; // and colour, table, bit, as the address says them at first
    this.view = { centre: [0, 0], zoom: 1 };
    this.pointed = null;
    this.region = [];
    this.root = root;
    Object.assign(this, frame(this, root));
    this.listen();
    try {
      this.points = new Points(this.canvas);
    } catch {
      this.plane.replaceChildren(element("p", {}, tr("This browser draws no WebGL, which the map needs; its table is below.")));
    }
    new ResizeObserver(() => this.resize()).observe(this.plane);
    const follow = ({ detail }) => {
      if (!root.isConnected || root.map !== this) return window.removeEventListener(POINTED, follow);
      const row = detail === null ? null : this.rowOf?.get(detail) ?? null;
      if (row !== this.pointed) this.point(row, { from: "elsewhere" });
    };
    window.addEventListener(POINTED, follow);
  }

  listen() {
    for (const name of ["colour", "table", "bit"]) {
      this[name].onchange = () => {
        this.state[name] = name === "colour" ? this.colour.value : +this[name].value;
        this.paint();
        const { colour, table, bit } = this.state;
        this.keep({ colour, table, bit });
      };
    }
    this.slider.oninput = () => this.setStep(+this.slider.value);
    new Hand(this);
  }

  // What the server says -----------------------------------------------------------------------

  receive(data) {
    const before = this.data?.gallery === data.gallery ? this.looks.data.places : null;
    this.data = data;
    this.looks = new Looks(data);
    this.rowOf = new Map(data.names.map((name, row) => [name, row]));
    if (!before) {
      Object.assign(this.state, data.start);
      this.region = [];
      this.view = { centre: [0, 0], zoom: 1 };
    }
    this.places = new Places(data.places);
    const moved = before && before.some((it, at) => it !== data.places[at]);
    this.points?.place(data.places, moved ? before : data.places);
    this.movesSince = moved && !still() ? performance.now() : null;
    this.fillChoices();
    const search = JSON.stringify([data.probes, data.exact]);
    this.setStep(search === this.search ? this.state.step : this.looks.steps);
    this.search = search;
    this.stage.setAttribute("aria-label", called(data.title, this.looks.n));
    this.choose(this.region);
    this.take(data.sheet);
    this.queryPicture = this.pictureOfQuery();
  }

  fillChoices() {
    const { data, state } = this;
    const numbers = (n) => Array.from({ length: n }, (_, at) => element("option", { value: at }, at + 1));
    this.table.replaceChildren(...numbers(data.probes.length));
    this.bit.replaceChildren(...numbers(data.bits));
    state.table = Math.min(state.table, data.probes.length - 1);
    state.bit = Math.min(state.bit, data.bits - 1);
    for (const name of ["colour", "table", "bit"]) this[name].value = state[name];
    this.slider.max = this.looks.steps;
  }

  /** The query's picture where it is not on the map itself. */
  pictureOfQuery() {
    if (!this.data.query.picture) return null;
    const image = new Image();
    image.onload = () => this.draw();
    image.src = this.data.query.picture;
    return image;
  }

  take(sheet) {
    if (!sheet || this.sheet?.address === sheet.address || !this.points) return;
    const image = new Image();
    image.onload = () => {
      this.sheet = { ...sheet, image };
      this.points.show(image, sheet);
      this.draw();
    };
    image.src = sheet.address;
  }

  // What is seen -------------------------------------------------------------------------------

  setStep(step) {
    this.state.step = step;
    this.slider.value = step;
    this.steps.textContent = tr("{step} of {steps}", { step, steps: this.looks.steps });
    this.said.textContent = this.looks.told(step);
    this.paint();
    fillListing(this);
  }

  playProbes() {
    clearInterval(this.playing);
    this.setStep(0);
    this.playing = setInterval(() => {
      if (this.state.step < this.looks.steps && this.root.isConnected) this.setStep(this.state.step + 1);
      else clearInterval(this.playing);
    }, STEP_EVERY);
  }

  paint() {
    const { colour, table, bit, step } = this.state;
    this.tableLabel.hidden = !["bucket", "side"].includes(colour);
    this.bitLabel.hidden = colour !== "side";
    const { colours, legend, named } = this.looks.coloured({ colour, table, bit, ramp: this.data.ramp });
    this.named = named ? this.labelPlaces() : [];
    const { rgba, order } = this.looks.painted(colours, step, named ? 80 : 130);
    this.points?.paint(rgba, order);
    this.legend.replaceChildren(...legend.map(({ colour, ramp, text }) => {
      const swatch = element("i", { class: ramp ? "ramp" : "" });
      swatch.style.background = ramp ? `linear-gradient(to right, ${ramp.join(",")})` : colour;
      return element("div", {}, ...(colour || ramp ? [swatch] : []), text);
    }));
    this.draw();
  }

  /** Where labels are written: the middle of their images, of the twelve most frequent. */
  labelPlaces() {
    const { label, labels, places } = this.data;
    const of = frequencies(label).filter(([it]) => it !== NO_LABEL).slice(0, HUES.length);
    const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    return of.map(([it]) => {
      const rows = [...label.keys()].filter((row) => label[row] === it);
      return { text: labels[it], place: [0, 1].map((axis) => middle(rows.map((row) => places[2 * row + axis]))) };
    });
  }

  resize(ratio = Math.min(devicePixelRatio, 2)) {
    const { clientWidth: width, clientHeight: height } = this.plane;
    this.ratio = ratio;
    for (const canvas of [this.canvas, this.marks]) {
      [canvas.width, canvas.height] = [width * ratio, height * ratio];
    }
    [this.width, this.height] = [width, height];
    if (this.data) this.draw();
  }

  /** Pixels that a unit of the map has on the screen. */
  get unit() {
    return (Math.min(this.width, this.height) / 2.16) * this.view.zoom;
  }

  /** Pixels of a point: all of them fill about half of the map, and grow as one comes nearer. */
  get size() {
    const all = 0.7 * Math.min(this.width, this.height) / Math.sqrt(this.looks.n);
    return Math.max(2.5, Math.min(84, Math.max(3, Math.min(26, all)) * this.view.zoom ** 0.7));
  }

  toScreen([x, y]) {
    const { centre } = this.view;
    return [this.width / 2 + (x - centre[0]) * this.unit, this.height / 2 - (y - centre[1]) * this.unit];
  }

  placeOf(row) {
    return [this.data.places[2 * row], this.data.places[2 * row + 1]];
  }

  placeAt({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    const { centre } = this.view;
    return [
      centre[0] + (clientX - box.left - this.width / 2) / this.unit,
      centre[1] - (clientY - box.top - this.height / 2) / this.unit,
    ];
  }

  /** Draw points and marks in the next frame, or the marks alone where no point has changed. */
  draw({ points = true } = {}) {
    this.stale ||= points;
    if (this.asked || !this.width) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = null;
      if (this.points && this.data) this.drawNow();
    });
  }

  /** Draw while the view moves: of a very large gallery a sample, and all once it rests. */
  drawMoving() {
    this.isMoving = this.looks.n > MOST_MOVING;
    clearTimeout(this.rests);
    this.rests = setTimeout(() => {
      this.isMoving = false;
      this.draw();
    }, RESTS_AFTER);
    this.draw();
  }

  drawNow() {
    const gone = this.movesSince === null ? 1 : Math.min(1, (performance.now() - this.movesSince) / MOVES_FOR);
    if (this.stale) {
      this.points.draw({
        centre: this.view.centre,
        unit: this.unit * this.ratio,
        size: this.size * this.ratio,
        way: gone * gone * (3 - 2 * gone),
        most: this.isMoving ? MOST_MOVING : Infinity,
      });
      this.stale = false;
    }
    drawMarks(this);
    this.placeCard();
    if (gone < 1) this.draw();
    else this.movesSince = null;
  }

  placeCard() {
    if (this.card.hidden) return;
    const [x, y] = this.toScreen(this.placeOf(this.pointed));
    const left = x > this.width / 2 ? x - this.size / 2 - this.card.offsetWidth - 8 : x + this.size / 2 + 8;
    this.card.style.left = `${Math.max(0, Math.min(left, this.width - this.card.offsetWidth))}px`;
    this.card.style.top = `${Math.max(0, Math.min(y - LARGE / 2, this.height - this.card.offsetHeight))}px`;
  }

  // What is chosen -----------------------------------------------------------------------------

  zoomBy(factor, about = this.view.centre) {
    const { centre, zoom } = this.view;
    const now = Math.max(1, Math.min(400, zoom * factor));
    this.view = { zoom: now, centre: centre.map((it, axis) => about[axis] + ((it - about[axis]) * zoom) / now) };
    this.drawMoving();
  }

  moveBy([x, y]) {
    const { centre } = this.view;
    this.view.centre = [centre[0] - x / this.unit, centre[1] + y / this.unit]
      .map((it) => Math.max(-1.2, Math.min(1.2, it)));
    this.drawMoving();
  }

  reset() {
    this.view = { centre: [0, 0], zoom: 1 };
    this.choose([]);
  }

  setLasso(on) {
    this.isDrawing = on;
    this.lasso.setAttribute("aria-pressed", on);
    this.stage.classList.toggle("drawing", on);
  }

  inView() {
    const [x, y] = [this.width / 2 / this.unit, this.height / 2 / this.unit];
    const [cx, cy] = this.view.centre;
    return this.places.inside([[cx - x, cy - y], [cx + x, cy - y], [cx + x, cy + y], [cx - x, cy + y]]);
  }

  /** Say what images share. */
  choose(rows) {
    this.region = rows;
    this.shared.replaceChildren(...(rows.length ? this.looks.shared(rows) : []).map((line) => element("p", {}, line)));
    this.draw({ points: false });
  }

  /** The image at a place on the screen: a candidate before one that is not read. */
  rowAt(event) {
    const within = Math.max(NEAR, this.size / 2) / this.unit;
    const { looks, state } = this;
    return this.places.nearest(this.placeAt(event), within, (row, squared) => looks.isRead(row, state.step) ? squared / 2 : squared);
  }

  /** Mark an image, here and wherever else the page shows it. */
  point(row, { from = "here" } = {}) {
    if (row === this.pointed) return;
    this.pointed = row;
    if (from === "here") pointAt(row === null ? null : this.data.names[row]);
    this.card.hidden = row === null;
    if (row !== null) {
      this.card.replaceChildren(...this.picture(row), ...this.facts(row).map((it) => element("div", {}, it)));
    }
    this.draw({ points: false });
  }

  picture(row) {
    if (!this.sheet || row >= this.sheet.n) return [];
    const { image, side, columns } = this.sheet;
    const canvas = element("canvas", { width: LARGE, height: LARGE });
    const at = [(row % columns) * side, Math.floor(row / columns) * side];
    canvas.getContext("2d").drawImage(image, ...at, side, side, 0, 0, LARGE, LARGE);
    return [canvas];
  }

  facts(row) {
    const { names, labels, label, cosines } = this.data;
    const known = label[row] === NO_LABEL ? [] : [labels[label[row]]];
    return [names[row], ...known, tr("cosine {cosine}", { cosine: written(cosines[row], 3) }), this.became(row)];
  }

  became(row) {
    const { first, exact, own } = this.looks;
    if (own.has(row)) return tr("the query");
    return became(first[row], exact.has(row));
  }

  openMenu(row, { from } = {}) {
    const [x, y] = this.toScreen(this.placeOf(row));
    this.anchor.style.left = `${x}px`;
    this.anchor.style.top = `${y + this.size / 2}px`;
    const name = encodeURIComponent(this.data.names[row]);
    const actions = this.data.actions.map(([label, to]) => [label, to && to.replace("~image~", name)]);
    this.menu.open(from ?? this.anchor, actions, (label) => this.tell([row, label]));
  }
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".gallery_map");
  const isNew = root.bytes?.length !== data.length || root.bytes.some((it, at) => it !== data[at]);
  const given = isNew ? unpack(data) : null; // Streamlit calls this for every run
  if (given && root.map?.language !== hear(given)) root.map = new GalleryMap(root, given.language);
  const { map } = root;
  Object.assign(map, { keep: (looks) => setStateValue("looks", looks), tell: (it) => setTriggerValue("chosen", it) });
  if (given) map.receive(given);
  root.bytes = data;
  clearTimeout(map.asks);
  const ask = (after) => { // ever less often; Streamlit does not call where the answer is as before
    if (!root.isConnected) return;
    setTriggerValue("again", Date.now());
    map.asks = setTimeout(ask, after, 2 * after);
  };
  if (map.data.unfinished) map.asks = setTimeout(ask, ASK_EVERY, 2 * ASK_EVERY);
}
