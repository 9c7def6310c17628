// Every channel gate, sorted, and the channel that the hand is on.
//
// data: { picture, rows, columns, colours, opacity, cells, low, high, ticks, unit, alt,
//         features: base64 of C × rows × columns little-endian uint16, in steps of `step`,
//         order: channels by gate, gate, average, maximum, average_path, maximum_path: [C],
//         chosen: channel, presets: [[label, channel]],
//         sums: whether to show how a gate is computed }
// states: "channel", "opacity" and "cells", each sent once the hand lets go

const SVG = "http://www.w3.org/2000/svg";

function decode(text) {
  const bytes = Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
  return new Uint16Array(bytes.buffer);
}

export default function ({ data: { chosen, opacity, cells, ...data }, parentElement, setStateValue }) {
  const holder = parentElement.querySelector(".walk");
  barIn(holder, hear(data), (looks) => holder.map.look(looks));
  holder.channel ??= handed((channel) => holder.look(channel));
  holder.tell = (channel) => setStateValue("channel", channel);
  if (isNew(holder, data)) draw(holder, data);
  holder.channel.byServer(chosen);
  holder.bar.receive({ opacity, cells }, setStateValue);
}

function draw(holder, data) {
  const { order, rows, columns, gate, step } = data;
  const n = order.length;
  const size = rows * columns;
  const features = decode(data.features);
  const valuesOf = (channel) =>
    Array.from(features.subarray(channel * size, (channel + 1) * size), (it) => it * step);
  let shown; // the channel that the hand is on, or else the chosen one

  const readout = element("div", { class: "readout" });
  const map = pictureWithMap({ ...data, onPoint: point });
  function point(at) {
    map.mark(at);
    readout.textContent = at === null ? "" : `${placeOf(at, columns)}: ${write(valuesOf(shown)[at])}`;
  }
  const title = element("h3");
  const panel = element("div", { class: "panel" }, title, map.root, scale(data), readout);

  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${n} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const shape = (name, attributes) => {
    const it = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
    svg.append(it);
    return it;
  };
  for (const y of [0, 0.5, 1]) shape("line", { class: "grid", x1: 0, x2: n, y1: y, y2: y });
  const tops = order.map((channel, rank) => `L${rank} ${1 - gate[channel]}H${rank + 1}`).join("");
  shape("path", { class: "bars", d: `M0 1${tops}V1Z` });
  const cursor = shape("line", { class: "chosen", y1: 0, y2: 1 });

  const range = element("input", {
    type: "range", name: "channel", min: 1, max: n, step: 1, "aria-label": tr("Channel, by the rank of its gate"),
  });
  const facts = element("table");
  const cell = (text) => element("td", {}, text);
  const row = (...texts) => element("tr", {}, ...texts.map(cell));

  function look(channel) {
    shown = channel;
    const rank = order.indexOf(channel);
    map.show(valuesOf(channel));
    title.textContent = tr("Channel {channel}", { channel: String(channel) }); // a name, no amount
    cursor.setAttribute("x1", rank + 0.5);
    cursor.setAttribute("x2", rank + 0.5);
    range.value = rank + 1;
    const chosen = { rank: rank + 1, channel, gate: write(gate[channel]) };
    range.setAttribute("aria-valuetext", tr("rank {rank}, channel {channel}, gate {gate}", chosen));
    if (!data.sums) {
      facts.replaceChildren(row(tr("Gate, rank {rank} of {n}", { rank: rank + 1, n }), write(gate[channel])));
      return;
    }
    const sum = element(
      "tr",
      { class: "sum" },
      cell(tr("M_c = σ(sum), rank {rank} of {n}", { rank: rank + 1, n })),
      cell(""),
      cell(""),
      cell(write(gate[channel]))
    );
    facts.replaceChildren(
      row("AvgPool(F)", write(data.average[channel]), "→ MLP →", write(data.average_path[channel])),
      row("MaxPool(F)", write(data.maximum[channel]), "→ MLP →", write(data.maximum_path[channel])),
      sum
    );
  }
  const tell = (channel) => holder.tell(channel);
  const tellLater = later(tell);
  const choose = (channel, send = tell) => {
    holder.channel.byHand(channel);
    send(channel);
  };
  const under = (event) => {
    const box = svg.getBoundingClientRect();
    const rank = Math.floor(((event.clientX - box.left) / box.width) * n);
    return order[Math.min(Math.max(rank, 0), n - 1)];
  };
  svg.onpointermove = (event) => look(under(event));
  svg.onclick = (event) => choose(under(event));
  svg.onpointerleave = () => look(holder.channel.value);
  range.oninput = () => look(order[range.value - 1]);
  range.onchange = () => choose(order[range.value - 1], tellLater);

  const presets = data.presets.map(([label, channel]) => {
    const button = element("button", { type: "button" }, label);
    button.onclick = () => choose(channel);
    return button;
  });
  const tick = (text, top) => {
    const it = element("span", { class: "tick" }, text);
    it.style.top = `${top}px`;
    return it;
  };
  const curve = element("div", { class: "curve" }, svg, tick("1", 0), tick(written(0.5, 1), 85), tick("0", 170), range);
  const ends = element("div", { class: "ends" });
  const names = [tr("← most open"), tr("{n} channels", { n }), tr("most closed →")];
  ends.append(...names.map((it) => element("span", {}, it)));
  const right = element("div", {}, element("h3", {}, tr("Channel gates, sorted")), curve, ends,
    element("div", { class: "presets" }, ...presets), facts);

  Object.assign(holder, { map, look });
  map.look(holder.bar.looks());
  if (holder.channel.value !== undefined) look(holder.channel.value);
  redraw(holder, element("div", { class: "explorer" }, panel, right), holder.bar.root);
}
