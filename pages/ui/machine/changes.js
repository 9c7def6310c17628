// What is different from before, in words and in motion.

const TRAVELS = 850; // milliseconds that a key is on its way to its bucket
const MOST = 10; // keys that travel

/** Set two states beside each other; null before the first. */
function compare(before, data) {
  const none = { flipped: new Set(), tables: [], text: null };
  if (!before || before.gallery !== data.gallery) return none;
  const isSame = before.bits === data.bits && before.seed === data.seed;
  const flipped = new Set();
  data.keys.forEach((key, table) => {
    const old = isSame && before.keys[table];
    if (old) [...key].forEach((bit, at) => bit !== old[at] && flipped.add(`${table} ${at}`));
  });
  const tables = [...data.keys.keys()].filter((table) => data.keys[table] !== before.keys[table]);
  const known = new Set(before.hits.map((it) => it.name));
  const fresh = data.hits.filter((it) => !known.has(it.name)).length;
  const [was, now] = [before.read.candidates, data.read.candidates];
  const lines = [
    isSame ? "" : tr("Other hyperplanes, with {bits} in a key.", { bits: counted("bit", data.bits) }),
    flipped.size ? tr("{bits} of {n} flipped.", { bits: counted("bit", flipped.size), n: written(data.keys.length * data.bits) }) : "",
    before.keys.length === data.keys.length ? "" : `${before.keys.length} → ${counted("table", data.keys.length)}.`,
    was === now ? "" : `${written(was)} → ${counted("candidate", now)}.`,
    fresh ? `${counted("new hit", fresh)}.` : "",
  ];
  return { flipped, tables, text: lines.filter(Boolean).join(" ") || tr("The same keys, candidates and hits.") };
}

/** Where the column of a table stands in a drawing, seen from the machine's corner. */
function columnIn(root, drawing, column, columns) {
  const [outer, frame] = [root.getBoundingClientRect(), drawing.getBoundingClientRect()];
  const { width, height } = drawing.viewBox.baseVal;
  const wide = width * Math.min(frame.width / width, frame.height / height);
  return [
    frame.left - outer.left + (frame.width - wide) / 2 + ((column + 0.5) * wide) / columns,
    frame.top - outer.top + frame.height / 2,
  ];
}

/** Let keys that are new travel to the buckets that they name. */
function travel(root, keys, buckets, tables, n) {
  if (still() || !keys || !buckets) return;
  tables.slice(0, MOST).forEach((table, at) => {
    const [from, to] = [keys, buckets].map((drawing) => columnIn(root, drawing, table, n));
    const ghost = element("i", { class: "ghost", "aria-hidden": "true" });
    root.append(ghost);
    const place = ([x, y], opacity) => ({ transform: `translate(${x - 3}px, ${y - 22}px)`, opacity });
    ghost.animate([place(from, 0), { ...place(from, 1), offset: 0.25 }, { ...place(to, 1), offset: 0.85 }, place(to, 0)], {
      duration: TRAVELS, delay: 60 * at, easing: "ease-in-out", fill: "both",
    }).onfinish = () => ghost.remove();
  });
}

/** Where pictures stand now; given back, they slide from there to where they stand then. */
const placesOf = (holder) =>
  new Map([...holder.querySelectorAll("[data-name]")].map((it) => [it.dataset.name, it.getBoundingClientRect()]));

function slide(holder, before) {
  if (still() || !before.size) return;
  for (const it of holder.querySelectorAll("[data-name]")) {
    const [old, now] = [before.get(it.dataset.name), it.getBoundingClientRect()];
    const from = old
      ? { transform: `translate(${old.left - now.left}px, ${old.top - now.top}px)` }
      : { transform: "translateX(-40px)", opacity: 0 };
    it.animate([from, { transform: "none", opacity: 1 }], { duration: 600, delay: old ? 0 : 500, easing: "ease-out", fill: "backwards" });
  }
}
