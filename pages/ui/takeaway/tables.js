// Streamlit's large tables are painted, and only what is seen of them. Their text alternative has
// the words of that part, so they are scrolled through before the page is copied.

const MOST_ROWS = 500;
const FOLLOWS = 300; // milliseconds until the text alternative shows what has been scrolled to

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** All rows of a table, the head first, each a list of texts. */
async function rowsOf(frame) {
  const scroller = frame.querySelector(".dvn-scroller");
  const { scrollLeft, scrollTop, scrollWidth, clientWidth, clientHeight } = scroller;
  const share = MOST_ROWS / frame.querySelector("[role=grid]").ariaRowCount;
  const height = scroller.scrollHeight * Math.min(1, share);
  const rows = [];
  for (let top = 0; top < height; top += clientHeight / 2) {
    for (let left = 0; left < scrollWidth; left += clientWidth / 2) {
      const before = [scroller.scrollLeft, scroller.scrollTop].join();
      scroller.scrollTo(left, top);
      const moved = [scroller.scrollLeft, scroller.scrollTop].join() !== before;
      if (moved) await pause(FOLLOWS);
      else if (rows.length) continue;
      for (const row of frame.querySelector("[role=grid]").rows) {
        const cells = (rows[row.ariaRowIndex - 1] ??= []);
        for (const cell of row.cells) cells[cell.ariaColIndex - 1] = cell.textContent;
      }
    }
  }
  scroller.scrollTo(scrollLeft, scrollTop);
  return rows.filter(Boolean);
}

/** Read all tables of a page: table -> its rows. */
async function readTables(page) {
  const read = new Map();
  for (const frame of all(page, "[data-testid=stDataFrame]")) read.set(frame, await rowsOf(frame));
  return read;
}

/** A painted table as a real one. */
function table(still, node) {
  const [head, ...rows] = still.tables.get(node) ?? [[]];
  const cells = (row, kind) => still.element("tr", {}, ...Array.from(row, (it) => still.element(kind, {}, it ?? "")));
  const n = node.querySelector("[role=grid]").ariaRowCount - 1;
  const some = rows.length < n ? [still.element("caption", {}, tr("The first {some} of {n} rows.", { some: rows.length, n }))] : [];
  const whole = [still.element("thead", {}, cells(head, "th")), still.element("tbody", {}, ...rows.map((it) => cells(it, "td")))];
  return still.element("div", { class: "wide" }, still.element("table", { class: "whole" }, ...some, ...whole));
}
