// Maps side by side over their pictures.
//
// data: { pictures: [[name, address]], rows, columns, colours, opacity: 0 … 100, cells: bool,
//         least: px, tallest: px or null,
//         panels: [{ picture: name, outline: address?, title, alt, unit, note,
//                    values: [rows × columns], low, high, ticks, hover: what a value is called }] }
// states "opacity" and "cells", sent once the hand lets go

export default function ({ data, parentElement, setStateValue }) {
  hear(data);
  const holder = parentElement.querySelector(".walk");
  if (!isNew(holder, data)) return;
  const { rows, columns, colours } = data;
  const pictures = Object.fromEntries(data.pictures);
  const root = element("div", { class: "panels" });
  root.style.setProperty("--least", `${data.least}px`);
  if (data.tallest) {
    root.style.setProperty("--tallest", `${data.tallest}px`);
    root.classList.add("large");
  }
  const drawn = data.panels.map((panel) => {
    const map = pictureWithMap({
      ...panel,
      picture: pictures[panel.picture],
      rows,
      columns,
      colours,
      onPoint: (at) => mark(panel.picture, at),
    });
    map.show(panel.values);
    const readout = element("div", { class: "readout" });
    root.append(
      element(
        "div",
        { class: "panel" },
        ...(panel.title ? [element("h3", {}, panel.title)] : []),
        map.root,
        scale({ ...panel, colours }),
        readout,
        ...(panel.note ? [element("p", {}, panel.note)] : [])
      )
    );
    return { panel, map, readout };
  });

  function mark(picture, at) {
    for (const { panel, map, readout } of drawn) {
      if (panel.picture !== picture) continue;
      map.mark(at);
      readout.textContent = at === null ? "" : `${placeOf(at, columns)}: ${panel.hover} ${write(panel.values[at])}`;
    }
  }

  const bar = looksBar(data, (looks) => drawn.forEach(({ map }) => map.look(looks)), setStateValue);
  redraw(holder, root, bar);
}
