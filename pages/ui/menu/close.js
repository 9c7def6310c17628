// A choice from the menu shows the page from its top. On a phone the menu lies over the page, and
// closes.

const NARROW = "(max-width: 768px)"; // where Streamlit lays the sidebar over the page

function close({ target }) {
  if (!target.closest(".st-key-menu :is(a, button)")) return;
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0); // where a page begins
  if (!window.matchMedia(NARROW).matches) return;
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

export default function () {
  document.addEventListener("click", close);
  return () => document.removeEventListener("click", close);
}
