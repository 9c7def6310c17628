// Mouse, fingers and keys over a map: move, zoom, point, choose, draw a line around images.

const TAP = 5; // pixels that a hand may tremble and still tap
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Hand {
  constructor(map) {
    this.map = map;
    this.held = new Map(); // pointers that are down -> where they are
    const { stage } = map;
    stage.onpointerdown = (event) => this.press(event);
    stage.onpointermove = (event) => this.move(event);
    stage.onpointerup = (event) => this.release(event);
    stage.onpointercancel = (event) => this.drop(event);
    stage.onpointerleave = () => this.held.size || map.point(null);
    stage.onblur = () => map.point(null);
    stage.ondblclick = (event) => map.zoomBy(2, map.placeAt(event));
    stage.onkeydown = (event) => this.key(event);
    const wheel = (event) => {
      if (!event.ctrlKey && map.root.getRootNode().activeElement !== stage) return; // the page's own
      event.preventDefault();
      map.zoomBy(Math.exp(-event.deltaY / 300), map.placeAt(event));
    };
    stage.addEventListener("wheel", wheel, { passive: false });
  }

  press(event) {
    const { map } = this;
    map.stage.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, [event.clientX, event.clientY]);
    this.travelled = this.held.size > 1 ? Infinity : 0;
    if (map.isDrawing || event.shiftKey) map.line = [map.placeAt(event)];
  }

  move(event) {
    const { map, held } = this;
    const before = held.get(event.pointerId);
    if (!before) return map.point(map.rowAt(event));
    const now = [event.clientX, event.clientY];
    const by = [now[0] - before[0], now[1] - before[1]];
    this.travelled += Math.hypot(...by);
    held.set(event.pointerId, now);
    if (map.line) {
      map.line.push(map.placeAt(event));
      return map.draw({ points: false });
    }
    if (held.size === 2) this.pinch(event, before, now);
    else if (this.travelled > TAP) map.moveBy(by);
  }

  /** Two fingers: zoom by how far they have moved apart. */
  pinch(event, before, now) {
    const [, other] = [...this.held].find(([id]) => id !== event.pointerId);
    const apart = ([x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    const middle = { clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 };
    this.map.zoomBy(apart(now) / apart(before), this.map.placeAt(middle));
  }

  release(event) {
    const { map } = this;
    const { line } = map;
    if (!this.drop(event)) return;
    if (line) {
      map.setLasso(false);
      return map.choose(map.places.inside(line));
    }
    if (this.travelled > TAP) return;
    const row = map.rowAt(event);
    map.point(row);
    if (row !== null) this.opens = setTimeout(() => map.openMenu(row), 0); // once the tap is over
  }

  drop(event) {
    this.map.line = null;
    return this.held.delete(event.pointerId);
  }

  key(event) {
    const { map } = this;
    const acts = {
      "+": () => map.zoomBy(1.6),
      "=": () => map.zoomBy(1.6),
      "-": () => map.zoomBy(1 / 1.6),
      0: () => map.reset(),
      Enter: () => map.pointed !== null && map.openMenu(map.pointed),
      Escape: () => map.choose([]),
    };
    const act = event.key in WAYS ? () => this.walk(WAYS[event.key]) : acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  /** Go to the next image in a direction, from the query at first; the view follows. */
  walk(way) {
    const { map } = this;
    const { query } = map.data;
    const row = map.pointed === null
      ? (query.row ?? map.places.nearest(query.place, 4))
      : map.places.towards(map.pointed, way);
    if (row === null) return;
    map.point(row);
    map.said.textContent = map.facts(row).join(", ");
    const [x, y] = map.toScreen(map.placeOf(row));
    const over = [x, y].map((it, axis) => Math.min(0, it - 30) + Math.max(0, it + 30 - [map.width, map.height][axis]));
    if (over.some(Boolean)) map.moveBy(over.map((it) => -it));
  }
}
