"""In open country: balloons, steam trains, windmills."""

from itertools import pairwise

import numpy as np

from .. import clutter, foregrounds, shapes
from ..backdrops import Ground, landscape
from ..canvas import Canvas, Paint, Pen, Role, clear, linear, radial
from ..light import Colour, mix, pick, rgb, vary
from .placing import across, founded, size_between, standing, tufts

CLOTHS = (
    "#d9453a",
    "#e8a23a",
    "#f3e9d2",
    "#2f6f9a",
    "#3f8f7a",
    "#7a4a8a",
    "#f0c84a",
    "#c25a7a",
    "#24406a",
    "#e8734a",
)


def balloon(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose hot-air balloons over any country."""
    ground = landscape(
        canvas,
        rng,
        "hills",
        "mountains",
        "desert",
        "fields",
        "snow",
        "sea",
        "lake",
        horizon=(0.55, 0.85),
    )
    count = 1 if rng.random() < 0.55 else int(rng.integers(2, 6))
    low, high = (0.32, 1.3) if count == 1 else (0.2, 0.6)
    sizes = sorted(
        min(canvas.width * 1.1, canvas.height) * size_between(rng, low, high) for _ in range(count)
    )
    for size in sizes:
        room = max(0.0, canvas.height * 0.9 - size)  # more often high up than low
        x, y = across(canvas, rng, 0.14), canvas.height * 0.04 + room * rng.beta(1, 2) + size
        depth = float(np.clip(0.6 - size / canvas.height, 0, 0.45))
        _balloon(
            canvas.pen(x, y, size, angle=rng.uniform(-0.06, 0.06), depth=depth, role=Role.SUBJECT),
            rng,
        )
    (foregrounds.water_front if ground.water else foregrounds.outdoors)(canvas, rng)


def _balloon(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a balloon 1 high; the bottom of its basket is y = 0."""
    plump = rng.uniform(0.33, 0.4)
    colours = [rgb(code) for code in rng.choice(CLOTHS, 3, replace=False)]
    side = shapes.smooth(
        [
            (0.13, 0.2),
            (0.3, 0.27),
            (0.62, 0.4),
            (0.9, 0.55),
            (1.0, 0.7),
            (0.93, 0.84),
            (0.66, 0.95),
            (0.32, 0.992),
            (0.0, 1.0),
        ],
        closed=False,
        steps=4,
    )
    radius, heights = side[:, 0] * plump, side[:, 1]
    outline = np.concatenate(
        [np.stack([radius, heights], 1), np.stack([-radius, heights], 1)[::-1]]
    )
    pen.fill(
        [
            shapes.ribbon([(k * 0.055, 0.1), (k * radius[0], 0.21)], 0.008)
            for k in (-1, -0.5, 0.5, 1)
        ],
        pen.shade(rgb("#4a3a30")),
    )
    pen.shape(outline, pen.lit(colours[0]))
    _pattern(pen, rng, colours, radius=radius, heights=heights, outline=outline)
    dark = pen.shade(mix(colours[0], rgb("#1f2440"), 0.75))
    round_shade = radial(
        (pen.side * plump * 0.45, 0.72),
        plump * 1.75,
        clear(rgb("#fff8e0"), 0.28),
        clear(dark, 0.0),
        clear(dark, 0.3),
        clear(dark, 0.68),
    )
    pen.shape(outline, round_shade, texture=0)
    if pen.canvas.light.lamps:
        pen.shape(
            outline,
            radial((0, 0.3), 0.6, clear(rgb("#ffcf6a"), 0.75), clear(rgb("#ff9a4a"), 0)),
            texture=0,
        )
    wicker = rgb("#8a5f3c")
    pen.shape([(-0.06, 0.1), (-0.05, 0), (0.05, 0), (0.06, 0.1)], pen.column(wicker, -0.06, 0.06))
    pen.shape(shapes.box(-0.066, 0.09, 0.066, 0.108), pen.half(rgb("#5f3f28")))


def _pattern(
    pen: Pen,
    rng: np.random.Generator,
    colours: list[Colour],
    *,
    radius: np.ndarray,
    heights: np.ndarray,
    outline: np.ndarray,
) -> None:
    gores = int(rng.integers(4, 8))
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 2 * gores + 1))
    sides = [
        np.concatenate(
            [np.stack([radius * a, heights], 1), np.stack([radius * b, heights], 1)[::-1]]
        )
        for a, b in pairwise(edges)
    ]
    style = rng.choice(["gores", "gores", "gores3", "bands", "zigzag", "belt"])
    if style in ("gores", "gores3"):
        pen.fill(sides[1::2], pen.lit(colours[1]))
        if style == "gores3":
            pen.fill(sides[2::4], pen.lit(colours[2]))
    elif style == "bands":
        for k, y in enumerate(np.linspace(0.28, 0.9, 6)):
            pen.shape(_bow(y, 0.055), pen.lit(colours[1 + k % 2]), clip=outline)
    elif style == "zigzag":
        for y, colour in ((0.74, colours[1]), (0.6, colours[2])):
            x = edges * radius.max()
            top = np.stack([x, np.where(np.arange(len(x)) % 2, y + 0.07, y - 0.03)], 1)
            pen.shape(np.concatenate([top, top[::-1] - (0, 0.1)]), pen.lit(colour), clip=outline)
    else:
        pen.shape(_bow(0.66, 0.11), pen.lit(colours[1]), clip=outline)
        pen.shape(_bow(0.66, 0.05), pen.lit(colours[2]), clip=outline)
    seams = [shapes.ribbon(np.stack([radius * a, heights], 1), 0.004) for a in edges]
    pen.fill(seams, pen.shade(colours[0]), opacity=0.45, clip=outline)


def _bow(y: float, half: float) -> np.ndarray:
    """Return a band around the balloon at height y, bent as seen from below."""
    x = np.linspace(-0.5, 0.5, 15)
    line = np.stack([x, y - 0.12 * (0.25 - x**2)], 1)
    rise = np.array([0, half])
    return np.concatenate([line + rise, line[::-1] - rise])


def windmill(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose a windmill among fields, on a hill or by the sea."""
    ground = landscape(
        canvas,
        rng,
        "fields",
        "fields",
        "hills",
        "hills",
        "sea",
        "snow",
        "lake",
        "desert",
        horizon=(0.5, 0.78),
    )
    size = canvas.height * size_between(rng, 0.38, 0.88)
    x, y = across(canvas, rng, 0.25), standing(canvas, rng, ground, size * 0.6)
    y = founded(canvas, rng, ground, x, y, out=(0.05, 0.35), least=size * 1.12, half=size * 0.4)
    if rng.random() < 0.4:
        clutter.house(canvas.pen(x + rng.choice([-1, 1]) * size * 0.33, y + 1, size * 0.18), rng)
    pen = canvas.pen(x, y, size, role=Role.SUBJECT)
    if not ground.water:
        clutter.shadow(pen.to(Role.TRACE), 0.4)
    _windmill(pen, rng)
    tufts(canvas, rng, x, y + 1, size * 0.2, tall=size * 0.05)
    (foregrounds.water_front if ground.water else foregrounds.outdoors)(canvas, rng)


def _windmill(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a windmill whose hub is about 0.75 high."""
    kind = rng.choice(["smock", "smock", "tower", "brick"])
    wall = {
        "smock": pick(rng, "#6f5a48", "#7a6450", "#4f5f58", "#8a6a50"),
        "tower": pick(rng, "#f3eee2", "#ece0c8"),
        "brick": pick(rng, "#a85f48", "#94503f"),
    }[str(kind)]
    foot, neck = rng.uniform(0.16, 0.21), rng.uniform(0.09, 0.12)
    if kind == "tower":
        foot, neck = 0.17, 0.15
    body = [(-foot, 0), (-neck, 0.68), (neck, 0.68), (foot, 0)]
    pen.shape(body, pen.column(wall, -foot, foot), texture=0.09)
    if kind == "smock":
        base = pick(rng, "#b5694f", "#d9cdb8")
        pen.shape(shapes.box(-foot * 1.02, 0, foot * 1.02, 0.2), pen.column(base, -foot, foot))
        pen.shape(shapes.box(-foot * 1.35, 0.2, foot * 1.35, 0.225), pen.half(rgb("#e9e2d2")))
        rails = [
            shapes.box(k * foot * 0.3 - 0.004, 0.22, k * foot * 0.3 + 0.004, 0.27)
            for k in range(-4, 5)
        ]
        pen.fill(
            [*rails, shapes.box(-foot * 1.3, 0.263, foot * 1.3, 0.273)], pen.half(rgb("#e9e2d2"))
        )
    glass = rgb("#ffd27a") if pen.canvas.light.lamps else pen.shade(rgb("#4a5560"))
    pen.fill([shapes.box(-0.022, h, 0.022, h + 0.06) for h in (0.34, 0.5)], glass)
    pen.shape(shapes.box(-0.035, 0, 0.035, 0.12), pen.shade(rgb("#5a3f30")))
    roof = pick(rng, "#6a4638", "#4f545c", "#8a3f34", "#5f6a52")
    if kind == "tower":
        cap = np.array([(-neck * 1.15, 0.67), (0, 0.9), (neck * 1.15, 0.67)])
    else:
        cap = shapes.smooth(
            [
                (-neck * 1.15, 0.67),
                (-neck * 0.85, 0.77),
                (0, 0.82),
                (neck * 0.85, 0.77),
                (neck * 1.15, 0.67),
            ],
            closed=False,
        )
    pen.shape(cap, pen.column(roof, -neck, neck))
    _sails(pen, rng, (rng.uniform(-0.03, 0.03), 0.73))


def _sails(pen: Pen, rng: np.random.Generator, hub: tuple[float, float]) -> None:
    turn, view = rng.uniform(0, np.pi / 2), rng.uniform(0.6, 1.0)
    reach = rng.uniform(0.42, 0.55)
    cloth, wood = (
        pick(rng, "#f4ead2", "#e9e4da", "#c9573f", "#efe0b8"),
        pen.half(pick(rng, "#5f4a3a", "#e6dfd0")),
    )
    for k in range(4):
        wing = pen.moved(*hub, size=(view, 1.0)).moved(size=reach, angle=turn + k * np.pi / 2)
        sail = shapes.box(0.18, 0.02, 0.98, 0.22)
        wing.shape(sail, linear((0.2, 0), (1, 0.2), pen.lit(cloth), pen.half(cloth)), opacity=0.95)
        lattice = [shapes.box(x - 0.008, 0, x + 0.008, 0.22) for x in np.linspace(0.18, 0.98, 8)]
        lattice += [shapes.box(0.18, y - 0.008, 0.98, y + 0.008) for y in (0.12, 0.215)]
        wing.fill(lattice, wood)
        wing.shape([(0, -0.025), (1.0, -0.012), (1.0, 0.012), (0, 0.025)], wood)
    pen.ellipse(*hub, 0.022 * view, 0.022, pen.shade(rgb("#3f3530")))


def train(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose a steam train seen from the side or coming towards us."""
    kinds = ("hills", "mountains", "desert", "fields", "snow", "sea", "lake")
    if rng.random() < 0.62:
        ground = landscape(canvas, rng, *kinds, horizon=(0.35, 0.66))
        _train_passing(canvas, rng, ground)
    else:
        ground = landscape(canvas, rng, *kinds[:5], horizon=(0.35, 0.6))
        _train_coming(canvas, rng, ground)
    foregrounds.outdoors(canvas, rng)


LIVERIES = ("#2f5f45", "#23272c", "#8a2f2c", "#274a70", "#2c2f33", "#6a3f2c")


def _train_passing(canvas: Canvas, rng: np.random.Generator, ground: Ground) -> None:
    size = canvas.height * size_between(rng, 0.14, 0.46)
    y = ground.top + (canvas.height - ground.top) * rng.uniform(0.3, 0.75)
    if ground.water:
        y = ground.top + (canvas.height - ground.top) * rng.uniform(0.35, 0.6)
    y = min(y, canvas.height * 0.9)
    angle, flip = rng.uniform(-0.07, 0.07), bool(rng.random() < 0.5)
    x = canvas.width * (rng.uniform(0.1, 0.4) if flip else rng.uniform(0.6, 0.9))
    pen = canvas.pen(x, y, size, angle=angle, flip=flip)
    _embankment(pen, rng, bridge=ground.water or rng.random() < 0.3)
    livery = pick(rng, *LIVERIES)
    _smoke(pen.to(Role.TRACE), rng, (0.28, 1.02), drift=(-2.6, rng.uniform(0.25, 0.9)))
    clutter.shadow(pen.moved(-0.8, -0.02).to(Role.TRACE), 2.6, length=0.1)
    body = pen.to(Role.SUBJECT)
    for k in range(int(rng.integers(1, 6))):
        _coach(
            body.moved(-2.45 - 2.02 * k, 0),
            rng,
            mix(livery, pick(rng, "#a84a3a", "#d9c9a0", "#3f6a5a"), 0.7),
        )
    _tender(body.moved(-1.35, 0), livery)
    _engine(body, rng, livery)


def _embankment(pen: Pen, rng: np.random.Generator, *, bridge: bool) -> None:
    if bridge:
        stone = pick(rng, "#a89a88", "#b08a70", "#8f8d8a")
        spans = np.arange(rng.uniform(-31, -29), 30, 2.4)
        paint = linear((0, 0), (0, -4), pen.lit(stone), pen.half(stone))
        pen.fill([_arch(x, 2.4) for x in spans], paint, texture=0.12)
        pen.shape(shapes.box(-30, -0.2, 30, -0.03), pen.lit(stone), texture=0.1)
        pen.shape(shapes.box(-30, -0.25, 30, -0.2), pen.shade(stone))
    else:
        gravel = mix(pick(rng, "#9a8d7c", "#857c74"), pen.canvas.season.grass[0], 0.25)
        pen.shape(
            [(-30, -0.03), (30, -0.03), (30, -0.55), (-30, -0.55)],
            linear((0, 0), (0, -0.5), clear(pen.lit(gravel), 1), clear(pen.half(gravel), 0)),
            texture=0.12,
        )
    pen.fill(
        [shapes.box(x, -0.07, x + 0.12, -0.03) for x in np.arange(-14, 14, 0.28)],
        pen.shade(rgb("#5a4636")),
    )
    pen.shape(shapes.box(-30, -0.035, 30, 0.0), pen.half(rgb("#8a8884")))


def _arch(x: float, span: float) -> np.ndarray:
    """Return one arch of a viaduct with half a pier at each end."""
    turn = np.linspace(0, np.pi, 15)
    middle, radius = x + span / 2, span / 2 - 0.3
    inside = np.stack([middle + radius * np.cos(turn), -1.5 + radius * np.sin(turn)], 1)
    right, left = x + span, x
    legs = [(left, -12), (left, -0.1), (right, -0.1), (right, -12), (middle + radius, -12)]
    return np.concatenate([legs, inside, [(middle - radius, -12)]])


def _wheel(pen: Pen, x: float, radius: float, colour: Colour) -> None:
    pen.ellipse(x, radius, radius, radius, pen.shade(rgb("#2a2a2c")))
    pen.ellipse(x, radius, radius * 0.8, radius * 0.8, pen.half(colour))
    hole = pen.shade(rgb("#1f2023"))
    gaps = [
        shapes.leaf(
            x + 0.2 * radius * np.cos(a),
            radius + 0.2 * radius * np.sin(a),
            radius * 0.55,
            radius * 0.28,
            a,
        )
        for a in np.arange(0, 6.2, np.pi / 4)
    ]
    pen.fill(gaps, hole)
    pen.ellipse(x, radius, radius * 0.18, radius * 0.18, pen.lit(colour))


def _barrel(pen: Pen, colour: Colour, low: float, high: float) -> Paint:
    """Paint for a boiler that lies along x: bright near the top."""
    return linear(
        (0, high),
        (0, low),
        pen.half(colour),
        pen.lit(mix(colour, rgb("#ffffff"), 0.25)),
        pen.half(colour),
        pen.shade(colour),
        pen.shade(colour),
    )


def _engine(pen: Pen, rng: np.random.Generator, livery: Colour) -> None:
    """Draw the engine from x = -0.8 to 0.75; its unit is the height of the cab."""
    red, brass = pick(rng, "#a83a30", "#7a2f2a", "#3a3d42"), rgb("#d9ac4f")
    pen.shape(shapes.box(-0.8, 0.2, 0.68, 0.34), pen.shade(rgb("#26282c")))
    _wheel(pen, -0.4, 0.21, red)
    _wheel(pen, 0.02, 0.21, red)
    _wheel(pen, 0.42, 0.13, red)
    pen.stroke([(-0.4, 0.15), (0.02, 0.15), (0.3, 0.2)], 0.04, pen.lit(rgb("#9a9a98")))
    pen.shape(shapes.box(0.28, 0.14, 0.5, 0.32), pen.half(livery))
    pen.shape(shapes.box(-0.45, 0.34, 0.6, 0.76), _barrel(pen, livery, 0.34, 0.76))
    pen.shape(shapes.box(0.42, 0.33, 0.64, 0.77), _barrel(pen, rgb("#3a3c40"), 0.33, 0.77))
    pen.ellipse(0.64, 0.55, 0.04, 0.2, pen.half(rgb("#4a4c50")))
    pen.fill(
        [shapes.box(x, 0.335, x + 0.025, 0.765) for x in (-0.25, 0.0, 0.25)],
        pen.lit(brass),
        opacity=0.8,
    )
    chimney = [(0.22, 0.74), (0.23, 0.98), (0.18, 1.04), (0.38, 1.04), (0.33, 0.98), (0.34, 0.74)]
    pen.shape(chimney, pen.column(rgb("#2f3136"), 0.2, 0.36))
    for x, w in ((0.02, 0.08), (-0.24, 0.07)):
        dome = shapes.smooth(
            [(x - w, 0.74), (x - w * 0.9, 0.85), (x, 0.9), (x + w * 0.9, 0.85), (x + w, 0.74)],
            closed=False,
        )
        pen.shape(dome, pen.column(brass if x > 0 else livery, x - w, x + w))
    pen.shape(
        shapes.box(-0.8, 0.3, -0.43, 0.98),
        linear((0, 1), (0, 0.3), pen.lit(livery), pen.half(livery)),
    )
    glass = rgb("#ffd27a") if pen.canvas.light.lamps else pen.half(rgb("#a9c2c9"))
    pen.fill([shapes.box(-0.74, 0.66, -0.63, 0.86), shapes.box(-0.6, 0.66, -0.49, 0.86)], glass)
    pen.shape(
        shapes.smooth([(-0.88, 0.97), (-0.62, 1.05), (-0.37, 0.97)], closed=False),
        pen.shade(rgb("#34373c")),
    )
    pen.shape([(0.62, 0.3), (0.68, 0.3), (0.78, 0.05), (0.6, 0.05)], pen.half(red))
    pen.ellipse(
        0.63, 0.82, 0.05, 0.06, rgb("#fff0b8") if pen.canvas.light.lamps else pen.lit(brass)
    )


def _tender(pen: Pen, livery: Colour) -> None:
    pen.shape(
        shapes.smooth([(-0.4, 0.66), (-0.2, 0.78), (0.2, 0.78), (0.42, 0.66)], closed=False),
        pen.shade(rgb("#24252a")),
    )
    pen.shape(
        shapes.box(-0.45, 0.22, 0.45, 0.68),
        linear((0, 0.7), (0, 0.2), pen.lit(livery), pen.half(livery), pen.shade(livery)),
    )
    pen.shape(shapes.box(-0.62, 0.2, 0.65, 0.5), pen.shade(rgb("#26282c")))
    for x in (-0.25, 0.25):
        _wheel(pen, x, 0.13, rgb("#4a4a4c"))


def _coach(pen: Pen, rng: np.random.Generator, colour: Colour) -> None:
    pen.shape(shapes.box(-1.02, 0.18, 1.05, 0.26), pen.shade(rgb("#26282c")))
    pen.shape(
        shapes.box(-0.95, 0.24, 0.95, 0.88),
        linear((0, 0.9), (0, 0.2), pen.lit(colour), pen.lit(colour), pen.half(colour)),
    )
    pen.shape(shapes.box(-0.95, 0.52, 0.95, 0.84), pen.lit(mix(colour, rgb("#f3e6c4"), 0.7)))
    glass = rgb("#ffdb8f") if pen.canvas.light.lamps else pen.shade(rgb("#6a8894"))
    pen.fill([shapes.box(x, 0.56, x + 0.2, 0.8) for x in np.linspace(-0.88, 0.68, 7)], glass)
    pen.shape([(-1.0, 0.86), (-0.9, 0.95), (0.9, 0.95), (1.0, 0.86)], pen.half(rgb("#5a5d63")))
    for x in (-0.7, -0.4, 0.4, 0.7):
        _wheel(pen, x, 0.12, rgb("#4a4a4c"))


def _smoke(
    pen: Pen, rng: np.random.Generator, start: tuple[float, float], *, drift: tuple[float, float]
) -> None:
    steam = vary(rng, rgb("#eceae6"), 0.06)
    if rng.random() < 0.3:
        steam = rgb("#8f8c8a")
    bright, dim = pen.lit(steam), mix(pen.half(steam), pen.canvas.light.haze, 0.25)
    for t in np.linspace(1, 0, 26):
        x = start[0] + drift[0] * t + rng.normal(0, 0.05)
        y = start[1] + drift[1] * t**0.7 + rng.normal(0, 0.06) * (0.5 + t) + 0.05
        r = 0.09 + 0.34 * t**0.8 * rng.uniform(0.7, 1.15)
        fade = 0.95 - 0.72 * t
        pen.ellipse(x, y, r, r * 0.85, dim, soft=1.0 + 1.5 * t, opacity=fade)
        pen.ellipse(
            x + pen.side * r * 0.2,
            y + r * 0.25,
            r * 0.7,
            r * 0.55,
            bright,
            soft=1.2 + t,
            opacity=fade * 0.8,
        )


def _train_coming(canvas: Canvas, rng: np.random.Generator, ground: Ground) -> None:
    size = min(canvas.height, canvas.width) * size_between(rng, 0.28, 0.85)
    y = standing(canvas, rng, ground, min(size * 1.25, canvas.height * 0.9))
    x = across(canvas, rng, 0.28)
    vanish = (x + rng.choice([-1, 1]) * canvas.width * rng.uniform(0.1, 0.5), ground.horizon + 2)
    _track(canvas, rng, (x, y), vanish, size)
    pen = canvas.pen(x, y, size)
    livery = pick(rng, *LIVERIES)
    lean = float(np.sign(vanish[0] - x)) * rng.uniform(0.5, 1.3)
    _smoke(pen.to(Role.TRACE), rng, (0.0, 1.06), drift=(lean, 0.6))
    clutter.shadow(pen.to(Role.TRACE), 0.8, length=0.3)
    body = pen.to(Role.SUBJECT)
    coach = mix(livery, pick(rng, "#a84a3a", "#d9c9a0", "#3f6a5a"), 0.7)
    dx, dy = (vanish[0] - x) / size, (y - vanish[1]) / size  # from the engine to where it vanishes
    for t in (0.8, 0.7, 0.58, 0.44, 0.28):
        wagon = body.moved(dx * t, dy * t, size=1 - t)
        wagon.shape(
            [(-0.36, 0.12), (-0.36, 0.85), (0, 0.98), (0.36, 0.85), (0.36, 0.12)],
            wagon.column(coach, -0.5, 0.5),
        )
        wagon.shape([(-0.38, 0.84), (0, 0.99), (0.38, 0.84), (0, 0.9)], wagon.half(rgb("#5a5d63")))
    _engine_front(body, rng, livery)


def _track(
    canvas: Canvas,
    rng: np.random.Generator,
    foot: tuple[float, float],
    vanish: tuple[float, float],
    size: float,
) -> None:
    """Paint a track that runs from the vanishing point under the engine and out of the picture."""
    light, page = canvas.light, canvas.page
    start, through = np.array(vanish), np.array(foot)

    def place(share: float, offset: float) -> np.ndarray:
        """Return a point on the ground: share 1 is under the engine, offset in engine heights."""
        return np.asarray(start + (through - start) * share + (offset * size * share, 0))

    far = 2.2
    gravel = vary(rng, rgb("#948a7e"))
    bed = [place(0.02, -0.62), place(0.02, 0.62), place(far, 0.62), place(far, -0.62)]
    page.shape(bed, linear(vanish, foot, light.lit(gravel, 0.6), light.lit(gravel)), texture=0.15)
    ties = []
    for depth in np.arange(1 / far, 14, 0.11):  # evenly spaced on the ground
        near, back = 1 / (depth - 0.04), 1 / depth
        ties.append([place(back, -0.42), place(back, 0.42), place(near, 0.42), place(near, -0.42)])
    page.fill(ties, light.shade(rgb("#6a5442"), 0.1))
    for way in (-0.28, 0.28):
        rail = [
            place(0.02, way - 0.02),
            place(0.02, way + 0.02),
            place(far, way + 0.025),
            place(far, way - 0.025),
        ]
        page.shape(rail, light.lit(rgb("#b5b3ae")))


def _engine_front(pen: Pen, rng: np.random.Generator, livery: Colour) -> None:
    """Draw an engine from the front, 1 high without its chimney's top."""
    red, brass, iron = pick(rng, "#a83a30", "#8a2f2a", "#33363b"), rgb("#d9ac4f"), rgb("#33363c")
    pen.shape(
        [(-0.4, 0.3), (-0.4, 0.86), (0, 0.98), (0.4, 0.86), (0.4, 0.3)],
        pen.column(livery, -0.45, 0.45),
    )
    glass = rgb("#ffd27a") if pen.canvas.light.lamps else pen.half(rgb("#a9c2c9"))
    pen.fill([shapes.box(-0.37, 0.7, -0.27, 0.84), shapes.box(0.27, 0.7, 0.37, 0.84)], glass)
    pen.fill(
        [shapes.box(-0.33, 0.0, -0.23, 0.25), shapes.box(0.23, 0.0, 0.33, 0.25)], pen.shade(iron)
    )
    pen.shape(shapes.box(-0.42, 0.2, 0.42, 0.32), pen.column(red, -0.45, 0.45))
    pen.ellipse(0, 0.6, 0.31, 0.31, pen.column(livery, -0.33, 0.33))
    pen.ellipse(0, 0.6, 0.27, 0.27, pen.ball(iron, 0, 0.6, 0.27))
    pen.ellipse(0, 0.6, 0.19, 0.19, pen.ball(mix(iron, rgb("#6a6f78"), 0.5), 0, 0.6, 0.19))
    pen.fill([shapes.ribbon([(-0.19, y), (0.19, y)], 0.02) for y in (0.52, 0.68)], pen.shade(iron))
    pen.ellipse(0, 0.6, 0.03, 0.03, pen.lit(brass))
    pen.shape(
        [(-0.075, 0.88), (-0.07, 1.06), (-0.11, 1.1), (0.11, 1.1), (0.07, 1.06), (0.075, 0.88)],
        pen.column(iron, -0.1, 0.1),
    )
    pen.ellipse(0, 0.9, 0.075, 0.075, pen.half(brass))
    pen.ellipse(
        0, 0.9, 0.055, 0.055, rgb("#fff6d4") if pen.canvas.light.lamps else pen.lit(rgb("#f6ecc8"))
    )
    for x in (-0.27, 0.27):
        pen.ellipse(x, 0.25, 0.065, 0.065, pen.ball(rgb("#6a6f76"), x, 0.25, 0.065))
    pen.shape(
        [(-0.34, 0.2), (0.34, 0.2), (0.24, 0.02), (-0.24, 0.02)],
        pen.column(mix(red, iron, 0.5), -0.4, 0.4),
    )
    pen.fill(
        [shapes.ribbon([(k * 0.1, 0.19), (k * 0.07, 0.03)], 0.015) for k in range(-3, 4)],
        pen.lit(brass),
        opacity=0.7,
    )
    if pen.canvas.light.lamps:
        clutter.glow(pen.to(Role.TRACE), 0, 0.9, 0.55, rgb("#ffe9a8"))
