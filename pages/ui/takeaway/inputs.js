// What an input becomes where nothing can be set any more: its label and its value.

const said = (node) => node?.textContent.trim() ?? "";
const all = (node, selector) => [...node.querySelectorAll(selector)];

/** The value of each of Streamlit's inputs, as it is read on the page. */
const VALUES = {
  stSlider: (it) => all(it, "input").map((thumb) => thumb.ariaValueText || thumb.value).join(" … "),
  stSelectbox: (it) => it.querySelector("input").value,
  stMultiSelect: (it) => all(it, "[role=row]").map(said).join(", "),
  stNumberInput: (it) => it.querySelector("input").value,
  stTextInput: (it) => it.querySelector("input").value,
  stTextArea: (it) => it.querySelector("textarea").value,
  stCheckbox: (it) => (it.querySelector("input").checked ? tr("on") : tr("off")),
  stButtonGroup: (it) => all(it, "[data-selected]").map(said).join(", "),
  stRadio: (it) => said(it.querySelector("label:has(:checked)")),
};

/** The label of an input; a switch has its own beside it. */
const labelOf = (node) => node.querySelector("[data-testid=stWidgetLabel]");

/** A line with an input's label and value. */
function setting(still, node) {
  const label = labelOf(node);
  const words = label ? still.copies(label.childNodes) : [];
  const kind = node.dataset.testid;
  const value = VALUES[kind](node);
  if (kind === "stRadio" || (kind === "stButtonGroup" && !value)) return asked(still, node, words);
  return value ? still.element("div", { class: "setting" }, ...words, " ", still.element("b", {}, value)) : null;
}

/** A question with all its answers, the chosen one marked. */
function asked(still, node, words) {
  const options = all(node, "label:has(input), button").map((it) =>
    still.element("li", { class: it.querySelector(":checked") ? "chosen" : "" }, said(it)),
  );
  return still.element("div", { class: "asked" }, ...words, still.element("ul", {}, ...options));
}

/** An input of a component of ours, whose label stands around it; what has none, says nothing. */
function value(still, node) {
  if (!node.closest("label") || node.type === "file") return null;
  if (node.type === "checkbox" || node.type === "radio") return still.element("b", {}, node.checked ? "☑" : "☐");
  return still.element("b", {}, node.localName === "select" ? said(node.selectedOptions[0]) : node.value);
}

/** Of several tabs the one that is open, as a heading. */
function openTab(still, node) {
  const open = node.querySelector("[aria-selected=true]");
  return open && still.element("h2", { class: "open-tab" }, said(open));
}

/** The settings that stand beside the page, in its menu: [label, value]. */
function settingsBeside() {
  const widgets = all(document, "[data-testid=stSidebar] [data-testid]").filter((it) => VALUES[it.dataset.testid]);
  return widgets.map((it) => [said(labelOf(it)), VALUES[it.dataset.testid](it)]).filter(([label, value]) => label && value);
}
