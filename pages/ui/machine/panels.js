// What a stage shows when it is open: its values, and the sum behind one of them.

const ROWS = 10; // of a table

const sigmoid = (sum) => element("span", {}, "1 / (1 + ", power("e", decimal(-sum)), ")");
const paragraph = (text) => element("p", {}, text);

/** Bits of a key, those that a probe flips marked. */
const keyMarked = (key, flips) =>
  element("code", {}, ...[...key].map((bit, at) => (flips.includes(at) ? element("b", {}, bit) : bit)));

const PANELS = {
  image({ point, picture: src }) {
    return {
      sum: sumOf(
        `The red of the point in row ${point.row + 1}, column ${point.column + 1}`,
        [
          ["from 0 … 255 to 0 … 1", `${point.byte} / 255`, decimal(point.byte / 255, 4)],
          ["shifted by", "", signed(-point.shift, 4)],
          ["divided by", decimal(point.scale, 4), ""],
        ],
        ["what the network is given", "", signed(point.value)],
      ),
      values: [element("img", { class: "large", src, alt: "The query" })],
    };
  },

  features({ features: { channels, maps, shape, sum }, ramp }) {
    const [n, rows, columns] = shape;
    const most = Math.max(...maps.flat());
    const named = channels.map((channel, at) =>
      element("figure", {}, heat(maps[at], columns, [0, most], ramp),
        element("figcaption", {}, `channel ${whole(channel)}: at most ${decimal(Math.max(...maps[at]), 1)}`)));
    return {
      sum: sumOf(
        `The average of channel ${whole(channels[0])}`,
        [
          [`sum of its ${rows} × ${columns} places`, "", decimal(sum, 2)],
          ["divided by", `${rows * columns}`, ""],
        ],
        ["its average, which the next stage reads", "", decimal(sum / rows / columns)],
      ),
      values: [element("div", { class: "maps" }, ...named), paragraph(`F holds ${whole(n)} × ${rows} × ${columns} = ${whole(n * rows * columns)} numbers.`)],
    };
  },

  channel({ channel, features: { shape } }) {
    if (!channel) return { values: [paragraph("Channel attention is switched off under Attention in the sidebar: every channel goes on as it is.")] };
    const { channel: number, average, maximum, average_path: a, maximum_path: b, gate } = channel.sum;
    return {
      sum: sumOf(
        `The gate of channel ${whole(number)}, which counts most in the end`,
        [
          ["what the small network makes of its average", decimal(average), signed(a)],
          ["what it makes of its maximum", decimal(maximum), signed(b)],
          ["both together", "", signed(a + b)],
        ],
        ["its gate", sigmoid(a + b), decimal(gate)],
      ),
      values: [gateCurve(channel), paragraph(`All ${whole(shape[0])} gates, the most open first; the line is one half. ${whole(channel.open)} lie above it.`)],
    };
  },

  spatial(data) {
    const { spatial } = data;
    if (!spatial) return { values: [paragraph("Spatial attention is switched off under Attention in the sidebar: every place goes on as it is.")] };
    const { row, column, mean_term: a, maximum_term: b, bias, gate } = spatial.sum;
    return {
      sum: sumOf(
        `The gate of row ${row + 1}, column ${column + 1}, which is the most open`,
        [
          ["what the window makes of the means", "", signed(a)],
          ["what it makes of the maxima", "", signed(b)],
          ["learnt constant", "", signed(bias)],
        ],
        ["its gate", sigmoid(a + b + bias), decimal(gate)],
      ),
      values: [gateOver(data), paragraph(`The gates run from ${decimal(spatial.low)} to ${decimal(spatial.high)}. Yellow counts most.`)],
    };
  },

  embedding({ embedding, squares }) {
    const [terms, rest, total] = squares;
    const n = embedding.length;
    return {
      sum: sumOf(
        "Its length: square every number and add up",
        [
          ...terms.map(([place, it]) => [`number ${place + 1}`, `(${signed(it, 4)})²`, decimal(it * it, 4)]),
          [`the other ${n - terms.length} squares`, "", decimal(rest, 4)],
        ],
        ["length², so the arrow has length 1", "", decimal(total, 4)],
      ),
      values: [arrowBars(embedding, 420, 110), paragraph(`All ${n} numbers, upwards where they are above 0.`)],
    };
  },

  sides({ margins, products, embedding }, { table, bit }, machine) {
    const rows = margins[table].map((margin, at) => {
      const it = element("button", { type: "button", "aria-pressed": at === bit, class: margin >= 0 ? "one" : "zero" },
        `${at + 1}: ${signed(margin)} → ${margin >= 0 ? 1 : 0}`);
      it.onclick = () => machine.choose({ bit: at });
      return it;
    });
    const total = margins[table][bit];
    return {
      sum: productOf(`Hyperplane ${bit + 1} of table ${table + 1}`, products[table][bit], {
        left: "hyperplane", right: "arrow", n: embedding.length,
        result: `margin: ${total >= 0 ? "0 or more, so side 1" : "below 0, so side 0"}`,
      }),
      more: [
        machine.tableChoice(),
        element("div", { class: "choices", role: "group", "aria-label": `Hyperplanes of table ${table + 1}: margin and side` }, ...rows),
      ],
      values: [machine.flight.root],
    };
  },

  keys({ keys, worth, bits }, { table, flipped }, machine) {
    const list = keys.map((key, at) => {
      const marks = [...key].map((bit, place) => (flipped.has(`${at} ${place}`) ? element("b", {}, bit) : bit));
      const it = element("button", { type: "button", "aria-pressed": at === table, "aria-label": `Table ${at + 1}: ${key}` }, element("code", {}, ...marks));
      it.onclick = () => machine.choose({ table: at });
      return it;
    });
    const key = parseInt(keys[table], 2);
    return {
      sum: sumOf(
        `The key of table ${table + 1}`,
        [
          ["sides in a row", keys[table], ""],
          ["what each 1 is worth, by its place", worth[table].map(whole).join(" + ") || "no 1", ""],
        ],
        [element("span", {}, "number of the bucket, of ", power("2", bits), ` = ${whole(2 ** bits)}`), "", whole(key)],
      ),
      values: [
        element("div", { class: "choices", role: "group", "aria-label": "The keys of all tables" }, ...list),
        ...(flipped.size ? [paragraph("Marked: bits that have just flipped.")] : []),
      ],
    };
  },

  buckets({ read: { tables, places }, margins }, { table }, machine) {
    const probes = tables[table];
    const shown = probes.slice(0, ROWS);
    const [, flips, cost] = shown.at(-1);
    return {
      sum: flips.length
        ? sumOf(
          `Probe ${shown.length} of table ${table + 1}: how far it reaches`,
          flips.map((bit) => [`margin of bit ${bit + 1}, squared`, `(${signed(margins[table][bit], 4)})²`, decimal(margins[table][bit] ** 2, 6)]),
          ["its reach; probes come in this order", "", decimal(cost, 6)],
        )
        : sumOf(`Probe 1 of table ${table + 1}: the own bucket`, [["bits that differ", "", "0"]], ["its reach", "", "0"]),
      values: [
        machine.tableChoice(),
        listing(
          `Buckets that were read in table ${table + 1}`,
          ["Probe", "Bucket", "Reach", "Pictures"],
          shown.map(([key, bits, reach, n], at) => [`${at + 1}`, keyMarked(key, bits), reach ? decimal(reach, 6) : "0", whole(n)]),
        ),
        paragraph(`${probes.length > ROWS ? `And ${probes.length - ROWS} more. ` : ""}Together ${counted(places[table], "picture")} in this table. Bold: bits that a probe flips.`),
      ],
    };
  },

  candidates(data) {
    const { read: { places, different, own, candidates }, n, recall, nNearest } = data;
    const sum = places.reduce((a, b) => a + b, 0);
    const each = `${places.slice(0, 5).join(" + ")}${places.length > 5 ? " + …" : ""}`;
    return {
      sum: sumOf(
        "From buckets to candidates",
        [
          [`in the buckets of ${counted(places.length, "table")}`, each, whole(sum)],
          ["found more than once", "", decimal(different - sum, 0)],
          ["the query itself, and its copies", "", decimal(-own, 0)],
        ],
        [`candidates: ${share(candidates, n)} of ${counted(n, "picture")}`, "", whole(candidates)],
      ),
      values: [
        galleryCells(data, { width: 420, height: 190, most: 16 }),
        paragraph(`From the nearest picture, top left, to the farthest. ${Math.round(recall * nNearest)} of the ${nNearest} nearest were read.`),
      ],
    };
  },

  ranking({ hits, nHits, embedding, recall, nNearest }, { hit }, machine) {
    if (!hits.length) return { values: [paragraph("No candidate, so no hit. Take fewer bits, more tables or more probes.")] };
    const at = Math.min(hit, hits.length - 1);
    const list = hits.map((it, place) => {
      const signs = { true: "✓ ", false: "✗ " };
      const told = element("button", { type: "button", "aria-pressed": place === at, title: it.name },
        picture(it), element("span", {}, `${it.rank} · ${decimal(it.cosine)}`), element("span", {}, (signs[it.relevant] ?? "") + it.label));
      told.onclick = () => machine.choose({ hit: place });
      return told;
    });
    return {
      sum: productOf(`Hit ${hits[at].rank}`, hits[at].sum, {
        left: "hit", right: "query", n: embedding.length, result: `cosine, rank ${hits[at].rank}`,
      }),
      values: [
        element("div", { class: "choices hits", role: "group", "aria-label": "Hits, with their cosines" }, ...list),
        paragraph(`${nHits > hits.length ? `And ${nHits - hits.length} more. ` : ""}${Math.round(recall * nNearest)} of the ${nNearest} nearest pictures are among them.`),
      ],
    };
  },
};
