// What a map says of each image: which probe reads it, and its colour.

const HUES = ["#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#b07aa1"]
  .concat(["#edc948", "#9c755f", "#ff9da7", "#499894", "#d37295", "#a0cbe8"]);
const SIDES = ["#d98324", "#2a9d92"]; // of bit 0, of bit 1
const NO_LABEL = 0xffff;
const MIXING = 7919;
const MOST_NAMED = 6; // entries of a legend
const TYPES = { f32: Float32Array, u32: Uint32Array, u16: Uint16Array };

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const binary = (key, bits) => key.toString(2).padStart(bits, "0");

/** The values of a map from its bytes: the length of a header, the header in JSON, then arrays. */
function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  for (const [name, type, size] of header.arrays) {
    header[name] = new TYPES[type](bytes.slice(at, at + size).buffer);
    at += size;
  }
  return header;
}

/** How often each value comes, as [value, count], the most frequent first. */
function frequencies(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

class Looks {
  constructor(data) {
    this.data = data;
    this.n = data.places.length / 2;
    this.first = this.firstProbes();
    this.exact = new Set(data.exact);
    this.hits = new Set(data.hits);
    this.own = new Set(data.own);
  }

  key(row, table) {
    return this.data.keys[table * this.n + row];
  }

  bit(row, table, bit) {
    return (this.key(row, table) >>> (this.data.bits - 1 - bit)) & 1; // bit 1 is the highest
  }

  /** For each image, the first probe of any table that reads it, from 1; 0 where none does. */
  firstProbes() {
    const first = new Uint16Array(this.n);
    this.data.probes.forEach((keys, table) => {
      const numbers = new Map(keys.map((key, at) => [key, at + 1]));
      for (let row = 0; row < this.n; row++) {
        const number = numbers.get(this.key(row, table));
        if (number && (!first[row] || number < first[row])) first[row] = number;
      }
    });
    return first;
  }

  get steps() {
    return Math.max(...this.data.probes.map((keys) => keys.length));
  }

  isRead(row, step) {
    return this.first[row] > 0 && this.first[row] <= step;
  }

  /** Colours of all images and what they mean: { colours: [n × 3], legend, labels? }. */
  coloured({ colour, table, bit, ramp }) {
    if (colour === "similarity") return this.bySimilarity(ramp);
    if (colour === "side") return this.bySide(table, bit);
    return colour === "bucket" ? this.byBucket(table) : this.byLabel();
  }

  fill(hue) {
    const colours = new Uint8Array(3 * this.n);
    for (let row = 0; row < this.n; row++) colours.set(hue(row), 3 * row);
    return colours;
  }

  byLabel() {
    const { labels, label } = this.data;
    const hues = HUES.map(channels);
    const grey = [138, 146, 156];
    const colours = this.fill((row) => (label[row] === NO_LABEL ? grey : hues[label[row] % hues.length]));
    const legend = labels.length
      ? [{ text: tr("Each label has a colour, and is written where most of its images lie.") }]
      : [{ text: tr("These images have no labels, so all have one colour.") }];
    return { colours, legend, named: true };
  }

  bySimilarity(ramp) {
    const { cosines } = this.data;
    const colours = ramp.map(channels);
    const others = [...cosines.keys()].filter((row) => !this.own.has(row));
    const low = others.reduce((least, row) => Math.min(least, cosines[row]), 1);
    const high = others.reduce((most, row) => Math.max(most, cosines[row]), -1);
    const at = (row) => Math.max(0, Math.min(1, (cosines[row] - low) / (high - low || 1)));
    return {
      colours: this.fill((row) => colours[Math.round(at(row) * (colours.length - 1))]),
      legend: [{ ramp, text: tr("cosine to the query, {low} to {high}", { low: written(low, 2), high: written(high, 2) }) }],
    };
  }

  bySide(table, bit) {
    const hues = SIDES.map(channels);
    const colours = this.fill((row) => hues[this.bit(row, table, bit)]);
    let ones = 0;
    for (let row = 0; row < this.n; row++) ones += this.bit(row, table, bit);
    const own = (this.data.query.keys[table] >>> (this.data.bits - 1 - bit)) & 1;
    const legend = [1, 0].map((side) => {
      const values = { side, images: counted("image", side ? ones : this.n - ones) };
      const text = side === own ? tr("side {side}: {images}, and the query", values) : tr("side {side}: {images}", values);
      return { colour: SIDES[side], text };
    });
    return { colours, legend };
  }

  byBucket(table) {
    const keys = this.data.keys.subarray(table * this.n, (table + 1) * this.n);
    const own = this.data.query.keys[table];
    const sizes = frequencies(keys);
    sizes.sort((a, b) => (b[0] === own) - (a[0] === own)); // stable: the query's first
    const hue = new Map(sizes.map(([key], at) => [key, HUES[at % HUES.length]]));
    const bytes = new Map([...hue].map(([key, hex]) => [key, channels(hex)]));
    const legend = sizes.slice(0, MOST_NAMED - 1).map(([key, count]) => {
      const values = { key: binary(key, this.data.bits), images: counted("image", count) };
      const text = key === own ? tr("{key}: {images}, and the query", values) : tr("{key}: {images}", values);
      return { colour: hue.get(key), text };
    });
    const more = sizes.length - legend.length;
    if (more > 0) legend.push({ text: tr("{buckets}; their colours come again.", { buckets: counted("more bucket", more) }) });
    return { colours: this.fill((row) => bytes.get(keys[row])), legend };
  }

  /** Colours with what is seen of each image, and the order: what matters lies on top.
   *
   *  Within a layer the order is mixed, so that any part of it is a fair sample.
   */
  painted(colours, step, faint) {
    const rgba = new Uint8Array(4 * this.n);
    const layers = [[], [], []];
    const stride = this.n % MIXING ? MIXING : 1; // a prime that does not divide n meets every row
    for (let at = 0; at < this.n; at++) {
      const row = (at * stride) % this.n;
      const read = this.isRead(row, step);
      rgba.set(colours.subarray(3 * row, 3 * row + 3), 4 * row);
      rgba[4 * row + 3] = read || this.own.has(row) ? 255 : faint;
      layers[this.exact.has(row) || this.hits.has(row) || this.own.has(row) ? 2 : read ? 1 : 0].push(row);
    }
    return { rgba, order: new Uint32Array(layers[0].concat(layers[1], layers[2])) };
  }

  /** Say what one step of the probes has brought. */
  told(step) {
    let [candidates, newly] = [0, 0];
    for (let row = 0; row < this.n; row++) {
      if (this.own.has(row) || !this.isRead(row, step)) continue;
      candidates++;
      if (this.first[row] === step) newly++;
    }
    const nearest = this.data.exact;
    const found = nearest.filter((row) => this.isRead(row, step)).length;
    const values = {
      step,
      added: counted("image", newly),
      candidates: counted("candidate", candidates),
      images: counted("image", this.n - this.own.size),
      found,
      nearest: nearest.length,
    };
    if (!step) return tr("No bucket is read yet.");
    return step === 1
      ? tr("The query's own bucket in each table: {candidates} of {images}, {found} of the {nearest} nearest among them.", values)
      : tr("Probe {step} adds {added}: {candidates} of {images}, {found} of the {nearest} nearest among them.", values);
  }

  /** Say what images have in common: labels, and bits that they share more than the gallery does. */
  shared(rows) {
    const { labels, label, bits, probes } = this.data;
    const lines = [`${counted("image", rows.length)}.`];
    if (!rows.length) return lines;
    const named = frequencies(rows.map((row) => label[row])).filter(([it]) => it !== NO_LABEL);
    if (named.length) {
      const some = named.slice(0, 4).map(([it, count]) => `${labels[it]} ${written(count)}`).join(", ");
      const n = named.length - 4;
      lines.push(n > 0 ? tr("Labels: {some} and {n} others.", { some, n }) : tr("Labels: {some}.", { some }));
    }
    const held = [];
    for (let table = 0; table < probes.length; table++) {
      for (let bit = 0; bit < bits; bit++) {
        let here = 0;
        for (const row of rows) here += this.bit(row, table, bit);
        let everywhere = 0;
        for (let row = 0; row < this.n; row++) everywhere += this.bit(row, table, bit);
        const side = here * 2 >= rows.length ? 1 : 0;
        const [inside, outside] = [here / rows.length, everywhere / this.n].map((it) => (side ? it : 1 - it));
        held.push({ table, bit, side, inside, outside });
      }
    }
    held.sort((a, b) => b.inside - b.outside - (a.inside - a.outside));
    for (const it of held.slice(0, 3)) {
      lines.push(
        tr("Bit {bit} of table {table} is {side} for {inside} of them; in the gallery, for {outside}.", {
          bit: it.bit + 1,
          table: it.table + 1,
          side: it.side,
          inside: percent(it.inside),
          outside: percent(it.outside),
        })
      );
    }
    return lines;
  }
}

/** What a map is called for those who hear it, and how it is used. */
const called = (title, n) =>
  tr(
    "Map of {title}: {images}, near ones lie together. Drag to move, scroll or + and − to zoom, arrow keys go from image to image, Enter opens its menu.",
    { title, images: counted("image", n) },
  );

/** What became of an image: the probe that read it, 0 for none, and whether it is one of the nearest. */
function became(probe, isNearest) {
  if (!isNearest) return probe ? tr("read by probe {probe}", { probe }) : tr("not read");
  return probe ? tr("one of the nearest, read by probe {probe}", { probe }) : tr("one of the nearest, missed");
}
