// On a phone the menu lies over the page: a choice closes it, so that the page is seen.

const NARROW = "(max-width: 768px)"; // where Streamlit lays the sidebar over the page

function close({ target }) {
  if (!window.matchMedia(NARROW).matches) return;
  if (!target.closest(".st-key-menu :is(a, button)")) return;
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

export default function () {
  document.addEventListener("click", close);
  return () => document.removeEventListener("click", close);
}
