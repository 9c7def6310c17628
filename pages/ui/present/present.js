// Presenting: a mark on the document, which the style sheet reads, and the keys of a clicker.

const MARK = "data-presenting";
const STORED = "hashlight-presenting"; // in the tab: a page that is loaded anew goes on presenting
const HINT_STAYS = 6_000; // milliseconds
const STEPS = { PageDown: 1, PageUp: -1 };
const TOUR = { 1: ".st-key-go-on a", "-1": ".st-key-tour-back a" };
const OPEN = "[role=dialog], [role=listbox]"; // what Esc closes first

const root = document.documentElement;

/** Say for a moment how to go on and how to end. */
function hint() {
  const line = document.createElement("p");
  line.className = "presenting-hint";
  line.role = "status";
  line.textContent = tr("Page Down and Page Up turn the pages. Esc ends.");
  document.body.append(line);
  setTimeout(() => line.remove(), HINT_STAYS);
}

function present(on) {
  root.toggleAttribute(MARK, on);
  if (on) sessionStorage.setItem(STORED, "1");
  else sessionStorage.removeItem(STORED);
}

/** The link to the next or the last page: the tour's where one is at it, else the menu's. */
function way(step) {
  if (document.querySelector(".st-key-tour")) return document.querySelector(TOUR[step]);
  const links = [...document.querySelectorAll(".st-key-menu li a")];
  const here = links.findIndex((it) => it.ariaCurrent);
  return links[here + step];
}

function key(event) {
  if (!root.hasAttribute(MARK)) return;
  if (event.key === "Escape" && !document.querySelector(OPEN)) present(false);
  if (!(event.key in STEPS)) return;
  event.preventDefault(); // whatever has the focus: a clicker has no other keys
  event.stopPropagation();
  way(STEPS[event.key])?.click();
}

export default function ({ parentElement, data }) {
  hear(data);
  present(sessionStorage.getItem(STORED) !== null);
  const button = parentElement.querySelector("button");
  button.textContent = tr("Present");
  button.onclick = () => {
    present(true);
    hint();
  };
  document.addEventListener("keydown", key, true);
  return () => document.removeEventListener("keydown", key, true);
}
