// A page as it stands, copied into a document of its own: no script, no input, nothing to fetch.

// What is there for the hand alone, or not a part of the view.
const LEFT_OUT = [
  "script, style, link, meta, template, iframe, object, embed, video, audio, noscript",
  "[data-testid=stButton], [data-testid=stDownloadButton], [data-testid=stFormSubmitButton]",
  "[data-testid=stPopover], [data-testid=stMenuButton]",
  "[data-testid=stFileUploader], [data-testid=stCameraInput], [data-testid=stElementToolbar]",
  "[data-testid=stTooltipIcon], [data-testid=stSpinner], [data-testid=stSkeleton]",
  "[data-testid=stPagination], [data-testid=stCodeCopyButton], [data-testid=stFullScreenFrame] > button",
  ".st-key-tour-narrow, .st-key-not-on-paper, .st-key-sheet-buttons, [class*=st-key-ways-], .tools, .more, .anchor, .looks, .size, .told, .controls, .presets, .keepers",
].join();
const DROPPED = /^(on.*|src|srcset|action|formaction|ping|for|name|tabindex|contenteditable|draggable|autofocus|inert|popover.*|aria-(live|haspopup|controls|value.*))$/i;
const ROLES = ["button", "slider", "application", "menu", "menuitem", "tab", "tabpanel", "tablist", "radiogroup", "radio"];

// A button keeps its looks under another name, and so does its state: nothing can be pressed.
const RENAMED = { button: "still-button" };
const STATE = /^aria-(?=(pressed|expanded|selected)$)/;

class Still {
  constructor(title) {
    this.doc = document.implementation.createHTMLDocument(title);
    this.jobs = []; // promises: pictures that are on their way into the copy
    this.roots = []; // [root on the page, its copy]: each has styles of its own
    this.pictures = 0;
    this.lost = 0; // pictures that could not be read
  }

  element(name, attributes = {}, ...children) {
    const it = this.doc.createElement(name);
    for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
    it.append(...children);
    return it;
  }

  /** A node's copy, or null for what isn't taken along. */
  copy(node) {
    if (node.nodeType === Node.TEXT_NODE) return this.doc.createTextNode(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(LEFT_OUT)) return null;
    const looks = getComputedStyle(node);
    if (looks.display === "none") return null;
    if (looks.fontFamily.includes(ICONS) && !node.childElementCount) return icon(this, node, looks);
    const [, become] = KINDS.find(([selector]) => node.matches(selector)) ?? [];
    return become ? become(this, node) : this.plain(node);
  }

  copies(nodes) {
    return [...nodes].map((it) => this.copy(it)).filter(Boolean);
  }

  plain(node, children = node.childNodes) {
    const name = RENAMED[node.localName] ?? node.localName;
    const made = this.doc.createElementNS(node.namespaceURI, name);
    for (const it of node.attributes) {
      const value = attribute(it);
      if (value === null) continue;
      // A copy of the attribute, not its name: some that a page may have can't be set by theirs.
      const own = STATE.test(it.name) ? this.doc.createAttribute(it.name.replace(STATE, "data-")) : it.cloneNode();
      own.value = value;
      made.setAttributeNode(own);
    }
    if (node.shadowRoot) made.append(this.shadow(node.shadowRoot));
    made.append(...this.copies(children));
    return made;
  }

  /** A shadow tree, written so that a browser attaches it as it reads the file. */
  shadow(root) {
    const made = this.element("template", { shadowrootmode: "open" });
    made.content.append(...this.copies(root.childNodes));
    this.roots.push([root, made.content]);
    return made;
  }
}

/** What becomes of an attribute's value; null: it is dropped. */
function attribute({ localName, value }) {
  if (DROPPED.test(localName)) return null;
  if (localName === "role" && ROLES.includes(value)) return null;
  if (localName === "href") return link(value);
  return localName === "style" ? withoutAddresses(value) : value;
}

/** A link that leads somewhere from anywhere, and tells nobody's key. */
function link(href) {
  if (href.startsWith("#") || href.startsWith("data:image/")) return href;
  const url = URL.canParse(href, document.baseURI) ? new URL(href, document.baseURI) : null;
  if (!url || !["http:", "https:"].includes(url.protocol) || showsOwn(url)) return null;
  return without(url, KEYS, GUESSES).href;
}

/** A button of ours that shows something, a picture or a word; any other only does something. */
function pressed(still, node) {
  if (node.getRootNode() === document) return null; // Streamlit's
  const made = still.plain(node);
  return /[\p{L}\p{N}]/u.test(made.textContent) || made.querySelector("img, svg, canvas") ? made : null;
}

/** A box that opens, unless all that is in it was for the hand. */
function box(still, node) {
  const made = still.plain(node);
  const inside = made.querySelector("[data-testid=stExpanderDetails]");
  return inside && (said(inside) || inside.querySelector("img, svg, canvas, template")) ? made : null;
}

// What becomes of what can't be copied as it is, in the order in which they are asked.
const KINDS = [
  ["img", (still, node) => picture(still, node)],
  ["canvas", (still, node) => painting(still, node)],
  ["button", (still, node) => pressed(still, node)],
  ["[data-testid=stExpander]", (still, node) => box(still, node)],
  [".js-plotly-plot", (still, node) => plot(still, node)],
  ["[data-testid=stDataFrame]", (still, node) => table(still, node)],
  ["[role=tablist]", (still, node) => openTab(still, node)],
  [Object.keys(VALUES).map((it) => `[data-testid=${it}]`).join(), (still, node) => setting(still, node)],
  ["input, select, textarea", (still, node) => value(still, node)],
];
