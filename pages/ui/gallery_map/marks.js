// What is written and drawn over a map: the query, its nearest images, labels, what is pointed at.

const FOUND = "#2a9d92";
const MISSED = "#d1495b";
const PICTURE = 40; // pixels of the query's own picture

/** Draw all marks of a map. */
function drawMarks(map) {
  const { marks, ratio, data, looks, state } = map;
  const ink = marks.getContext("2d");
  const style = getComputedStyle(map.root);
  const colours = { text: style.color, paper: style.getPropertyValue("--st-background-color") || "white" };
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.clearRect(0, 0, map.width, map.height);
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  const size = map.size;
  const frame = (row, colour, width) => {
    const [x, y] = map.toScreen(map.placeOf(row));
    ink.strokeStyle = colours.paper;
    ink.lineWidth = width + 2;
    const half = size / 2 + width;
    ink.strokeRect(x - half, y - half, 2 * half, 2 * half);
    ink.strokeStyle = colour;
    ink.lineWidth = width;
    ink.strokeRect(x - half, y - half, 2 * half, 2 * half);
    return [x, y, half];
  };
  for (const row of map.region) {
    const [x, y] = map.toScreen(map.placeOf(row));
    for (const [colour, side] of [[colours.paper, 8], [colours.text, 5]]) {
      ink.fillStyle = colour;
      ink.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
  for (const row of data.exact) {
    const isRead = looks.isRead(row, state.step);
    const [x, y, half] = frame(row, isRead ? FOUND : MISSED, 2.5);
    if (!isRead) cross(ink, x, y, half, colours.paper);
  }
  for (const { text, place } of map.named) write(ink, text, kept(map, map.toScreen(place), text), colours, "600 13px");
  if (map.line) drawLine(ink, map.line.map((it) => map.toScreen(it)), colours.text);
  drawQuery(ink, map, colours);
  if (map.pointed !== null) frame(map.pointed, colours.text, 2.5);
}

/** Keep a text that lies on the map from being cut at its sides. */
function kept(map, [x, y], text) {
  const half = 4.5 * text.length;
  return x < 0 || x > map.width ? [x, y] : [Math.max(half, Math.min(map.width - half, x)), y];
}

/** Text with a halo, readable over pictures. */
function write(ink, text, [x, y], colours, font) {
  ink.font = `${font} system-ui, sans-serif`;
  ink.lineJoin = "round";
  ink.strokeStyle = colours.paper;
  ink.lineWidth = 4;
  ink.strokeText(text, x, y);
  ink.fillStyle = colours.text;
  ink.fillText(text, x, y);
}

function cross(ink, x, y, half, paper) {
  const arm = Math.max(4, half * 0.7);
  for (const [colour, width] of [[paper, 5], [MISSED, 2.5]]) {
    ink.strokeStyle = colour;
    ink.lineWidth = width;
    ink.beginPath();
    ink.moveTo(x - arm, y - arm);
    ink.lineTo(x + arm, y + arm);
    ink.moveTo(x - arm, y + arm);
    ink.lineTo(x + arm, y - arm);
    ink.stroke();
  }
}

function drawLine(ink, line, colour) {
  ink.strokeStyle = colour;
  ink.lineWidth = 1.5;
  ink.setLineDash([5, 4]);
  ink.beginPath();
  line.forEach(([x, y], at) => (at ? ink.lineTo(x, y) : ink.moveTo(x, y)));
  ink.closePath();
  ink.stroke();
  ink.setLineDash([]);
}

/** The query: its picture where it has none on the map, and a star that points at its place. */
function drawQuery(ink, map, colours) {
  const { query } = map.data;
  const [x, y] = map.toScreen(query.place);
  if (map.queryPicture?.complete) {
    ink.drawImage(map.queryPicture, x - PICTURE / 2, y - PICTURE / 2, PICTURE, PICTURE);
  }
  const above = query.row === null ? PICTURE / 2 : map.size / 2;
  write(ink, "★", [x, y - above - 8], { text: "#d98324", paper: colours.paper }, "22px");
}
