// Points and pictures of a map, drawn by WebGL: one draw call, however many there are.
//
// A place is a pair from -1 to 1. A colour is four bytes a point: red, green, blue, and how much of
// it is seen. Where there is a sheet of small pictures, a point that is large enough shows its own.

const VERTEX = `#version 300 es
  in vec2 from, to;
  in vec4 colour;
  uniform vec2 centre, scale;
  uniform float way, size, columns, rows, pictures;
  flat out vec4 tint;
  flat out vec2 cell;
  flat out float picture, frame;
  void main() {
    gl_Position = vec4((mix(from, to, way) - centre) * scale, 0.0, 1.0);
    float here = colour.a > 0.9 ? size : size * 0.8;
    gl_PointSize = here;
    tint = colour;
    frame = max(0.06, 2.0 / here);
    picture = float(gl_VertexID) < pictures ? 1.0 : 0.0;
    float row = floor(float(gl_VertexID) / columns);
    cell = vec2(float(gl_VertexID) - row * columns, row);
  }`;
const FRAGMENT = `#version 300 es
  precision mediump float;
  flat in vec4 tint;
  flat in highp vec2 cell;
  flat in float picture, frame;
  uniform sampler2D sheet;
  uniform highp float columns, rows;
  out vec4 drawn;
  void main() {
    vec2 at = gl_PointCoord;
    if (picture < 0.5) {
      if (distance(at, vec2(0.5)) > 0.5) discard;
      drawn = vec4(tint.rgb * tint.a, tint.a);
      return;
    }
    vec2 inner = (at - frame) / (1.0 - 2.0 * frame);
    vec3 seen = texture(sheet, (cell + clamp(inner, 0.02, 0.98)) / vec2(columns, rows)).rgb;
    bool inside = all(greaterThan(inner, vec2(0.0))) && all(lessThan(inner, vec2(1.0)));
    drawn = vec4((inside ? seen : tint.rgb) * tint.a, tint.a);
  }`;
const PICTURE_FROM = 11; // pixels: what is smaller is a dot

class Points {
  /** Raises where the browser has no WebGL. */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
    if (!gl) throw new Error("no WebGL");
    this.gl = gl;
    this.canvas = canvas;
    canvas.redraw = () => this.drawn && this.draw(this.drawn); // for who copies the canvas
    this.n = 0;
    this.sheet = null;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    const place = (name) => gl.getUniformLocation(program, name);
    this.uniforms = Object.fromEntries(
      ["centre", "scale", "way", "size", "columns", "rows", "pictures"].map((it) => [it, place(it)])
    );
    this.buffers = {};
    for (const [name, size, type] of [["from", 2, gl.FLOAT], ["to", 2, gl.FLOAT], ["colour", 4, gl.UNSIGNED_BYTE]]) {
      this.buffers[name] = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      const at = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, type, type === gl.UNSIGNED_BYTE, 0, 0);
    }
    this.order = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  fill(name, values) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  /** Take places, [x, y, x, y …], and those that the points move there from. */
  place(to, from) {
    this.n = to.length / 2;
    this.fill("to", to);
    this.fill("from", from);
  }

  /** Take a colour for each point, and the order in which they are drawn: the last lies on top. */
  paint(colours, order) {
    const { gl } = this;
    this.fill("colour", colours);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.STATIC_DRAW);
  }

  /** Take the sheet: an image of pictures of `side` pixels, `columns` in a row, `n` of them. */
  show(image, { side, columns, n }) {
    const { gl } = this;
    this.sheet = { columns, rows: image.height / side, n };
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, image);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAX_LOD, 2);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.generateMipmap(gl.TEXTURE_2D);
  }

  /** Draw: centre of the view, pixels a unit, pixels a point, the share of the way gone, and at most
   *  how many points; those that lie on top come first. */
  draw(looks) {
    const { centre, unit, size, way, most } = (this.drawn = looks);
    const { gl, canvas, uniforms, sheet } = this;
    const { width, height } = canvas;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(uniforms.centre, ...centre);
    gl.uniform2f(uniforms.scale, (2 * unit) / width, (2 * unit) / height);
    gl.uniform1f(uniforms.way, way);
    gl.uniform1f(uniforms.size, size);
    gl.uniform1f(uniforms.columns, sheet?.columns ?? 1);
    gl.uniform1f(uniforms.rows, sheet?.rows ?? 1);
    gl.uniform1f(uniforms.pictures, sheet && size >= PICTURE_FROM ? sheet.n : 0);
    const n = Math.min(this.n, most);
    if (n) gl.drawElements(gl.POINTS, n, gl.UNSIGNED_INT, 4 * (this.n - n));
  }
}

/** Find what is near a place without looking at all: rows sorted into square cells. */
class Places {
  constructor(places) {
    this.places = places;
    const n = places.length / 2;
    this.side = Math.max(1, Math.min(512, Math.round(Math.sqrt(n / 4))));
    this.starts = new Uint32Array(this.side ** 2 + 1);
    const cells = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      cells[row] = this.cell(places[2 * row + 1]) * this.side + this.cell(places[2 * row]);
      this.starts[cells[row] + 1]++;
    }
    for (let at = 0; at < this.side ** 2; at++) this.starts[at + 1] += this.starts[at];
    this.rows = new Uint32Array(n);
    const next = this.starts.slice();
    for (let row = 0; row < n; row++) this.rows[next[cells[row]]++] = row;
  }

  cell(value) {
    return Math.max(0, Math.min(this.side - 1, Math.floor(((value + 1) / 2) * this.side)));
  }

  /** The row that lies nearest to [x, y] by `distance`, which gets a row and its distance squared. */
  nearest([x, y], within, distance = (row, squared) => squared) {
    let [best, least] = [null, within ** 2];
    for (let line = this.cell(y - within); line <= this.cell(y + within); line++) {
      const from = this.starts[line * this.side + this.cell(x - within)];
      const until = this.starts[line * this.side + this.cell(x + within) + 1];
      for (let at = from; at < until; at++) {
        const row = this.rows[at];
        const squared = (this.places[2 * row] - x) ** 2 + (this.places[2 * row + 1] - y) ** 2;
        if (squared > within ** 2) continue;
        const far = distance(row, squared);
        if (far < least) [best, least] = [row, far];
      }
    }
    return best;
  }

  /** The nearest row in a direction, [1, 0] to the right: what lies within 45 degrees of it. */
  towards(row, [right, up]) {
    const [x, y] = [this.places[2 * row], this.places[2 * row + 1]];
    let [best, least] = [null, Infinity];
    for (let other = 0; other < this.places.length / 2; other++) {
      const [dx, dy] = [this.places[2 * other] - x, this.places[2 * other + 1] - y];
      const along = dx * right + dy * up;
      const across = Math.abs(dx * up - dy * right);
      if (along <= 0 || across > along) continue;
      if (along + across < least) [best, least] = [other, along + across];
    }
    return best;
  }

  /** The rows inside a closed line of [x, y]. */
  inside(line) {
    const found = [];
    const [xs, ys] = [line.map(([x]) => x), line.map(([, y]) => y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    for (let row = 0; row < this.places.length / 2; row++) {
      const [x, y] = [this.places[2 * row], this.places[2 * row + 1]];
      if (x < left || x > right || y < low || y > high) continue;
      let is = false;
      for (let at = 0, before = line.length - 1; at < line.length; before = at++) {
        const [ax, ay, bx, by] = [xs[at], ys[at], xs[before], ys[before]];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) is = !is;
      }
      if (is) found.push(row);
    }
    return found;
  }
}
