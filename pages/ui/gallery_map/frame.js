// What stands around the points of a map: buttons, choices, what is said, and the table.

const ROWS = 40; // of the table
const kinds = () => [
  ["label", tr("Label")],
  ["bucket", tr("Bucket of a table")],
  ["side", tr("Side of a hyperplane")],
  ["similarity", tr("Similarity")],
];

const select = (name, options) => {
  const it = element("select", { name });
  it.append(...options.map(([value, text]) => element("option", { value }, text)));
  return it;
};
const button = (text, title, act, looks = {}) => {
  const it = element("button", { type: "button", title, "aria-label": title, ...looks }, text);
  it.onclick = act;
  return it;
};

/** Build the elements of a map, and return those that change. */
function frame(map, root) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const marks = element("canvas", { "aria-hidden": "true" });
  const stage = element("div", { class: "stage", tabindex: "0", role: "application" });
  const card = element("div", { class: "card", hidden: "", "aria-hidden": "true" });
  const anchor = button("", tr("Menu of the image"), () => {}, { class: "anchor", tabindex: "-1" });
  anchor.focus = () => stage.focus({ preventScroll: true });
  const lasso = button(tr("Lasso"), tr("Draw around images to see what they share"), () => map.setLasso(!map.isDrawing));
  lasso.setAttribute("aria-pressed", "false");
  const tools = element(
    "div",
    { class: "tools" },
    button("+", tr("Zoom in"), () => map.zoomBy(1.6)),
    button("−", tr("Zoom out"), () => map.zoomBy(1 / 1.6)),
    button(tr("All"), tr("Show all of the map"), () => map.reset()),
    lasso,
    button(tr("In view"), tr("In view: say what its images share"), () => map.choose(map.inView()))
  );
  const plane = element("div", { class: "plane" }, canvas, marks, stage, card, anchor, tools);
  const both = element("div", { class: "both" }, plane);
  const sharpen = (ratio) => {
    map.resize(ratio);
    map.drawNow();
  };
  plane.append(keepers(both, "map", sharpen));
  const [colour, table, bit] = [select("colour", kinds()), select("table", []), select("bit", [])];
  const tableLabel = element("label", {}, `${tr("Table")} `, table);
  const bitLabel = element("label", {}, `${tr("Bit")} `, bit);
  const legend = element("div", { class: "legend" });
  const slider = element("input", { type: "range", name: "step", min: "0", step: "1" });
  const steps = element("output", {});
  const play = button("▶", tr("Light the buckets probe by probe"), () => map.playProbes());
  const said = element("p", { "aria-live": "polite" });
  const shared = element("div", { class: "shared", "aria-live": "polite" });
  const mark = (kind, sign, text) => element("li", {}, element("b", { class: kind }, sign), ` ${text}`);
  const side = element(
    "div",
    { class: "side" },
    element("div", { class: "row" }, element("label", {}, `${tr("Colour by")} `, colour), tableLabel, bitLabel),
    legend,
    element("div", { class: "row" }, element("label", { class: "wide" }, `${tr("Probes per table")} `, slider), steps, play),
    said,
    element(
      "ul",
      { class: "marks", role: "list" },
      mark("star", "★", tr("the query")),
      mark("found", "□", tr("one of the nearest, found")),
      mark("missed", "✕", tr("one of the nearest, missed")),
      element("li", {}, tr("Bright: candidates. Pale: in no bucket that is read."))
    ),
    shared
  );
  const rows = element("tbody", {});
  const titles = [tr("Image"), tr("Label"), tr("Cosine"), tr("Probe"), tr("What became of it")];
  const head = element("tr", {}, ...titles.map((it) => element("th", { scope: "col" }, it)));
  const listing = element(
    "details",
    { class: "listing" },
    element("summary", {}, tr("The same as a table")),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": tr("The map as a table") },
      element("table", {}, element("thead", {}, head), rows)
    )
  );
  const menu = makeMenu();
  both.append(side);
  root.replaceChildren(both, listing, menu.root);
  return { canvas, marks, stage, card, anchor, lasso, plane, colour, table, bit, tableLabel, bitLabel, legend, slider, steps, said, shared, rows, menu };
}

/** Fill the table with the images that matter most: the query, then the nearest first. */
function fillListing(map) {
  const { cosines, names, labels, label } = map.data;
  const { first, exact, hits, own } = map.looks;
  const matters = (row) => own.has(row) || exact.has(row) || hits.has(row) || map.looks.isRead(row, map.state.step);
  const rows = [...cosines.keys()].filter(matters);
  rows.sort((a, b) => own.has(b) - own.has(a) || cosines[b] - cosines[a]);
  map.rows.replaceChildren(
    ...rows.slice(0, ROWS).map((row) => {
      const name = button(names[row], tr("Menu of {name}", { name: names[row] }), () => map.openMenu(row, { from: name }));
      name.setAttribute("aria-haspopup", "menu");
      name.onfocus = name.onpointerenter = () => map.point(row);
      name.onblur = name.onpointerleave = () => map.point(null);
      const cells = [labels[label[row]] ?? "", written(cosines[row], 3), first[row] || "–", map.became(row)];
      return element("tr", {}, element("td", {}, name), ...cells.map((it) => element("td", {}, it)));
    })
  );
}
