// Follow the class: say where it goes, wait until nothing is half written, and click the link.
//
// data: { move: what tells one move from the next, or null for nobody who follows,
//         isThere: whether this page is where the class is, words: where it goes }

const LINK = ".st-key-class-place a";
const FORM = "[data-testid=stForm]"; // sent by a button, so lost before it
const TICKED = `${FORM} input:checked`;
const FIELDS = `${FORM} :is(input:not([type=radio], [type=checkbox]), textarea)`;
const NO_TEXT = ["button", "checkbox", "radio", "range", "submit"];
const READ = 1_500; // milliseconds that the words stand before the page moves
const LOOK = 250;
const AGAIN = 20_000; // a page that still draws may lose a click

// What this tab has done, on every page: each page has this code anew, and would go again.
const tab = (window.hashlightClass ??= {
  made: null, // the last move that was made
  next: null, // the one that is announced, and since when
  since: 0,
  clicked: null, // the one whose link was clicked, and when
  at: 0,
  timer: null, // one for the tab: with new data this code is called anew, and nobody stops the old
});

/** Whether somebody writes: in a field now, or in a form that isn't sent yet. */
function isWriting() {
  const field = document.activeElement;
  const isText = field?.matches("input, textarea, [contenteditable=true]");
  if (isText && !NO_TEXT.includes(field.type)) return true;
  const isFilled = [...document.querySelectorAll(FIELDS)].some((it) => it.value);
  return isFilled || document.querySelector(TICKED) !== null;
}

function step({ move, isThere, words }, status) {
  if (move === null || isThere) Object.assign(tab, { made: move, clicked: null });
  if (move === tab.made) {
    status.textContent = "";
    return;
  }
  if (tab.next !== move) Object.assign(tab, { next: move, since: performance.now() });
  const writes = isWriting();
  const said = writes ? `${words} ${tr("Your page follows when you have finished writing.")}` : words;
  if (status.textContent !== said) status.textContent = said;
  const link = document.querySelector(LINK);
  const now = performance.now();
  if (writes || !link || now - tab.since < READ) return;
  if (tab.clicked !== move || now - tab.at > AGAIN) {
    Object.assign(tab, { clicked: move, at: now });
    link.click();
  } else if (new URL(link.href).pathname === location.pathname) tab.made = move;
}

export default function ({ data, parentElement }) {
  hear(data);
  const status = parentElement.querySelector("p");
  clearInterval(tab.timer);
  step(data, status);
  const timer = setInterval(() => step(data, status), LOOK);
  tab.timer = timer;
  return () => clearInterval(timer);
}
