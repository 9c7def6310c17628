// What all of the machine is drawn with; menu.js is put in front of this.

const SVG = "http://www.w3.org/2000/svg";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const svg = (name, attributes = {}, ...children) => {
  const it = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...children);
  return it;
};

const decimal = (value, digits = 3) => written(value, digits);
const signed = (value, digits = 3) => written(value, digits, { signDisplay: "exceptZero" });

const power = (base, exponent) => element("span", {}, base, element("sup", {}, exponent));

/** A picture, or its name where it can't be read. */
const picture = ({ src, name }, looks = {}) =>
  src ? element("img", { src, alt: "", draggable: "false", ...looks }) : element("span", { class: "problem" }, name);

/** Values of a map, row by row, as one pixel each. */
function heat(values, columns, [low, high], ramp) {
  const canvas = element("canvas", { width: columns, height: values.length / columns, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  values.forEach((value, at) => {
    const place = Math.max(0, Math.min(0.999, (value - low) / (high - low || 1)));
    pen.fillStyle = ramp[Math.floor(place * ramp.length)];
    pen.fillRect(at % columns, Math.floor(at / columns), 1, 1);
  });
  return canvas;
}

/** A table: head, and rows of cells that are text or elements. */
function listing(caption, head, rows) {
  const cell = (kind) => (it) => element(kind, kind === "th" ? { scope: "col" } : {}, it);
  return element(
    "table",
    {},
    element("caption", {}, caption),
    ...(head.length ? [element("thead", {}, element("tr", {}, ...head.map(cell("th"))))] : []),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell("td"))))),
  );
}

/** A sum as one writes it by hand: rows of [what, how, value], and below the line the result. */
function sumOf(caption, rows, result) {
  const sum = listing(caption, [], [...rows, result]);
  sum.classList.add("sum");
  return sum;
}

/** A scalar product by its largest terms. */
function productOf(caption, [terms, rest, total], { left, right, n, result }) {
  const rows = terms.map(([place, a, b]) => [
    tr("number {n}", { n: place + 1 }),
    `${signed(a, 4)} × ${signed(b, 4)}`,
    signed(a * b, 4),
  ]);
  if (n > terms.length) rows.push([tr("the other {n} products", { n: written(n - terms.length) }), "", signed(rest, 4)]);
  return sumOf(`${caption}: ${left} × ${right}`, rows, [result, "", signed(total, 4)]);
}

/** A choice by its number, shown from 1. */
function numbered(name, label, n, chosen, choose) {
  const select = element("select", { name });
  select.append(...Array.from({ length: n }, (_, at) => element("option", { value: at }, at + 1)));
  select.value = chosen;
  select.onchange = () => choose(+select.value);
  return element("label", {}, `${label} `, select);
}
