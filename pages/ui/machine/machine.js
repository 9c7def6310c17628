// The machine; menu, draw, glyphs, panels, flight and changes (.js) are put in front of this.
//
// data: as `Machine.payload` in payload.py writes it
// trigger "chosen": the number of a stage whose lesson is asked for; state "place": { stage, table }

const hint = () => tr("One picture's way through the machine, with its own numbers. Click on a stage, or press Enter, to open it.");

class Machine {
  constructor(root, language) {
    Object.assign(this, { root, language });
    this.state = { stage: null, table: 0, bit: 0, hit: 0, flipped: new Set() };
    this.said = element("p", { class: "told", "aria-live": "polite" }, hint());
    this.chain = element("div", { class: "chain" });
    this.legend = element("p", { class: "legend" });
    this.flight = new Flight((step) => this.follow(step));
    const figure = element("div", {}, this.chain, this.legend);
    root.replaceChildren(this.said, figure, keepers(figure, "machine"));
  }

  // What the server says -----------------------------------------------------------------------

  receive({ start, ...data }) {
    const given = JSON.stringify(data);
    if (given === this.given) return; // Streamlit calls for every run of the script
    this.given = given;
    const [before, state] = [this.data, this.state];
    this.data = data;
    if (!before) {
      Object.assign(state, start);
      this.build();
    }
    const changes = compare(before, data);
    state.flipped = changes.flipped;
    state.table = Math.min(state.table, data.keys.length - 1);
    state.bit = Math.min(state.bit, data.bits - 1);
    this.said.textContent = changes.text ?? hint();
    const hits = placesOf(this.chain);
    this.flight.receive(data.flight, state.table);
    this.draw();
    slide(this.chain, hits);
    const [keys, buckets] = ["keys", "buckets"].map((name) => this.cards.get(name).querySelector("svg"));
    travel(this.root, keys, buckets, changes.tables, data.keys.length);
  }

  /** Make what stays: a card, a band and a place to unfold for each stage. */
  build() {
    this.cards = new Map();
    this.panels = new Map();
    this.bands = [];
    this.data.stages.forEach(({ id: name, title }, at) => {
      const card = element("button", { type: "button", class: "card", "aria-expanded": "false" },
        element("span", { class: "title" }, element("span", { class: "number" }, `${at + 1}`), ` ${title}`),
        element("span", { class: "glyph" }),
        element("span", { class: "shape" }));
      card.onclick = () => this.open(this.state.stage === name ? null : name);
      const band = element("span", { class: `band ${at === 4 ? "turn" : ""}`, "aria-hidden": "true" });
      const panel = element("section", { class: "panel", "aria-label": title, hidden: "" });
      panel.style.setProperty("--column", at % 5);
      panel.onkeydown = (event) => {
        if (event.key !== "Escape") return;
        this.open(null);
        card.focus();
      };
      this.chain.append(element("div", { class: "stage" }, card, ...(at < 9 ? [band] : [])), panel);
      this.cards.set(name, card);
      this.panels.set(name, panel);
      this.bands.push(band);
    });
  }

  // What is seen -------------------------------------------------------------------------------

  draw() {
    const { data, state } = this;
    for (const [name, card] of this.cards) {
      card.querySelector(".glyph").replaceChildren(...GLYPHS[name](data, state));
      card.querySelector(".shape").textContent = SHAPES[name](data);
    }
    bands(data).forEach(({ kind, from, to }, at) => {
      this.bands[at].classList.add(kind);
      this.bands[at].style.setProperty("--from", `${from.toFixed(1)}px`);
      this.bands[at].style.setProperty("--to", `${to.toFixed(1)}px`);
    });
    this.legend.replaceChildren(
      element("i", { class: "numbers" }), tr("how many numbers are passed on (twice as many: a little wider)"), element("br"),
      element("i", { class: "images" }), tr("how many of {pictures} are passed on (half as many: half as wide). All numbers are rounded.", { pictures: counted("picture", data.n) }),
    );
    this.unfold();
  }

  unfold() {
    const { data, state } = this;
    data.stages.forEach(({ id: name, says, title, lesson }, at) => {
      const [card, panel, isOpen] = [this.cards.get(name), this.panels.get(name), name === state.stage];
      card.setAttribute("aria-expanded", isOpen);
      panel.hidden = !isOpen;
      if (!isOpen) return panel.replaceChildren();
      const { sum, more = [], values } = PANELS[name](data, state, this);
      const link = control(lesson, { class: "lesson" }, () => this.tell(at), `${lesson[0]} →`);
      const head = [element("h2", {}, `${at + 1} · ${title}`), element("p", {}, says)];
      const words = element("div", { class: "words" }, ...head, ...(sum ? [sum] : []), ...more, link);
      // What is in flight goes on where it is.
      if (values.every((it) => panel.contains(it))) return panel.firstChild.replaceWith(words);
      panel.replaceChildren(words, element("div", { class: "values" }, ...values));
    });
  }

  /** Show the sum of the hyperplane that images are flying to the sides of. */
  follow(step) {
    if (this.state.stage !== "sides" || step < 1 || step > this.data.bits) return;
    this.state.bit = step - 1;
    this.unfold();
  }

  // What is chosen -----------------------------------------------------------------------------

  open(name) {
    this.state.stage = name;
    this.unfold();
    this.flight.pause();
    this.remember();
    if (name) this.panels.get(name).scrollIntoView({ block: "nearest", behavior: still() ? "auto" : "smooth" });
  }

  /** Choose a table, a hyperplane or a hit; what had the focus has it again. */
  choose(what) {
    const panel = this.panels.get(this.state.stage);
    const focusable = () => [...panel.querySelectorAll("button, select")];
    const at = focusable().indexOf(panel.getRootNode().activeElement);
    Object.assign(this.state, what);
    if ("bit" in what) this.flight.to(what.bit + 1);
    if ("table" in what) {
      this.flight.receive(this.data.flight, this.state.table);
      this.cards.get("sides").querySelector(".glyph").replaceChildren(...GLYPHS.sides(this.data, this.state));
      this.remember();
    }
    this.unfold();
    focusable()[at]?.focus();
  }

  tableChoice() {
    return numbered("table", tr("Table"), this.data.keys.length, this.state.table, (table) => this.choose({ table }));
  }

  remember() {
    const { stage, table } = this.state;
    this.keep({ stage, table });
  }
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".machine");
  const language = hear(data);
  const machine = root.drawn?.language === language ? root.drawn : (root.drawn = new Machine(root, language));
  Object.assign(machine, {
    keep: (place) => setStateValue("place", place),
    tell: (stage) => setTriggerValue("chosen", stage),
  });
  machine.receive(data);
}
