// What a picture's menu is, wherever the picture stands: in a grid or on a map.
//
// A picture that one points at in one place is marked in all others on the page.

const POINTED = "hashlight-pointed"; // an event of the window: { detail: the image's name, or null }

const pointAt = (name) => window.dispatchEvent(new CustomEvent(POINTED, { detail: name }));

const element = (name, attributes = {}, ...children) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...children);
  return it;
};

/** A click that asks for a new tab or window is the browser's own business. */
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

/** A link that tells the script, or a button where there is nowhere to go. */
function control([label, address], attributes, tell, ...children) {
  const it = address
    ? element("a", { href: address, ...attributes }, ...children)
    : element("button", { type: "button", ...attributes }, ...children);
  it.onclick = (event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    tell(label);
  };
  return it;
}

/** The one menu of all pictures in one place, filled anew for each. */
function makeMenu() {
  const menu = element("div", { class: "menu", role: "menu", popover: "auto" });
  const items = () => [...menu.children];
  let opener = null;
  menu.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = items().indexOf(menu.getRootNode().activeElement);
    items()[(at + step + items().length) % items().length].focus();
  };
  menu.ontoggle = (event) => {
    opener?.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState === "closed") opener?.focus();
  };
  const open = (button, actions, tell) => {
    opener = button;
    menu.replaceChildren(
      ...actions.map((action) =>
        control(action, { role: "menuitem" }, (label) => {
          menu.hidePopover();
          tell(label);
        }, action[0])
      )
    );
    menu.showPopover();
    const [box, own] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
    const below = box.bottom + own.height <= window.innerHeight;
    menu.style.left = `${Math.max(4, Math.min(box.left, window.innerWidth - own.width - 4))}px`;
    menu.style.top = `${below ? box.bottom : Math.max(4, box.top - own.height)}px`;
    items()[0].focus();
  };
  return { root: menu, open };
}
