// The small picture on each stage, and the shape that is written on it.

const FULL = 64; // pixels of a band that holds the whole gallery

const box = (width, height, ...children) =>
  svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", preserveAspectRatio: "xMidYMid meet" }, ...children);
const off = () => element("span", { class: "off" }, tr("switched off"));

/** Squares in rows, each of a class. */
function squares(rows, { width = 140, height = 92, most = 13 } = {}) {
  const columns = Math.max(1, ...rows.map((row) => row.length));
  const side = Math.min(most, width / columns, height / Math.max(1, rows.length));
  return box(columns * side, rows.length * side, ...rows.flatMap((row, y) =>
    row.map((kind, x) => svg("rect", {
      x: (x + 0.07) * side, y: (y + 0.07) * side, width: 0.86 * side, height: 0.86 * side, rx: side / 7, class: kind,
    }))
  ));
}

/** The keys side by side, a column for each table. */
const bitSquares = ({ keys, bits }, flipped) =>
  squares(Array.from({ length: bits }, (_, at) => keys.map((key, table) =>
    `${key[at] === "1" ? "one" : "zero"} ${flipped.has(`${table} ${at}`) ? "flipped" : ""}`)));

/** What was read in each table: a block for each bucket, as tall as it has pictures. */
function bucketBars({ read: { tables, places } }) {
  const [most, step] = [Math.max(1, ...places), Math.min(16, 140 / tables.length)];
  const blocks = tables.flatMap((probes, table) => {
    let top = 88;
    return probes.filter((probe) => probe[3]).map(([, flips, , n]) => {
      const height = (86 * n) / most;
      top -= height;
      return svg("rect", {
        x: table * step + step * 0.12, y: top, width: step * 0.76, height: Math.max(0.4, height - 0.8),
        class: flips.length ? "probed" : "own",
      });
    });
  });
  const wide = step * tables.length;
  return box(wide, 92, ...blocks, svg("line", { class: "axis", x1: 0, x2: wide, y1: 88.5, y2: 88.5 }));
}

function galleryCells({ found }, looks) {
  const columns = Math.ceil(Math.sqrt(found.length * 1.5));
  const rows = [];
  for (let at = 0; at < found.length; at += columns) rows.push(found.slice(at, at + columns));
  const drawn = squares(rows.map((row) => row.map(() => "cell")), looks);
  [...drawn.children].forEach((it, at) => it.style.setProperty("--share", found[at]));
  return drawn;
}

function gateCurve({ curve }) {
  const points = curve.map((gate, at) => `${(140 * at) / (curve.length - 1 || 1)} ${80 - 76 * gate}`);
  return box(140, 84,
    svg("path", { class: "area", d: `M0 80L${points.join("L")}L140 80Z` }),
    svg("line", { class: "grid", x1: 0, x2: 140, y1: 42, y2: 42 }),
    svg("line", { class: "axis", x1: 0, x2: 140, y1: 80, y2: 80 }));
}

function arrowBars(values, width = 140, height = 84) {
  const most = Math.max(...values.map(Math.abs)) || 1;
  const step = width / values.length;
  const bars = values.map((it, at) => `M${(at + 0.5) * step} ${height / 2}v${(-it / most) * (height / 2 - 2)}`);
  return box(width, height,
    svg("path", { class: "bars", d: bars.join(""), "stroke-width": Math.max(0.45, step * 0.7) }),
    svg("line", { class: "axis", x1: 0, x2: width, y1: height / 2, y2: height / 2 }));
}

/** How far the query lies from the hyperplanes of a table: right of the cut is side 1. */
function marginDots(margins) {
  const most = Math.max(...margins.map(Math.abs)) || 1;
  const step = Math.min(14, 84 / margins.length);
  const at = margins.map((it, row) => ({ x: 70 + (it / most) * 62, y: (row + 0.5) * step, side: it >= 0 ? "one" : "zero" }));
  const height = step * margins.length;
  return box(140, height,
    svg("line", { class: "cut", x1: 70, x2: 70, y1: 0, y2: height }),
    ...at.map(({ x, y, side }) => svg("line", { class: `reach ${side}`, x1: 70, x2: x, y1: y, y2: y })),
    ...at.map(({ x, y, side }) => svg("circle", { class: side, cx: x, cy: y, r: Math.min(4, step / 2.4) })));
}

const GLYPHS = {
  image: ({ picture: src }) => [element("img", { src, alt: "" })],
  features: ({ features: { maps, shape }, ramp }) => {
    const most = Math.max(...maps.flat());
    return [element("span", { class: "six" }, ...maps.map((it) => heat(it, shape[2], [0, most], ramp)))];
  },
  channel: ({ channel }) => [channel ? gateCurve(channel) : off()],
  spatial: (data) => [data.spatial ? gateOver(data) : off()],
  embedding: ({ embedding }) => [arrowBars(embedding)],
  sides: ({ margins }, { table }) => [marginDots(margins[table])],
  keys: (data, { flipped }) => [bitSquares(data, flipped)],
  buckets: (data) => [bucketBars(data)],
  candidates: (data) => [galleryCells(data)],
  ranking: ({ hits }) => [element("span", { class: "six" }, ...hits.slice(0, 6).map((it) => picture(it, { "data-name": it.name })))],
};

/** M_s over its mean, over the picture: the same colours for every picture. */
function gateOver({ picture: src, spatial: { gate }, features, ramp }) {
  const mean = gate.reduce((a, b) => a + b, 0) / gate.length;
  return element("span", { class: "over" }, element("img", { src, alt: "" }), heat(gate, features.shape[2], [0, 2 * mean], ramp));
}

const SHAPES = {
  image: ({ size }) => `3 × ${size} × ${size}`,
  features: ({ features: { shape } }) => shape.map((it) => written(it)).join(" × "),
  channel: ({ channel, features: { shape } }) => (channel ? `${written(shape[0])} × 1 × 1` : tr("off")),
  spatial: ({ spatial, features: { shape } }) => (spatial ? `1 × ${shape[1]} × ${shape[2]}` : tr("off")),
  embedding: ({ embedding }) => counted("number", embedding.length),
  sides: ({ keys, bits }) => `${keys.length} × ${counted("side", bits)}`,
  keys: ({ keys, bits }) => tr("{keys} of {bits}", { keys: counted("key", keys.length), bits: counted("bit", bits) }),
  buckets: ({ read: { tables } }) => tr("{buckets} read", { buckets: counted("bucket", tables.flat().length) }),
  candidates: ({ read: { candidates }, n }) => tr("{n} of {pictures}", { n: written(candidates), pictures: counted("picture", n) }),
  ranking: ({ nHits }) => counted("hit", nHits),
};

/** Widths of the band that leaves each stage, in pixels at both ends; of images: N is full. */
function bands({ size, features: { shape }, embedding, keys, bits, n, read, nHits }) {
  const F = shape.reduce((a, b) => a * b);
  const numbers = [3 * size * size, F, F, F, embedding.length, keys.length * bits, keys.length];
  const wide = (it) => Math.max(4, 2 * Math.log2(it + 1));
  const images = (it) => (it ? Math.max(2, (FULL * it) / Math.max(1, n)) : 0);
  const ofNumbers = numbers.map((it, at) => ({ kind: "numbers", from: wide(it), to: wide(numbers[at + 1] ?? it) }));
  return [
    ...ofNumbers,
    { kind: "images", from: images(n), to: images(read.candidates) },
    { kind: "images", from: images(read.candidates), to: images(nHits) },
  ];
}
