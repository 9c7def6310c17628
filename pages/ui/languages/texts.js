// What a script says, in the visitor's language; scripts.py finds these calls, so each text is one
// literal in double quotes.

let texts = {}; // in English -> in the visitor's language

/** Take the language and the texts from a component's data, before anything is said. */
function hear(data) {
  texts = JSON.parse(data.texts);
  document.documentElement.lang = data.language; // for whoever hears the page or translates it
  return data.language;
}

/** A text with its values put in: tr("{n} of {all}", { n, all }). */
const tr = (text, values = {}) =>
  (texts[text] ?? text).replace(/\{(\w+)\}/g, (field, name) => values[name] ?? field);

/** A number of things: 1 image, 1,200 images. */
const counted = (what, n) => `${n.toLocaleString("en")} ${tr(n === 1 ? what : `${what}s`)}`;

