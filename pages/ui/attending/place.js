// Follow the class: say where it goes, wait until nothing is half written, and click the link.
//
// data: { move: what tells one move from the next, or null for nobody who follows,
//         isThere: whether this page is where the class is, words: where it goes }

const LINK = ".st-key-class-place a";
const FORMS = "[data-testid=stForm] :is(input, textarea)"; // sent by a button, so lost before it
const NO_TEXT = ["button", "checkbox", "radio", "range", "submit"];
const READ = 1_500; // milliseconds that the words stand before the page moves
const LOOK = 250;

// What this tab has done, on every page: each page has this code anew, and would go again.
const tab = (window.hashlightClass ??= {
  made: null, // the last move that was made
  next: null, // the one that is announced, and since when
  since: 0,
});

/** Whether somebody writes: in a field now, or in a form that isn't sent yet. */
function isWriting() {
  const field = document.activeElement;
  const isText = field?.matches("input, textarea, [contenteditable=true]");
  if (isText && !NO_TEXT.includes(field.type)) return true;
  return [...document.querySelectorAll(FORMS)].some((it) => it.value);
}

function step({ move, isThere, words }, status) {
  if (move === null || isThere) tab.made = move;
  if (move === tab.made) {
    status.textContent = "";
    return;
  }
  if (tab.next !== move) Object.assign(tab, { next: move, since: performance.now() });
  const writes = isWriting();
  const said = writes ? `${words} Your page follows when you have finished writing.` : words;
  if (status.textContent !== said) status.textContent = said;
  const link = document.querySelector(LINK);
  if (writes || !link || performance.now() - tab.since < READ) return;
  tab.made = move;
  link.click();
}

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("p");
  step(data, status);
  const timer = setInterval(() => step(data, status), LOOK);
  return () => clearInterval(timer);
}
