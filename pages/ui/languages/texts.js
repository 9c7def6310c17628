// What a script says, in the visitor's language; scripts.py finds these calls, so each text is one
// literal in double quotes.

let texts = {}; // in English -> in the visitor's language
let spoken = "en"; // that language
const formats = {}; // of numbers: costly to make

/** Take the language and the texts from a component's data, before anything is said. */
function hear(data) {
  texts = JSON.parse(data.texts);
  spoken = data.language;
  document.documentElement.lang = spoken; // for whoever hears the page or translates it
  return spoken;
}

/** A number as the visitor's language writes it, rounded to some digits: 1,200, and 1.200 in German. */
function written(number, digits = 0, looks = {}) {
  const style = { signDisplay: "negative", minimumFractionDigits: digits, maximumFractionDigits: digits, ...looks };
  const key = spoken + JSON.stringify(style);
  formats[key] ??= new Intl.NumberFormat(spoken, style);
  return formats[key].format(number).replace("-", "−");
}

/** A share: 12%. */
const percent = (share, digits = 0) => written(share, digits, { style: "percent" });

/** A text with its values put in: tr("{n} of {all}", { n, all }); what is no text is a whole number. */
const tr = (text, values = {}) =>
  (texts[text] ?? text).replace(/\{(\w+)\}/g, (field, name) => {
    const value = values[name] ?? field;
    return typeof value === "number" ? written(value) : value;
  });

/** A number of things: 1 image, 1,200 images. */
const counted = (what, n) => `${written(n)} ${tr(n === 1 ? what : `${what}s`)}`;

