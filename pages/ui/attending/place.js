// Follow the class: say where it goes, wait until nothing is half written, and click the link.
//
// data: { move: what tells one move from the next, or null for nobody who follows,
//         isThere: whether this page is where the class is, words: where it goes }

const LINK = ".st-key-class-place a";
const FORMS = "[data-testid=stForm] :is(input, textarea)"; // sent by a button, so lost before it
const NO_TEXT = ["button", "checkbox", "radio", "range", "submit"];
const READ = 1_500; // milliseconds that the words stand before the page moves
const LOOK = 250;

let made = null; // the move that this tab has made last
let next = { move: null, since: 0 }; // the one that is announced

/** Whether somebody writes: in a field now, or in a form that isn't sent yet. */
function isWriting() {
  const field = document.activeElement;
  const isText = field?.matches("input, textarea, [contenteditable=true]");
  if (isText && !NO_TEXT.includes(field.type)) return true;
  return [...document.querySelectorAll(FORMS)].some((it) => it.value);
}

function step({ move, isThere, words }, status) {
  if (move === null || isThere) made = move;
  if (move === made) {
    status.textContent = "";
    return;
  }
  if (next.move !== move) next = { move, since: performance.now() };
  const writes = isWriting();
  const said = writes ? `${words} Your page follows when you have finished writing.` : words;
  if (status.textContent !== said) status.textContent = said;
  if (writes || performance.now() - next.since < READ) return;
  made = move;
  document.querySelector(LINK)?.click();
}

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("p");
  step(data, status);
  const timer = setInterval(() => step(data, status), LOOK);
  return () => clearInterval(timer);
}
