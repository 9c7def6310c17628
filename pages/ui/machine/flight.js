// Hashing as motion: a few images fly to their sides of one hyperplane after the other, until
// their keys stand; then all that have the same key fly together.

const STEP_EVERY = 1300; // milliseconds, while it plays
const SLOT = 62; // pixels that an image takes
const IMAGE = 44;
const HEAD = 24; // pixels above the images, where the sides are named
const PER_LINE = 9; // bits of a key under an image

class Flight {
  /** @param follow is told every step. */
  constructor(follow) {
    this.follow = follow;
    this.step = 0; // hyperplanes that have cut; one more: the buckets
    this.area = element("div", { class: "sky", "aria-hidden": "true" });
    this.said = element("p", { class: "said", "aria-live": "polite" });
    const button = (text, act) => {
      const it = element("button", { type: "button" }, text);
      it.onclick = act;
      return it;
    };
    this.toggle = button(`▶ ${tr("Play")}`, () => (this.timer ? this.pause() : this.play()));
    const buttons = [
      this.toggle,
      button(tr("Step"), () => this.by(1)),
      button(tr("Back"), () => this.by(-1)),
      button(tr("Reset"), () => this.to(0)),
    ];
    this.table = element("div");
    this.root = element(
      "section",
      { class: "flight", "aria-label": tr("Hashing as motion") },
      element("h3", {}, tr("Hashing as motion")),
      element("div", { class: "controls" }, ...buttons, element("span", { class: "hint" }, tr("→ and ← step, Home resets"))),
      this.said,
      this.area,
      element("details", {}, element("summary", {}, tr("The same as a table")), this.table),
    );
    this.root.onkeydown = (event) => {
      const act = { ArrowRight: () => this.by(1), ArrowLeft: () => this.by(-1), Home: () => this.to(0) }[event.key];
      if (!act || !isPlain(event)) return;
      event.preventDefault();
      act();
    };
    new ResizeObserver(() => this.place()).observe(this.area);
  }

  /** Take the images, and the table that they are watched in. */
  receive(images, table) {
    this.pause();
    this.step = 0;
    this.cast = images.map(({ margins, ...it }) => ({
      ...it,
      margins: margins[table],
      key: margins[table].map((margin) => (margin >= 0 ? "1" : "0")).join(""),
      mark: element("div", { class: "flyer" }, picture(it), element("code")),
    }));
    this.cast[0].mark.classList.add("query");
    this.n = this.cast[0].key.length;
    this.cut = element("div", { class: "cut" });
    this.sides = [0, 1].map((side) => element("div", { class: `side side-${side}` }, tr("side {side}", { side })));
    this.piles = element("div");
    this.area.replaceChildren(this.piles, this.cut, ...this.sides, ...this.cast.map((it) => it.mark));
    this.table.replaceChildren(listing(
      tr("Keys in table {table}", { table: table + 1 }),
      [tr("Picture"), tr("Shows"), tr("Key")],
      this.cast.map((it) => [it.name, it.label, element("code", {}, it.key)]),
    ));
    this.show();
  }

  play() {
    if (this.step > this.n) this.to(0);
    this.by(1);
    this.timer = setInterval(() => {
      if (this.step > this.n || !this.root.isConnected) this.pause();
      else {
        this.step += 1;
        this.show();
      }
    }, STEP_EVERY);
    this.toggle.textContent = `❚❚ ${tr("Pause")}`;
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.toggle.textContent = `▶ ${tr("Play")}`;
  }

  by(steps) {
    this.to(Math.max(0, Math.min(this.n + 1, this.step + steps)));
  }

  to(step) {
    this.pause();
    this.step = step;
    this.show();
  }

  show() {
    this.follow(this.step);
    this.said.textContent = this.told();
    for (const { key, mark } of this.cast) mark.lastChild.textContent = key.slice(0, this.step);
    this.place();
  }

  told() {
    const { step, n, cast } = this;
    if (step === 0) return tr("The query, ringed, and {pictures} of the gallery. Press Play, or Step.", { pictures: counted("picture", cast.length - 1) });
    if (step > n) {
      const [query, ...others] = cast;
      const same = others.filter((it) => it.key === query.key).length;
      const values = { same, buckets: counted("bucket", new Set(cast.map((it) => it.key)).size) };
      if (!same) return tr("The keys stand: {buckets}; no picture shares the query's.", values);
      if (same === 1) return tr("The keys stand: {buckets}; 1 picture shares the query's.", values);
      return tr("The keys stand: {buckets}; {same} pictures share the query's.", values);
    }
    const ones = cast.filter((it) => it.key[step - 1] === "1").length;
    return tr("Hyperplane {step} of {n}: {zeros} on side 0, {ones} on side 1, the query on side {side}. Nearer to the cut: a smaller margin.", {
      step,
      n,
      zeros: cast.length - ones,
      ones,
      side: cast[0].key[step - 1],
    });
  }

  /** Put everything where it belongs at this step; how it gets there is the style's business. */
  place() {
    const width = this.area.clientWidth;
    if (!width || !this.cast) return;
    const tall = IMAGE + 10 + 13 * Math.ceil(this.n / PER_LINE);
    const isCut = this.step > 0 && this.step <= this.n;
    const columns = Math.max(1, Math.floor(width / 2 / SLOT - 0.2));
    const rows = Math.max(2, Math.ceil(this.cast.length / columns));
    const places = isCut ? this.besides(width, rows, tall) : this.together(width, tall);
    this.cast.forEach(({ mark }, at) => (mark.style.transform = `translate(${places[at][0]}px, ${places[at][1]}px)`));
    for (const it of [this.cut, ...this.sides]) it.hidden = !isCut;
    this.area.style.height = `${Math.max(HEAD + rows * tall, ...places.map(([, y]) => y + tall))}px`;
  }

  /** Beside the cut: the smallest margin next to it, column by column. */
  besides(width, rows, tall) {
    this.piles.replaceChildren();
    const margin = (at) => this.cast[at].margins[this.step - 1];
    const order = [...this.cast.keys()].sort((a, b) => Math.abs(margin(a)) - Math.abs(margin(b)));
    const seen = [0, 0], places = [];
    for (const at of order) {
      const side = margin(at) >= 0 ? 1 : 0;
      const [column, row] = [Math.floor(seen[side] / rows), seen[side]++ % rows];
      const x = side ? width / 2 + 8 + column * SLOT : width / 2 - 8 - (column + 1) * SLOT;
      places[at] = [x, HEAD + row * tall];
    }
    return places;
  }

  /** In rows: all of them at first, and at the end those of one key in one frame. */
  together(width, tall) {
    const isEnd = this.step > this.n;
    const groups = new Map([[isEnd ? this.cast[0].key : "", []]]); // the query's comes first
    this.cast.forEach(({ key }, at) => {
      const name = isEnd ? key : "";
      groups.set(name, [...(groups.get(name) ?? []), at]);
    });
    const places = [], frames = [];
    let [x, y] = [0, HEAD];
    for (const group of groups.values()) {
      const all = group.length * SLOT;
      if (x && x + Math.min(all, width) > width) [x, y] = [0, y + tall + 8];
      for (const at of group) {
        if (x + SLOT > width) [x, y] = [0, y + tall + 8];
        places[at] = [x, y];
        if (isEnd) frames.push([x, y, group === groups.values().next().value, at === group.at(-1)]);
        x += SLOT;
      }
      x += isEnd ? 10 : 0;
    }
    this.piles.replaceChildren(...frames.map(([left, top, own]) => {
      const it = element("div", { class: `pile ${own ? "own" : ""}` });
      Object.assign(it.style, { left: `${left}px`, top: `${top - 4}px`, width: `${SLOT}px`, height: `${tall}px` });
      return it;
    }));
    return places;
  }
}
