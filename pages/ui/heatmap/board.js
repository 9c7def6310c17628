// Maps side by side over their pictures.
//
// data: { pictures: [[name, address]], rows, columns, colours, opacity: 0 … 100, cells: bool,
//         least: px, tallest: px or null,
//         panels: [{ picture: name, outline: address?, title, alt, unit, note, framed: place or null,
//                    values: [rows × columns], low, high, ticks, hover: what a value is called }] }
// states "opacity" and "cells", sent once the hand lets go

export default function ({ data: { opacity, cells, ...data }, parentElement, setStateValue }) {
  const holder = parentElement.querySelector(".walk");
  barIn(holder, hear(data), (looks) => holder.maps.forEach((map) => map.look(looks)));
  if (isNew(holder, data)) draw(holder, data);
  holder.bar.receive({ opacity, cells }, setStateValue);
}

function draw(holder, data) {
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

  holder.maps = drawn.map(({ map }) => map);
  holder.maps.forEach((map) => map.look(holder.bar.looks()));
  redraw(holder, root, holder.bar.root);
}
