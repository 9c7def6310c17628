"""Close surroundings: a forest, a meadow out of focus, a table, water seen from below."""

from itertools import pairwise

import numpy as np

from . import backdrops, clutter, noise, shapes
from .backdrops import Ground
from .canvas import Canvas, Pen, Role, clear, linear, radial
from .light import Colour, mix, pick, rgb, vary


def forest(canvas: Canvas, rng: np.random.Generator) -> Ground:
    """Paint the inside of a wood: trunks in the mist, shafts of light, the forest floor."""
    light, page = canvas.light, canvas.page
    width, height = canvas.width, canvas.height
    green = light.lit(vary(rng, canvas.season.leaves[0]))
    far = mix(light.haze, light.sky[-1], 0.4)
    top, floor = mix(green, far, 0.45), height * rng.uniform(0.6, 0.8)
    page.shape(shapes.box(0, 0, width, height), linear((0, 0), (0, floor), top, far))
    glow_x = width * (0.5 + light.side * 0.25)
    glow = radial((glow_x, floor * 0.5), width * 0.6, clear(light.glow, 0.6), clear(light.glow, 0))
    page.shape(shapes.box(0, 0, width, height), glow, texture=0)
    bark = pick(rng, "#5a4a40", "#6a5a50", "#7a6a5c", "#d8d2c6")
    for depth in (0.85, 0.6, 0.35):
        foot = floor + (1 - depth) * 8
        backdrops.ridge(canvas, rng, foot, 2.5, _litter(canvas, rng), depth=depth * 0.9)
        for x in rng.uniform(0, width, int(rng.integers(4, 10))):
            _trunk(canvas, rng, x, foot + 2, bark=bark, depth=depth)
        _canopy(canvas, rng, depth)
    if rng.random() < 0.6 and light.name not in ("overcast", "storm"):
        _shafts(canvas, rng)
    backdrops.ridge(canvas, rng, floor + 8, 3, _litter(canvas, rng), depth=0.08)
    _leaf_litter(canvas, rng, floor + 10)
    return Ground("forest", floor, floor + 12)


def _litter(canvas: Canvas, rng: np.random.Generator) -> Colour:
    moss = canvas.season.grass[rng.integers(len(canvas.season.grass))]
    return mix(vary(rng, moss), rgb("#6a5238"), rng.uniform(0.1, 0.6))


def _trunk(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, *, bark: Colour, depth: float
) -> None:
    pen = canvas.pen(x, y, canvas.height, depth=depth)
    half = (0.045 - 0.035 * depth) * rng.uniform(0.6, 1.4)
    lean = rng.uniform(-0.06, 0.06)
    outline = [
        (-half * 1.6, 0),
        (-half, 0.06),
        (lean - half * 0.7, 1.1),
        (lean + half * 0.7, 1.1),
        (half, 0.06),
        (half * 1.6, 0),
    ]
    pen.shape(outline, pen.column(vary(rng, bark), -half, half), texture=0.12)
    for _ in range(3):
        h = rng.uniform(0.3, 0.9)
        pen.stroke(
            [(lean * h, h), (lean * h + rng.uniform(-0.2, 0.2), h + rng.uniform(0.02, 0.15))],
            half * 0.5,
            pen.half(bark),
            end=half * 0.1,
        )


def _canopy(canvas: Canvas, rng: np.random.Generator, depth: float) -> None:
    pen = canvas.pen(0, 0, 1, depth=depth)
    for _ in range(5):
        leaves = vary(rng, canvas.season.leaves[rng.integers(len(canvas.season.leaves))])
        spots = []
        for _ in range(16):
            r = rng.uniform(2, 6) * (1.4 - depth)
            y = -abs(rng.normal(0, canvas.height * 0.12))
            spots.append(shapes.blob(rng, rng.uniform(0, canvas.width), y, r * 1.5, r))
        pen.fill(spots, pen.lit(leaves) if rng.random() < 0.5 else pen.half(leaves), opacity=0.85)


def _shafts(canvas: Canvas, rng: np.random.Generator) -> None:
    light, page = canvas.light, canvas.page
    slant = light.side * canvas.height * rng.uniform(0.3, 0.6)
    for _ in range(int(rng.integers(3, 7))):
        x, w = rng.uniform(0, canvas.width), rng.uniform(3, 12)
        beam = [
            (x + slant, -5),
            (x + slant + w, -5),
            (x + w * 2, canvas.height),
            (x - w, canvas.height),
        ]
        fade = linear((0, 0), (0, canvas.height), clear(light.glow, 0.38), clear(light.glow, 0))
        page.shape(beam, fade, soft=2, texture=0)


def _leaf_litter(canvas: Canvas, rng: np.random.Generator, top: float) -> None:
    for _ in range(8):
        tone = canvas.season.leaves[rng.integers(len(canvas.season.leaves))]
        tone = mix(vary(rng, tone), rgb("#8a6038"), rng.uniform(0, 0.6))
        dots = []
        for _ in range(14):
            near = rng.random()
            y = top + (canvas.height - top) * near
            dots.append(
                shapes.leaf(
                    rng.uniform(0, canvas.width),
                    y,
                    1.5 + 4 * near,
                    0.8 + 1.6 * near,
                    rng.uniform(-0.5, 0.5),
                )
            )
        paint = canvas.light.lit(tone) if rng.random() < 0.5 else canvas.light.shade(tone)
        canvas.page.fill(dots, paint, opacity=0.8)


def blurred(canvas: Canvas, rng: np.random.Generator) -> Ground:
    """Paint surroundings far behind the focus: a landscape or a wood, melted to soft colour."""
    if rng.random() < 0.35:
        ground = forest(canvas, rng)
    else:
        ground = backdrops.landscape(
            canvas, rng, "hills", "hills", "fields", "mountains", horizon=(0.15, 0.6)
        )
    spots = [vary(rng, c) for c in (*canvas.season.flowers, *canvas.season.grass)]
    for colour in spots:
        discs = []
        for _ in range(int(rng.integers(1, 6))):
            x, y = rng.uniform(0, canvas.width), canvas.height * rng.uniform(0.35, 1.0)
            r = rng.uniform(2, 8)
            discs.append(shapes.ellipse(x, y, r, r))
        canvas.page.fill(discs, canvas.light.lit(colour), opacity=rng.uniform(0.3, 0.7))
    canvas.defocus(rng.uniform(1.0, 3.6))
    return ground


def table(canvas: Canvas, rng: np.random.Generator) -> Ground:
    """Paint a table: before a window, on a terrace with a view, or before a plain wall."""
    kind = rng.choice(["window", "window", "terrace", "wall"])
    edge = canvas.height * rng.uniform(0.58, 0.76)
    if kind == "wall":
        _wall(canvas, rng, shapes.box(0, 0, canvas.width, canvas.height))
    else:
        backdrops.landscape(
            canvas,
            rng,
            "hills",
            "sea",
            "mountains",
            "fields",
            "desert",
            "snow",
            "lake",
            horizon=(0.25, 0.5),
        )
        canvas.defocus(rng.uniform(0.5, 1.8))
    if kind == "window":
        _window(canvas, rng, edge)
    if kind == "terrace" and rng.random() < 0.6:
        _railing(canvas, rng, edge)
    _table_top(canvas, rng, edge)
    if rng.random() < 0.55 and not canvas.light.lamps:
        _sunlight(canvas, rng, edge)
    return Ground("table", edge, edge + (canvas.height - edge) * 0.3)


WALLS = ("#e8dcc6", "#c9d5cf", "#b7c4cf", "#d9b9a5", "#8fa69b", "#c98f6f", "#5d7480", "#e6cfcf")


def _wall(canvas: Canvas, rng: np.random.Generator, *parts: np.ndarray) -> None:
    tone = pick(rng, *WALLS)
    light = canvas.light
    near, far = (canvas.width, 0) if light.side > 0 else (0, canvas.width)
    warm = mix(tone, tone * rgb("#ffd9a8"), 0.6) if light.lamps else tone
    canvas.page.fill(
        parts,
        linear(
            (near, 0),
            (far, canvas.height * 0.6),
            light.lit(warm),
            mix(light.lit(warm), light.shade(warm), 0.7),
        ),
    )
    if rng.random() < 0.45:
        _wallpaper(canvas, rng, parts, tone)


def _wallpaper(
    canvas: Canvas, rng: np.random.Generator, parts: tuple[np.ndarray, ...], tone: Colour
) -> None:
    ink = canvas.light.lit(mix(tone, pick(rng, "#ffffff", "#5a4a44", "#b5574a"), 0.3))
    step = rng.uniform(9, 20)
    marks = []
    stripes = rng.random() < 0.4
    for i, x in enumerate(np.arange(0, canvas.width + step, step)):
        if stripes:
            marks.append(shapes.box(x, 0, x + step * 0.4, canvas.height))
            continue
        for y in np.arange(0, canvas.height, step):
            centre = y + (i % 2) * step / 2
            marks += [
                shapes.leaf(x, centre, step * 0.28, step * 0.13, a) for a in (-0.6, -1.57, -2.5)
            ]
    for part in parts:
        canvas.page.fill(marks, ink, clip=part, opacity=0.5)


def _window(canvas: Canvas, rng: np.random.Generator, edge: float) -> None:
    width = canvas.width
    x0, x1 = width * rng.uniform(-0.1, 0.3), width * rng.uniform(0.7, 1.1)
    y0, y1 = canvas.height * rng.uniform(-0.1, 0.12), edge * rng.uniform(0.86, 0.97)
    _wall(
        canvas,
        rng,
        shapes.box(0, 0, x0, edge),
        shapes.box(x1, 0, width, edge),
        shapes.box(0, 0, width, y0),
        shapes.box(0, y1, width, edge),
    )
    frame = canvas.light.lit(pick(rng, "#f4efe4", "#8a6a4c", "#dfe4e2", "#4f6a6a"))
    dim = mix(frame, canvas.light.shade(frame), 0.5)
    bars = [shapes.box(x0 - 3, y0 - 3, x0 + 2, y1), shapes.box(x1 - 2, y0 - 3, x1 + 3, y1)]
    middle = (x0 + x1) / 2
    bars.append(shapes.box(middle - 1.2, y0, middle + 1.2, y1))
    for share in rng.choice([[0.5], [0.36, 0.7], [0.3]][int(rng.integers(3))], 1):
        y = y0 + (y1 - y0) * share
        bars.append(shapes.box(x0, y - 1, x1, y + 1))
    bars.append(shapes.box(x0 - 3, y0 - 3, x1 + 3, y0 + 2))
    canvas.page.fill(bars, linear((0, y0), (0, y1), dim, frame))
    canvas.page.shape(shapes.box(x0 - 6, y1 - 2, x1 + 6, y1 + 3), frame)
    if rng.random() < 0.55:
        _curtains(canvas, rng, x0, x1, edge)


def _curtains(canvas: Canvas, rng: np.random.Generator, x0: float, x1: float, edge: float) -> None:
    cloth = pick(rng, "#f3ead9", "#b5574a", "#6f8aa3", "#d9b45c", "#7f9a7a")
    for x, way in ((x0 - 4, 1), (x1 + 4, -1)):
        for fold in range(4):
            a, w = x + way * fold * 4.5, 6.0
            tone = canvas.light.lit(cloth) if fold % 2 else canvas.light.shade(cloth)
            drop = [
                (a, -2),
                (a + way * w, -2),
                (a + way * (w - 2), edge * 0.6),
                (a + way * 2, edge),
                (a - way * 3, edge),
            ]
            canvas.page.shape(shapes.smooth(drop), tone, soft=0.6, opacity=0.9)


def _railing(canvas: Canvas, rng: np.random.Generator, edge: float) -> None:
    tone = canvas.light.lit(pick(rng, "#e8e2d4", "#5a6468", "#8a6a4c"))
    top = edge - canvas.height * rng.uniform(0.12, 0.2)
    bars = [shapes.box(x, top, x + 1.6, edge) for x in np.arange(2.0, canvas.width, 9.0)]
    canvas.page.fill([*bars, shapes.box(0, top - 1.5, canvas.width, top + 2)], tone)


def _table_top(canvas: Canvas, rng: np.random.Generator, edge: float) -> None:
    light, page = canvas.light, canvas.page
    width, height = canvas.width, canvas.height
    tone = pick(rng, "#a9764a", "#8a5a3c", "#c99f6e", "#e9e2d2", "#6f8890", "#b9645a")
    back = mix(light.lit(tone), light.haze, 0.25)
    outline = shapes.box(-1, edge, width + 1, height + 1)
    page.shape(
        outline,
        linear(
            (0, edge),
            (0, height),
            back,
            light.lit(tone),
            mix(light.lit(tone), light.shade(tone), 0.7),
        ),
    )
    style = rng.choice(["planks", "check", "plain"])
    ink = mix(light.lit(tone), light.shade(tone), 0.6)
    centre = width * rng.uniform(0.3, 0.7)
    if style == "planks":
        lines = [
            shapes.ribbon([(centre + k * 14, edge), (centre + k * 30, height + 2)], 0.5, 1.3)
            for k in range(-9, 10)
        ]
        page.fill(lines, ink, opacity=0.7)
    elif style == "check":
        cloth = light.lit(rgb("#f6f1e6"))
        lines = [
            np.array(
                [
                    (centre + k * 12, edge),
                    (centre + k * 12 + 6, edge),
                    (centre + k * 26 + 13, height + 1),
                    (centre + k * 26, height + 1),
                ]
            )
            for k in range(-12, 13)
        ]
        depth = (np.linspace(0, 1, 9) ** 1.5) * (height - edge) + edge
        rows = [shapes.box(0, a, width, (a + b) / 2) for a, b in pairwise(depth)]
        page.fill(lines, cloth, opacity=0.45)
        page.fill(rows, cloth, opacity=0.45)
    page.shape(
        shapes.box(0, edge - 0.6, width, edge + 1), light.lit(mix(tone, rgb("#ffffff"), 0.3))
    )


def _sunlight(canvas: Canvas, rng: np.random.Generator, edge: float) -> None:
    x, lean = rng.uniform(0.1, 0.7) * canvas.width, -canvas.light.side * rng.uniform(10, 40)
    w = rng.uniform(20, 50)
    depth = canvas.height - edge
    panes = []
    for k in range(2):
        a = x + k * (w + 4)
        panes.append(
            np.array(
                [
                    (a, edge + depth * 0.1),
                    (a + w, edge + depth * 0.1),
                    (a + w + lean, edge + depth * 0.8),
                    (a + lean, edge + depth * 0.8),
                ]
            )
        )
    canvas.page.fill(panes, canvas.light.glow, soft=1.5, opacity=0.33)


def crockery(canvas: Canvas, rng: np.random.Generator, ground: Ground, *, front: bool) -> None:
    """Put some of the things on the table that lie about on tables: cups, fruit, books."""
    span = canvas.height - ground.horizon
    for _ in range(int(rng.integers(0, 3)) if front else int(rng.integers(0, 4))):
        share = rng.uniform(0.75, 0.97) if front else rng.uniform(0.06, 0.3)
        x = rng.choice([rng.uniform(0.02, 0.28), rng.uniform(0.72, 0.98)]) * canvas.width
        pen = canvas.pen(x, ground.horizon + span * share, 13 + 15 * share)
        clutter.shadow(pen, 0.8)
        [_fruit, _cup, _books, _jar][int(rng.integers(4))](pen, rng)


def _fruit(pen: Pen, rng: np.random.Generator) -> None:
    colour = pick(rng, "#d9483a", "#e8a23a", "#9fb84a", "#e8c84a")
    for x in (-0.3, 0.2)[: int(rng.integers(1, 3))]:
        pen.ellipse(x, 0.26, 0.28, 0.27, pen.ball(colour, x, 0.26, 0.28))
        pen.stroke([(x, 0.5), (x + 0.06, 0.62)], 0.05, pen.shade(rgb("#5a4636")))


def _cup(pen: Pen, rng: np.random.Generator) -> None:
    glaze = pick(rng, "#f2ede2", "#6f96ad", "#c9654f", "#7f9a7a")
    pen.stroke(shapes.ellipse(0.36, 0.34, 0.15, 0.15), 0.07, pen.half(glaze))
    body = shapes.smooth(
        [(-0.34, 0.6), (-0.3, 0.2), (-0.16, 0.02), (0.16, 0.02), (0.3, 0.2), (0.34, 0.6)]
    )
    pen.shape(body, pen.column(glaze, -0.34, 0.34))
    pen.ellipse(0, 0.6, 0.34, 0.08, pen.lit(glaze))
    pen.ellipse(0, 0.59, 0.28, 0.06, pen.shade(rgb("#7a4a2e")))


def _books(pen: Pen, rng: np.random.Generator) -> None:
    for level in range(int(rng.integers(1, 4))):
        cover = pick(rng, "#8a3f3a", "#3f5f7a", "#c9a24a", "#4f6a4f", "#d9d2c2")
        y, dx = level * 0.2, rng.uniform(-0.08, 0.08)
        pen.shape(shapes.box(-0.6 + dx, y, 0.6 + dx, y + 0.2), pen.column(cover, -0.9, 0.9))
        pen.shape(shapes.box(-0.57 + dx, y + 0.05, 0.6 + dx, y + 0.15), pen.half(rgb("#f0e8d6")))


def _jar(pen: Pen, rng: np.random.Generator) -> None:
    glaze = pick(rng, "#b9745a", "#5f7f8a", "#d9cdb8", "#4a5a66")
    outline = shapes.smooth(
        [
            (-0.16, 1.0),
            (-0.12, 0.85),
            (-0.3, 0.55),
            (-0.2, 0.03),
            (0.2, 0.03),
            (0.3, 0.55),
            (0.12, 0.85),
            (0.16, 1.0),
        ]
    )
    pen.shape(outline, pen.column(glaze, -0.3, 0.3))


def underwater(canvas: Canvas, rng: np.random.Generator) -> Ground:
    """Paint water seen from below the surface: shafts of light, rocks, plants, bubbles."""
    page, light = canvas.page, canvas.light
    width, height = canvas.width, canvas.height
    tones = [
        ("#7fd0cf", "#2f93ab", "#155a86"),
        ("#9fd8b8", "#3f9a8a", "#1d5f66"),
        ("#6fb4dd", "#2a6fae", "#153f7a"),
        ("#b8d8a0", "#6a9a5f", "#2f5f4a"),
    ]
    top, middle, deep = (light.lit(rgb(c)) for c in tones[int(rng.integers(4))])
    page.shape(shapes.box(0, 0, width, height), linear((0, 0), (0, height), top, middle, deep))
    caustic = noise.field(rng, *canvas.subject.shape, cell=(90, 30), octaves=4)
    fall = np.clip(1 - np.arange(height * 3)[:, None] / (height * 1.4), 0, 1)
    canvas.lay(
        slice(None),
        slice(None),
        np.clip(caustic, 0, 1) * 0.35 * fall,
        mix(top, rgb("#ffffff"), 0.6),
        Role.BACKDROP,
    )
    slant = light.side * height * 0.5
    for _ in range(int(rng.integers(3, 8))):
        x, w = rng.uniform(-0.2, 1.2) * width, rng.uniform(3, 14)
        beam = [(x, -2), (x + w, -2), (x + w * 2.5 - slant, height), (x - w - slant, height)]
        pale = mix(top, rgb("#ffffff"), 0.5)
        page.shape(beam, linear((0, 0), (0, height), clear(pale, 0.4), clear(pale, 0)), soft=2)
    floor = height * rng.uniform(0.78, 1.02)
    _sea_floor(canvas, rng, floor, deep, middle)
    return Ground("underwater", 0.0, floor, water=True)


def _sea_floor(
    canvas: Canvas, rng: np.random.Generator, floor: float, deep: Colour, middle: Colour
) -> None:
    page, light = canvas.page, canvas.light
    sand = mix(light.lit(pick(rng, "#e0cfa0", "#b9a684", "#8a8f80")), deep, 0.35)
    for k in range(2):
        line = noise.profile(rng, canvas.width, waves=1.3)
        x = np.linspace(-2, canvas.width + 2, 60)
        y = floor - 8 + 8 * k + 4 * line(x)
        bed = np.concatenate([np.stack([x, y], 1), [(x[-1], 500), (x[0], 500)]])
        page.shape(
            bed,
            linear(
                (0, floor - 10),
                (0, canvas.height),
                mix(sand, middle, 0.55 - 0.35 * k),
                mix(sand, deep, 0.4),
            ),
            texture=0.08,
        )
        for _ in range(int(rng.integers(2, 7))):
            weed_x = rng.uniform(0, canvas.width)
            seaweed(
                canvas,
                rng,
                weed_x,
                floor + 4 + 6 * k,
                canvas.height * rng.uniform(0.12, 0.42),
                colour=mix(
                    pick(rng, "#3f7a4a", "#7a8a3a", "#a8554a", "#c9785a", "#8a5a8a"),
                    middle,
                    0.5 - 0.3 * k,
                ),
            )
        for _ in range(int(rng.integers(0, 4))):
            pen = canvas.pen(rng.uniform(0, canvas.width), floor + 3 + 7 * k, rng.uniform(12, 40))
            clutter.rock(pen, rng, mix(pick(rng, "#6a6f78", "#7a6a5f", "#5f7a7a"), middle, 0.4))
    bubbles(canvas, rng)


def seaweed(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float, *, colour: Colour
) -> None:
    """Paint a water plant that sways, ``size`` high."""
    pen = canvas.pen(x, y, size)
    fronds = []
    for _ in range(int(rng.integers(3, 8))):
        t = np.linspace(0, 1, 10)
        tall = rng.uniform(0.5, 1)
        sway = rng.uniform(0.04, 0.12) * np.sin(t * rng.uniform(4, 8) + rng.uniform(0, 6)) * t
        line = np.stack([rng.uniform(-0.1, 0.1) + sway + rng.uniform(-0.25, 0.25) * t, t * tall], 1)
        fronds.append(shapes.ribbon(line, rng.uniform(0.04, 0.09), 0.01))
    pen.fill(fronds, linear((0, 1), (0, 0), pen.lit(colour), pen.shade(colour)))


def bubbles(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint a few strings of air bubbles."""
    pale = rgb("#e6f6f4")
    for _ in range(int(rng.integers(0, 4))):
        x = rng.uniform(0, canvas.width)
        for y in rng.uniform(0.05, 0.95, 6) * canvas.height:
            r, dx = rng.uniform(0.5, 2.0), rng.normal(0, 3)
            canvas.page.ellipse(x + dx, y, r, r, clear(pale, 0.35))
            canvas.page.ellipse(x + dx - r * 0.3, y - r * 0.3, r * 0.35, r * 0.35, clear(pale, 0.9))
