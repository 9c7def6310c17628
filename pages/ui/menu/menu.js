// The menu. A choice shows the page from its top, without loading the app anew: the address changes,
// and Streamlit hears of it as it does of the browser's own Back and Forward. On a phone the menu
// lies over the page, and closes.
//
// data: { html: headings and links, along: names of the parameters that go with every page }

const NARROW = "(max-width: 768px)"; // where Streamlit lays the sidebar over the page

/** Let the links take along what the address says of the view by now. */
function takeAlong(nav, along) {
  const here = new URLSearchParams(location.search);
  const view = new URLSearchParams(along.filter((it) => here.has(it)).map((it) => [it, here.get(it)]));
  for (const link of nav.querySelectorAll("li a")) link.search = view;
}

function follow(event) {
  const link = event.target.closest("a");
  // A click that asks for a new tab or window is the browser's own business.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.href !== location.href) history.pushState({}, "", link.href);
  dispatchEvent(new PopStateEvent("popstate"));
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0); // where a page begins
  if (!matchMedia(NARROW).matches) return;
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

export default function ({ data: { html, along }, parentElement }) {
  const nav = parentElement.querySelector("nav");
  if (nav.drawn === html) return; // Streamlit calls for every run of the script
  nav.drawn = html;
  nav.innerHTML = html;
  nav.onpointerover = () => takeAlong(nav, along); // a new tab is to have the view too
  nav.onclick = (event) => {
    takeAlong(nav, along);
    follow(event);
  };
}
