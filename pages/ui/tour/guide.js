// The tour's hand: it brings the lit question into view once, and turns the page by arrow keys.
//
// data: { place: selector of what is lit, or null; always: on a phone, too }

const PATIENCE = 60; // times half a second: a first visit waits for the network to be loaded
const PANELS = ".st-key-tour, .st-key-tour-narrow";
const LINKS = {
  ArrowRight: ".st-key-go-on a, .st-key-go-on-narrow a",
  ArrowLeft: ".st-key-tour-back a, .st-key-tour-back-narrow a",
};

/** Arrow keys belong to whatever has the focus, but for the page itself and the tour's panel. */
function turn(event) {
  const { key, target } = event;
  if (!(key in LINKS) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target !== document.body && !target.closest(PANELS)) return;
  const link = [...document.querySelectorAll(LINKS[key])].find((it) => it.offsetParent);
  if (!link) return;
  event.preventDefault();
  link.click();
}

let brought = null; // the place that has been brought into view

/** Scroll once the place lies still: what is drawn above it pushes it down. */
function bring(place, always, before = null, tries = 0) {
  if (brought !== place || tries > PATIENCE) return;
  const lit = document.querySelector(place);
  const now = lit?.offsetHeight ? lit.offsetTop : null;
  const isDrawn = document.querySelector("[data-test-script-state=notRunning]");
  if (!isDrawn || now === null || now !== before) {
    setTimeout(() => bring(place, always, now, tries + 1), 500);
    return;
  }
  const isPhone = !document.querySelector(".st-key-tour")?.offsetParent;
  if (isPhone && !always) return; // the panel is read first there
  const { top, bottom } = lit.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const block = lit.offsetHeight > window.innerHeight ? "start" : "center";
  lit.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
}

export default function ({ data }) {
  if (data.place && data.place !== brought) {
    brought = data.place;
    bring(data.place, data.always);
  }
  document.addEventListener("keydown", turn);
  return () => document.removeEventListener("keydown", turn);
}
