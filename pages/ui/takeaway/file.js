// The file: the copy of the page between a line that says what it is and one that says whose.

// Whatever a page may hold, a browser runs and fetches nothing for this file.
const POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'";

/** Copy the page that is shown; returns the text of the file, its name, and how many pictures are lacking. */
async function takeAway({ looks, made, credit }) {
  const page = document.querySelector("[data-testid=stMainBlockContainer]");
  const still = new Still(document.title);
  still.tables = await readTables(page);
  const { doc } = still;
  doc.documentElement.lang = document.documentElement.lang;
  doc.body.append(headOf(still), still.element("main", { "data-testid": "stMain" }, still.copy(page)));
  await Promise.all(still.jobs);
  doc.body.append(still.element("footer", {}, still.pictures && credit ? `${made} ${tr("Gallery: {credit}", { credit })}` : made));
  for (const [root, copy] of still.roots) copy.prepend(still.element("style", {}, stylesFor(root, copy)));
  doc.head.prepend(
    still.element("meta", { charset: "utf-8" }),
    still.element("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
    still.element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
  );
  doc.head.append(still.element("style", {}, [await fonts(), stylesFor(document, doc), pageLooks(page), looks].join("\n")));
  return { text: `<!doctype html>\n${doc.documentElement.outerHTML}\n`, name: fileName(document.title), lost: still.lost };
}

/** When and where this was seen, and with which settings. */
function headOf(still) {
  const { lang } = document.documentElement;
  const when = new Date().toLocaleString(lang === "en" ? "en-GB" : lang, { dateStyle: "long", timeStyle: "short" });
  const here = new URL(location.href);
  const address = without(here, KEYS, GUESSES).href;
  const where = showsOwn(here) ? tr("It shows photographs of the visitor's own.") : still.element("a", { href: address }, address);
  const settings = settingsBeside().map(([label, value]) =>
    still.element("div", {}, still.element("dt", {}, label), still.element("dd", {}, value)),
  );
  return still.element("header", {}, still.element("p", {}, `Hashlight, ${when}. `, where), still.element("dl", {}, ...settings));
}

/** The page's own width, paper and ink, light or dark. */
function pageLooks(page) {
  const { backgroundColor, color, fontFamily, fontSize, lineHeight, colorScheme } = getComputedStyle(document.querySelector("[data-testid=stApp]"));
  const ink = `background: ${backgroundColor}; color: ${color}; font: ${fontSize}/${lineHeight} ${fontFamily}`;
  const paper = `html, body { print-color-adjust: ${colorScheme === "dark" ? "exact" : "economy"}; }`;
  const width = `body > * { box-sizing: border-box; max-width: ${page.offsetWidth}px !important; }`;
  return `:root { color-scheme: ${colorScheme}; } body { ${ink}; } ${paper} ${width}`;
}

/** A name that every system takes. */
function fileName(title) {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `${[...new Set(["hashlight", ...words])].join("-").slice(0, 80)}.html`;
}
