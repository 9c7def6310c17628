// The styles that the copy needs, and no others.

const MOST_FONT = 200_000; // bytes of a font that is taken along

// What stands before the styles of every tree: a button's own looks, which other names don't have.
const ALWAYS = `still-button { display: inline-block; box-sizing: border-box; padding: 1px 6px; text-align: center; align-content: center; }
still-button, still-button * { cursor: default !important; }\n`;

// States and parts of an element, which a search for elements can't tell.
const STATES = /::[\w-]+(\([^)]*\))?|:(hover|focus-visible|focus-within|focus|active|visited|link|before|after|target|enabled|disabled)(?![\w-])/g;

const withoutAddresses = (css) => css.replace(/url\((?!["']?(data:|#))[^)]*\)/g, "none");

/** A selector that means in the copy what it means on the page. */
const renamed = (selector) =>
  selector.replace(/(?<![\w\-.#["=])button(?![\w-])/g, RENAMED.button).replace(/\[aria-(?=(pressed|expanded|selected)\b)/g, "[data-");

function isUsed(selector, root) {
  if (selector.includes(":host")) return true;
  try {
    return root.querySelector(selector.replace(STATES, ":is(*)")) !== null;
  } catch {
    return true; // a selector that only the browser's own style engine knows
  }
}

/** The text of those rules that mean something in a tree. */
function* rulesFor(root, rules) {
  for (const rule of rules) {
    if (rule instanceof CSSStyleRule) {
      const selector = renamed(rule.selectorText);
      if (isUsed(selector, root)) yield selector + rule.cssText.slice(rule.selectorText.length);
    } else if (rule.cssRules && !(rule instanceof CSSKeyframesRule)) {
      const inner = [...rulesFor(root, rule.cssRules)].join("\n");
      if (inner) yield `${rule.cssText.slice(0, rule.cssText.indexOf("{"))}{${inner}}`;
    }
  }
}

const sheetsOf = (root) => [...root.styleSheets, ...root.adoptedStyleSheets];

/** Styles of a root of the page, for its copy. */
function stylesFor(root, copy) {
  const css = sheetsOf(root).flatMap((sheet) => [...rulesFor(copy, sheet.cssRules)]).join("\n");
  return ALWAYS + withoutAddresses(css).replaceAll("</", "<\\/");
}

/** The fonts that the page has loaded, but for large ones; without them there is the next family. */
async function fonts() {
  const loaded = new Set([...document.fonts].filter((it) => it.status === "loaded").map(faceOf));
  const rules = sheetsOf(document).flatMap((sheet) => [...sheet.cssRules]).filter((it) => it instanceof CSSFontFaceRule);
  const wanted = rules.filter(({ style }) => loaded.has(faceOf(described(style))));
  return (await Promise.all(wanted.map(fontFace))).join("\n");
}

const described = (style) => ({
  family: style.getPropertyValue("font-family"),
  style: style.getPropertyValue("font-style") || "normal",
  weight: style.getPropertyValue("font-weight") || "normal",
});
const faceOf = ({ family, style, weight }) =>
  [family.replace(/["']/g, ""), style, weight.replace("normal", "400").replace("bold", "700")].join();

async function fontFace(rule) {
  const { family, style, weight } = described(rule.style);
  const [, address] = rule.style.getPropertyValue("src").match(/url\(["']?([^"')]+)/) ?? [];
  const base = rule.parentStyleSheet.href ?? document.baseURI;
  const file = address && (await fetched(new URL(address, base)).catch(() => null));
  if (!file || file.size > MOST_FONT) return "";
  const looks = `font-family: ${family}; font-style: ${style}; font-weight: ${weight}`;
  return `@font-face { ${looks}; src: url(${await dataUrl(file)}) }`;
}
