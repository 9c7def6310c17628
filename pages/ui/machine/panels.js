// What a stage shows when it is open: its values, and the sum behind one of them.

const ROWS = 10; // of a table

const sigmoid = (sum) => element("span", {}, "1 / (1 + ", power("e", decimal(-sum)), ")");
const paragraph = (text) => element("p", {}, text);
const andMore = (n) => (n > 0 ? `${tr("And {n} more.", { n })} ` : "");

/** Bits of a key, those that a probe flips marked. */
const keyMarked = (key, flips) =>
  element("code", {}, ...[...key].map((bit, at) => (flips.includes(at) ? element("b", {}, bit) : bit)));

const PANELS = {
  image({ point, picture: src }) {
    return {
      sum: sumOf(
        tr("The red of the point in row {row}, column {column}", { row: point.row + 1, column: point.column + 1 }),
        [
          [tr("from 0 … 255 to 0 … 1"), `${point.byte} / 255`, decimal(point.byte / 255, 4)],
          [tr("shifted by"), "", signed(-point.shift, 4)],
          [tr("divided by"), decimal(point.scale, 4), ""],
        ],
        [tr("what the network is given"), "", signed(point.value)],
      ),
      values: [element("img", { class: "large", src, alt: tr("The query") })],
    };
  },

  features({ features: { channels, maps, shape, sum }, ramp }) {
    const [n, rows, columns] = shape;
    const most = Math.max(...maps.flat());
    const named = channels.map((channel, at) =>
      element("figure", {}, heat(maps[at], columns, [0, most], ramp),
        element("figcaption", {}, tr("channel {channel}: at most {most}", { channel: written(channel), most: decimal(Math.max(...maps[at]), 1) }))));
    return {
      sum: sumOf(
        tr("The average of channel {channel}", { channel: written(channels[0]) }),
        [
          [tr("sum of its {rows} × {columns} places", { rows, columns }), "", decimal(sum, 2)],
          [tr("divided by"), `${rows * columns}`, ""],
        ],
        [tr("its average, which the next stage reads"), "", decimal(sum / rows / columns)],
      ),
      values: [element("div", { class: "maps" }, ...named), paragraph(tr("F holds {n} × {rows} × {columns} = {product} numbers.", { n: written(n), rows, columns, product: written(n * rows * columns) }))],
    };
  },

  channel({ channel, features: { shape } }) {
    if (!channel) return { values: [paragraph(tr("Channel attention is switched off under Attention in the sidebar: every channel goes on as it is."))] };
    const { channel: number, average, maximum, average_path: a, maximum_path: b, gate } = channel.sum;
    return {
      sum: sumOf(
        tr("The gate of channel {channel}, which counts most in the end", { channel: written(number) }),
        [
          [tr("what the small network makes of its average"), decimal(average), signed(a)],
          [tr("what it makes of its maximum"), decimal(maximum), signed(b)],
          [tr("both together"), "", signed(a + b)],
        ],
        [tr("its gate"), sigmoid(a + b), decimal(gate)],
      ),
      values: [gateCurve(channel), paragraph(tr("All {n} gates, the most open first; the line is one half. {above} lie above it.", { n: written(shape[0]), above: written(channel.open) }))],
    };
  },

  spatial(data) {
    const { spatial } = data;
    if (!spatial) return { values: [paragraph(tr("Spatial attention is switched off under Attention in the sidebar: every place goes on as it is."))] };
    const { row, column, mean_term: a, maximum_term: b, bias, gate } = spatial.sum;
    return {
      sum: sumOf(
        tr("The gate of row {row}, column {column}, which is the most open", { row: row + 1, column: column + 1 }),
        [
          [tr("what the window makes of the means"), "", signed(a)],
          [tr("what it makes of the maxima"), "", signed(b)],
          [tr("learnt constant"), "", signed(bias)],
        ],
        [tr("its gate"), sigmoid(a + b + bias), decimal(gate)],
      ),
      values: [gateOver(data), paragraph(tr("The gates run from {low} to {high}. Yellow counts most.", { low: decimal(spatial.low), high: decimal(spatial.high) }))],
    };
  },

  embedding({ embedding, squares }) {
    const [terms, rest, total] = squares;
    const n = embedding.length;
    return {
      sum: sumOf(
        tr("Its length: square every number and add up"),
        [
          ...terms.map(([place, it]) => [tr("number {n}", { n: place + 1 }), `(${signed(it, 4)})²`, decimal(it * it, 4)]),
          [tr("the other {n} squares", { n: n - terms.length }), "", decimal(rest, 4)],
        ],
        [tr("length², so the arrow has length 1"), "", decimal(total, 4)],
      ),
      values: [arrowBars(embedding, 420, 110), paragraph(tr("All {n} numbers, upwards where they are above 0.", { n }))],
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
      sum: productOf(tr("Hyperplane {bit} of table {table}", { bit: bit + 1, table: table + 1 }), products[table][bit], {
        left: tr("hyperplane"), right: tr("arrow"), n: embedding.length,
        result: total >= 0 ? tr("margin: 0 or more, so side 1") : tr("margin: below 0, so side 0"),
      }),
      more: [
        machine.tableChoice(),
        element("div", { class: "choices", role: "group", "aria-label": tr("Hyperplanes of table {table}: margin and side", { table: table + 1 }) }, ...rows),
      ],
      values: [machine.flight.root],
    };
  },

  keys({ keys, worth, bits }, { table, flipped }, machine) {
    const list = keys.map((key, at) => {
      const marks = [...key].map((bit, place) => (flipped.has(`${at} ${place}`) ? element("b", {}, bit) : bit));
      const it = element("button", { type: "button", "aria-pressed": at === table, "aria-label": tr("Table {table}: {key}", { table: at + 1, key }) }, element("code", {}, ...marks));
      it.onclick = () => machine.choose({ table: at });
      return it;
    });
    const key = parseInt(keys[table], 2);
    return {
      sum: sumOf(
        tr("The key of table {table}", { table: table + 1 }),
        [
          [tr("sides in a row"), keys[table], ""],
          [tr("what each 1 is worth, by its place"), worth[table].map((it) => written(it)).join(" + ") || tr("no 1"), ""],
        ],
        [element("span", {}, `${tr("number of the bucket, of")} `, power("2", bits), ` = ${written(2 ** bits)}`), "", written(key)],
      ),
      values: [
        element("div", { class: "choices", role: "group", "aria-label": tr("The keys of all tables") }, ...list),
        ...(flipped.size ? [paragraph(tr("Marked: bits that have just flipped."))] : []),
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
          tr("Probe {probe} of table {table}: how far it reaches", { probe: shown.length, table: table + 1 }),
          flips.map((bit) => [tr("margin of bit {bit}, squared", { bit: bit + 1 }), `(${signed(margins[table][bit], 4)})²`, decimal(margins[table][bit] ** 2, 6)]),
          [tr("its reach; probes come in this order"), "", decimal(cost, 6)],
        )
        : sumOf(tr("Probe 1 of table {table}: the own bucket", { table: table + 1 }), [[tr("bits that differ"), "", "0"]], [tr("its reach"), "", "0"]),
      values: [
        machine.tableChoice(),
        listing(
          tr("Buckets that were read in table {table}", { table: table + 1 }),
          [tr("Probe"), tr("Bucket"), tr("Reach"), tr("Pictures")],
          shown.map(([key, bits, reach, n], at) => [`${at + 1}`, keyMarked(key, bits), reach ? decimal(reach, 6) : "0", written(n)]),
        ),
        paragraph(`${andMore(probes.length - ROWS)}${tr("Together {pictures} in this table. Bold: bits that a probe flips.", { pictures: counted("picture", places[table]) })}`),
      ],
    };
  },

  candidates(data) {
    const { read: { places, different, own, candidates }, n, recall, nNearest } = data;
    const sum = places.reduce((a, b) => a + b, 0);
    const each = `${places.slice(0, 5).join(" + ")}${places.length > 5 ? " + …" : ""}`;
    return {
      sum: sumOf(
        tr("From buckets to candidates"),
        [
          [tr("in the buckets of {tables}", { tables: counted("table", places.length) }), each, written(sum)],
          [tr("found more than once"), "", decimal(different - sum, 0)],
          [tr("the query itself, and its copies"), "", decimal(-own, 0)],
        ],
        [tr("candidates: {share} of {pictures}", { share: percent(n ? candidates / n : 0, 1), pictures: counted("picture", n) }), "", written(candidates)],
      ),
      values: [
        galleryCells(data, { width: 420, height: 190, most: 16 }),
        paragraph(tr("From the nearest picture, top left, to the farthest. {read} of the {nearest} nearest were read.", { read: Math.round(recall * nNearest), nearest: nNearest })),
      ],
    };
  },

  ranking({ hits, nHits, embedding, recall, nNearest }, { hit }, machine) {
    if (!hits.length) return { values: [paragraph(tr("No candidate, so no hit. Take fewer bits, more tables or more probes."))] };
    const at = Math.min(hit, hits.length - 1);
    const list = hits.map((it, place) => {
      const signs = { true: "✓ ", false: "✗ " };
      const told = element("button", { type: "button", "aria-pressed": place === at, title: it.name },
        picture(it), element("span", {}, `${it.rank} · ${decimal(it.cosine)}`), element("span", {}, (signs[it.relevant] ?? "") + it.label));
      told.onclick = () => machine.choose({ hit: place });
      return told;
    });
    return {
      sum: productOf(tr("Hit {rank}", hits[at]), hits[at].sum, {
        left: tr("hit"), right: tr("query"), n: embedding.length, result: tr("cosine, rank {rank}", hits[at]),
      }),
      values: [
        element("div", { class: "choices hits", role: "group", "aria-label": tr("Hits, with their cosines") }, ...list),
        paragraph(`${andMore(nHits - hits.length)}${tr("{found} of the {nearest} nearest pictures are among them.", { found: Math.round(recall * nNearest), nearest: nNearest })}`),
      ],
    };
  },
};
