"""Animals: butterflies, fish, owls."""

import numpy as np

from .. import clutter, foregrounds, rooms, shapes
from ..backdrops import landscape, thaw
from ..canvas import Canvas, Pen, Role, clear, linear, radial
from ..light import Colour, mix, pick, rgb, vary
from .placing import across, size_between


def butterfly(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose butterflies over flowers, in the air or on a flower."""
    thaw(canvas)
    if rng.random() < 0.7:
        rooms.blurred(canvas, rng)
    else:
        landscape(canvas, rng, "hills", "fields", "mountains", "lake", horizon=(0.25, 0.6))
        canvas.defocus(rng.uniform(0.3, 1.5))
    for _ in range(int(rng.integers(2, 10))):
        bloom = canvas.season.flowers[rng.integers(len(canvas.season.flowers))]
        size = canvas.height * rng.uniform(0.2, 0.65)
        clutter.flower(
            canvas.pen(rng.uniform(0, canvas.width), canvas.height + 2, size), rng, bloom
        )
    count = 1 if rng.random() < 0.7 else int(rng.integers(2, 5))
    low, high = (0.32, 1.1) if count == 1 else (0.2, 0.42)
    for _ in range(count):
        size = min(canvas.width, canvas.height * 1.2) * size_between(rng, low, high)
        x, y = across(canvas, rng, 0.3), canvas.height * rng.uniform(0.3, 0.65)
        y = max(y, size * 0.45)
        side_on = rng.random() < 0.35
        if side_on or rng.random() < 0.4:
            _perch(canvas, rng, x, y, size)
        pen = canvas.pen(
            x,
            y,
            size,
            angle=rng.uniform(-0.7, 0.7),
            flip=bool(rng.random() < 0.5),
            role=Role.SUBJECT,
        )
        (_folded if side_on else _spread)(pen, rng)
    foregrounds.undergrowth(canvas, rng)


def _perch(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """Paint a large flower under the butterfly."""
    pen = canvas.pen(x, y - size * 0.02, size)
    colour = canvas.season.flowers[rng.integers(len(canvas.season.flowers))]
    pen.stroke(
        shapes.smooth([(0.05, -4), (0.12, -1), (0, -0.1)], closed=False),
        0.05,
        pen.half(rgb("#5d8a4a")),
    )
    count = int(rng.integers(7, 15))
    for tone, turn in ((pen.shade(colour), 0.2), (pen.lit(colour), 0.0)):
        ring = [
            shapes.leaf(0, -0.12, 0.42, 0.16, turn + 2 * np.pi * k / count) * (1, 0.62)
            for k in range(count)
        ]
        pen.fill(ring, tone)
    pen.ellipse(0, -0.07, 0.14, 0.1, pen.ball(rgb("#e0a83a"), 0, -0.07, 0.14))


_WINGS = (  # ground colour, border, marks
    ("#e8812a", "#231f20", "#fbf3dc"),
    ("#2f7fd0", "#141c33", "#cfe6f6"),
    ("#f3d24a", "#2a2624", "#3f6fae"),
    ("#f5f1e2", "#4a4a48", "#3a3a3a"),
    ("#b8402f", "#2c2226", "#e9c35a"),
    ("#4fa88a", "#1f2f33", "#d6f0c8"),
    ("#7a4a9a", "#2a2038", "#f0c8e0"),
    ("#c9a06a", "#5a4030", "#f3e3c0"),
)


def _spread(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a butterfly from above; its span is about 1, its body along y."""
    ground, border, marks = (
        vary(rng, rgb(code), 0.04) for code in _WINGS[rng.integers(len(_WINGS))]
    )
    fore = np.array(
        [
            (0.02, 0.1),
            (0.2, 0.33),
            (0.43, 0.42),
            (0.5, 0.36),
            (0.46, 0.18),
            (0.36, 0.04),
            (0.03, 0.0),
        ]
    )
    tailed = rng.random() < 0.3
    hind = np.array(
        [
            (0.02, 0.03),
            (0.3, 0.04),
            (0.38, -0.08),
            (0.33, -0.24),
            (0.2, -0.34 - 0.12 * tailed),
            (0.12, -0.24),
            (0.02, -0.08),
        ]
    )
    fore[1:-1] *= rng.uniform(0.92, 1.08, (5, 2))
    state = rng.integers(2**32)
    tilt = rng.uniform(0.45, 1.0)
    for way, open_ in ((-1, tilt), (1, rng.uniform(0.8, 1.0))):
        wing = pen.moved(size=(way * open_, 1.0))
        pattern = np.random.default_rng(state)
        bright = 1.0 if way == pen.side else 0.86
        for outline in (hind, fore):
            _wing(
                wing,
                pattern,
                shapes.smooth(outline),
                ground=ground * bright,
                border=border,
                marks=marks,
            )
    dark = pen.half(mix(border, rgb("#3a2f2a"), 0.5))
    body = shapes.smooth(
        [
            (0, 0.17),
            (0.026, 0.1),
            (0.02, -0.02),
            (0.012, -0.24),
            (-0.012, -0.24),
            (-0.02, -0.02),
            (-0.026, 0.1),
        ]
    )
    pen.shape(body, dark)
    _feelers(pen, dark, (0, 0.15))


def _feelers(pen: Pen, dark: Colour, head: tuple[float, float]) -> None:
    for way in (-1, 1):
        line = shapes.smooth(
            [head, (head[0] + way * 0.05, head[1] + 0.1), (head[0] + way * 0.12, head[1] + 0.16)],
            closed=False,
        )
        pen.stroke(line, 0.008, dark)
        pen.disc(line[-1], 0.011, dark)


def _wing(
    pen: Pen,
    rng: np.random.Generator,
    outline: np.ndarray,
    *,
    ground: Colour,
    border: Colour,
    marks: Colour,
) -> None:
    centre = outline.mean(axis=0)
    pen.shape(outline, pen.half(border))
    inner = centre + (outline - centre) * rng.uniform(0.76, 0.9)
    root = (0.02, 0.02)
    pen.shape(
        inner,
        radial(root, 0.5, pen.half(ground), pen.lit(ground), pen.lit(mix(ground, marks, 0.2))),
        clip=outline,
    )
    rim = outline[:: max(1, len(outline) // 12)]
    veins = [shapes.ribbon([root, root + (p - root) * 0.97], 0.006) for p in rim]
    pen.fill(veins, pen.half(border), opacity=0.75, clip=outline)
    dots = [shapes.disc(centre + (p - centre) * 0.92, 0.013) for p in rim]
    pen.fill(dots, pen.lit(marks), clip=outline)
    if rng.random() < 0.5:
        eye = centre + (outline[len(outline) // 2] - centre) * 0.35
        for radius, tone in ((0.055, border), (0.04, marks), (0.022, border)):
            pen.disc(eye, radius, pen.half(tone), clip=outline)
    else:
        x, y = centre + (outline[16] - centre) * 0.25
        patch = shapes.leaf(x, y, 0.14, 0.05, rng.uniform(0, 1.5))
        pen.shape(patch, pen.lit(marks), clip=outline, opacity=0.8)


def _folded(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a butterfly from the side, wings folded up; its feet at the origin."""
    ground, border, marks = (
        vary(rng, rgb(code), 0.04) for code in _WINGS[rng.integers(len(_WINGS))]
    )
    dark = pen.half(mix(border, rgb("#3a2f2a"), 0.5))
    fore = shapes.smooth(
        [(0.06, 0.06), (0.22, 0.34), (0.26, 0.66), (0.12, 0.7), (-0.06, 0.48), (-0.1, 0.12)]
    )
    hind = shapes.smooth(
        [(0.06, 0.05), (0.0, 0.32), (-0.2, 0.5), (-0.38, 0.4), (-0.4, 0.2), (-0.24, 0.06)]
    )
    legs = [shapes.ribbon([(x, 0.04), (x + 0.03, -0.05)], 0.01) for x in (0.02, 0.08, 0.13)]
    pen.fill(legs, dark)
    for outline in (fore, hind):
        _wing(pen, rng, outline, ground=ground, border=border, marks=marks)
    pen.stroke([(-0.24, 0.03), (0, 0.06), (0.2, 0.08)], 0.035, dark, end=0.05)
    pen.ellipse(0.21, 0.085, 0.035, 0.032, dark)
    for bend in (0.06, 0.12):
        pen.stroke(
            shapes.smooth([(0.22, 0.1), (0.3, 0.2), (0.36 + bend, 0.26)], closed=False), 0.008, dark
        )


def fish(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose fish under water, in a bowl on a table, or leaping from the sea."""
    place = rng.choice(["water", "water", "water", "bowl", "leap"])
    if place == "bowl":
        _fish_bowl(canvas, rng)
    elif place == "leap":
        _fish_leap(canvas, rng)
    else:
        rooms.underwater(canvas, rng)
        count = int(rng.choice([1, 1, 1, 2, 3, 6]))
        low, high = (0.3, 0.9) if count < 3 else (0.2, 0.4)
        kind, flip = int(rng.integers(len(_FISH))), bool(rng.random() < 0.5)
        for size in sorted(canvas.width * size_between(rng, low, high) for _ in range(count)):
            x, y = across(canvas, rng, 0.25), canvas.height * rng.uniform(0.2, 0.75)
            pen = canvas.pen(
                x,
                y,
                size,
                angle=rng.uniform(-0.25, 0.25),
                flip=flip,
                role=Role.SUBJECT,
                depth=0.1 * rng.random(),
            )
            _fish(pen, rng, _FISH[kind])
        foregrounds.in_water(canvas, rng)


_FISH = (  # back, belly, marks, height, pattern
    ("#e8762a", "#f8c26a", "#fff3dc", 0.4, "plain"),
    ("#f0702a", "#f59a4a", "#fbf6ec", 0.42, "bands"),
    ("#2f5fb0", "#4f8fd8", "#f3d23f", 0.46, "tail"),
    ("#f0cf3f", "#f8e68a", "#2a2c34", 0.62, "bands"),
    ("#7a93a0", "#e3ebe9", "#4f6a78", 0.32, "back"),
    ("#d9dfe2", "#f6f4ee", "#d9482f", 0.36, "patches"),
    ("#4f9a8a", "#cfe0b8", "#c2503c", 0.34, "spots"),
    ("#a83f5f", "#f0a08a", "#f8dcb0", 0.5, "spots"),
)


def _fish(pen: Pen, rng: np.random.Generator, kind: tuple[str, str, str, float, str]) -> None:
    """Draw a fish about 1 long that swims towards +x, its middle at the origin."""
    back, belly, marks = (vary(rng, rgb(code), 0.04) for code in kind[:3])
    tall, pattern = kind[3] * rng.uniform(0.9, 1.1), kind[4]
    h, wag = tall / 2, rng.uniform(-0.05, 0.05)
    fin = mix(marks if pattern in ("tail", "bands") else back, belly, 0.3)
    _fins(pen, fin, h, wag)
    body = shapes.smooth(
        [
            (0.45, 0.0),
            (0.34, h * 0.62),
            (0.12, h),
            (-0.12, h * 0.8),
            (-0.3, 0.06),
            (-0.3, -0.05),
            (-0.12, -h * 0.8),
            (0.12, -h * 0.95),
            (0.34, -h * 0.6),
        ]
    )
    pen.shape(
        body,
        linear(
            (0, h),
            (0, -h),
            pen.half(back),
            pen.lit(back),
            pen.lit(mix(back, belly, 0.5)),
            pen.lit(belly),
            pen.half(belly),
        ),
    )
    _fish_marks(pen, rng, body, marks=marks, pattern=pattern, h=h)
    _scales(pen, back, body, h)
    pen.stroke(
        shapes.smooth([(0.26, h * 0.5), (0.21, 0), (0.26, -h * 0.55)], closed=False),
        0.01,
        pen.shade(back),
        clip=body,
        opacity=0.7,
    )
    pen.shape(
        shapes.leaf(0.16, -0.03, 0.17, 0.1, np.pi + rng.uniform(0, 0.7)),
        pen.half(fin),
        opacity=0.95,
    )
    _fish_face(pen, back, h)


def _fins(pen: Pen, fin: Colour, h: float, wag: float) -> None:
    """Draw tail, dorsal and anal fin of a fish ``2 * h`` high."""
    fins = linear((0, h * 1.5), (0, 0), pen.lit(fin), pen.half(fin))
    tail = shapes.smooth(
        [(-0.26, 0.02), (-0.5, 0.21 + wag), (-0.45, wag), (-0.5, -0.2 + wag), (-0.26, -0.02)]
    )
    pen.shape(tail, linear((-0.5, 0), (-0.25, 0), pen.lit(fin), pen.half(fin)))
    dorsal = shapes.smooth(
        [(0.17, h * 0.75), (0.05, h * 1.4), (-0.14, h * 1.3), (-0.24, h * 0.7), (-0.18, h * 0.3)]
    )
    anal = shapes.smooth([(0.0, -h * 0.8), (-0.1, -h * 1.35), (-0.22, -h * 1.1), (-0.24, -h * 0.4)])
    pen.fill([dorsal, anal], fins)
    rays = [
        shapes.ribbon([(x + 0.04, 0), (x - 0.04, 1.4 * h * way)], 0.006)
        for x in np.linspace(-0.2, 0.12, 9)
        for way in (-1, 1)
    ]
    for outline in (dorsal, anal):
        pen.fill(rays, pen.shade(fin), clip=outline, opacity=0.4)
    spokes = [
        shapes.ribbon([(-0.26, 0), (-0.5, y + wag)], 0.006) for y in np.linspace(-0.2, 0.2, 9)
    ]
    pen.fill(spokes, pen.shade(fin), clip=tail, opacity=0.4)


def _scales(pen: Pen, back: Colour, body: np.ndarray, h: float) -> None:
    scales = [
        shapes.ribbon(shapes.ellipse(x, y, 0.022, 0.022)[10:31], 0.004)
        for i, x in enumerate(np.arange(-0.24, 0.22, 0.032))
        for y in np.arange(-h, h, 0.04) + 0.02 * (i % 2)
    ]
    pen.fill(scales, pen.shade(back), clip=body, opacity=0.22)


def _fish_face(pen: Pen, back: Colour, h: float) -> None:
    pen.stroke([(0.45, -0.005), (0.38, -0.03)], 0.01, pen.shade(back))
    pen.ellipse(0.33, h * 0.22, 0.036, 0.036, pen.lit(rgb("#f8f3dc")))
    pen.ellipse(0.335, h * 0.22, 0.022, 0.022, rgb("#14161c"))
    pen.ellipse(0.343, h * 0.22 + 0.01, 0.007, 0.007, rgb("#ffffff"))


def _fish_marks(
    pen: Pen, rng: np.random.Generator, body: np.ndarray, *, marks: Colour, pattern: str, h: float
) -> None:
    tone = linear((0, h), (0, -h), pen.half(marks), pen.lit(marks), pen.half(marks))
    if pattern == "bands":
        for x in (0.22, 0.0, -0.2)[: int(rng.integers(2, 4))]:
            w = rng.uniform(0.03, 0.05)
            pen.shape(
                shapes.smooth(
                    [
                        (x - w, h * 1.1),
                        (x + w, h * 1.1),
                        (x + w * 1.5, 0),
                        (x + w, -h * 1.1),
                        (x - w, -h * 1.1),
                        (x - w * 0.5, 0),
                    ]
                ),
                tone,
                clip=body,
            )
    elif pattern == "tail":
        pen.shape([(-0.4, -0.2), (-0.12, 0), (-0.4, 0.2)], tone, clip=body)
        pen.stroke(
            shapes.smooth([(0.3, h * 0.5), (0, h * 0.75), (-0.3, 0.1)], closed=False),
            0.06,
            pen.shade(rgb("#141c3a")),
            clip=body,
        )
    elif pattern == "back":
        bars = [
            shapes.ribbon([(x, h), (x - 0.02, h * 0.25)], 0.018, 0.004)
            for x in np.linspace(-0.2, 0.25, 12)
        ]
        pen.fill(bars, tone, clip=body, opacity=0.8)
    elif pattern == "patches":
        patches = [
            shapes.blob(rng, x, h * rng.uniform(0, 0.8), 0.11, h * 0.5, wobble=0.3)
            for x in (0.3, 0.05, -0.2)
        ]
        pen.fill(patches, tone, clip=body)
    elif pattern == "spots":
        dots = [
            shapes.ellipse(
                rng.uniform(-0.25, 0.25), rng.uniform(-0.2, 1) * h, 0.013, 0.013, steps=8
            )
            for _ in range(30)
        ]
        pen.fill(dots, tone, clip=body)


def _fish_bowl(canvas: Canvas, rng: np.random.Generator) -> None:
    ground = rooms.table(canvas, rng)
    rooms.crockery(canvas, rng, ground, front=False)
    radius = min(canvas.height, canvas.width) * rng.uniform(0.28, 0.42)
    x = across(canvas, rng, 0.36)
    y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(0.35, 0.8)
    pen = canvas.pen(x, y, radius)
    clutter.shadow(pen, 1.5)
    bowl = shapes.ellipse(0, 0.92, 1, 0.95)[np.r_[0:40]]
    water = clear(pen.lit(rgb("#7fc0c4")), 0.6)
    under = np.array([p for p in bowl if p[1] < 1.35])
    pen.shape(under, linear((0, 1.3), (0, 0), water, clear(pen.half(rgb("#4a96a8")), 0.75)))
    pen.shape(
        shapes.smooth([(-0.55, 0.16), (0, 0.24), (0.55, 0.16), (0.3, 0.02), (-0.3, 0.02)]),
        pen.half(rgb("#d9c08a")),
        clip=bowl,
    )
    rooms.seaweed(
        canvas,
        rng,
        x + rng.uniform(-0.4, 0.4) * radius,
        y - 0.12 * radius,
        radius,
        colour=rgb("#4f8a5a"),
    )
    kind = _FISH[rng.integers(len(_FISH))]
    for _ in range(int(rng.integers(1, 3))):
        at = (rng.uniform(-0.25, 0.25), rng.uniform(0.5, 1.0))
        swimmer = (
            pen.moved(*at, size=(rng.choice([-1, 1]) * 1.0, 1.0))
            .moved(size=rng.uniform(0.95, 1.35))
            .to(Role.SUBJECT)
        )
        _fish(swimmer, rng, kind)
    glass = pen.lit(rgb("#f6fbfb"))
    pen.shape(
        bowl,
        radial((0, 0.92), 1.0, clear(glass, 0), clear(glass, 0.03), clear(glass, 0.3)),
        texture=0,
    )
    pen.fill(
        [shapes.ribbon(shapes.ellipse(0, 0.92, 0.8, 0.76)[3:9] * (pen.side, 1), 0.07)],
        glass,
        soft=0.6,
        opacity=0.65,
    )
    pen.fill(
        [
            shapes.ribbon(shapes.ellipse(0, 1.33, 0.88, 0.1), 0.025),
            shapes.ribbon(shapes.ellipse(0, 1.72, 0.56, 0.1), 0.05),
        ],
        glass,
        opacity=0.7,
    )
    rooms.crockery(canvas, rng, ground, front=True)


def _fish_leap(canvas: Canvas, rng: np.random.Generator) -> None:
    ground = landscape(canvas, rng, "sea", "lake", horizon=(0.3, 0.6))
    size = canvas.width * size_between(rng, 0.3, 0.7)
    x = across(canvas, rng, 0.3)
    y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(0.5, 0.8)
    angle = rng.uniform(0.35, 1.0)
    flip = bool(rng.random() < 0.5)
    pen = canvas.pen(
        x,
        y - size * 0.42 * np.sin(angle),
        size,
        angle=-angle if flip else angle,
        flip=flip,
        role=Role.SUBJECT,
    )
    pool = canvas.pen(x - (-1 if flip else 1) * size * 0.3, y, size).to(Role.TRACE)
    pool.ellipse(0, 0, 0.3, 0.05, canvas.light.shade(rgb("#1f4f60")), soft=1, opacity=0.5)
    _fish(pen, rng, _FISH[rng.integers(len(_FISH))])
    foam = canvas.light.lit(rgb("#f6fbfb"))
    spray = [
        shapes.ellipse(
            rng.normal(0, 0.16), abs(rng.normal(0, 0.1)), *[rng.uniform(0.006, 0.022)] * 2, steps=10
        )
        for _ in range(50)
    ]
    pool = pool.to(Role.BACKDROP)
    pool.fill(spray, foam, opacity=0.9)
    pool.fill(
        [shapes.blob(rng, rng.normal(0, 0.13), 0.0, 0.09, 0.035) for _ in range(8)],
        foam,
        soft=0.5,
        opacity=0.85,
    )
    foregrounds.water_front(canvas, rng)


def owl(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose an owl on a branch, a stump or a post."""
    place = rng.choice(["forest", "forest", "open", "open", "blurred"])
    if place == "forest":
        rooms.forest(canvas, rng)
    elif place == "blurred":
        rooms.blurred(canvas, rng)
    else:
        landscape(canvas, rng, "hills", "mountains", "snow", "fields", "lake", horizon=(0.4, 0.8))
    canvas.defocus(rng.uniform(0.3, 2.2))
    size = min(canvas.height, canvas.width * 1.35) * size_between(rng, 0.36, 0.9)
    x = across(canvas, rng, 0.3)
    y = canvas.height * rng.uniform(0.68, 0.88)
    y = max(y, size * 1.03)
    _seat(canvas, rng, x, min(y, canvas.height * 0.96), size)
    pen = canvas.pen(
        x,
        min(y, canvas.height * 0.96),
        size,
        angle=rng.uniform(-0.07, 0.07),
        flip=bool(rng.random() < 0.5),
        role=Role.SUBJECT,
    )
    _owl(pen, rng)
    foregrounds.undergrowth(canvas, rng)


def _seat(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    pen = canvas.pen(x, y, size, flip=bool(rng.random() < 0.5))
    bark = pick(rng, "#5f4c3e", "#76624f", "#8a7a68")
    reach = 4 * canvas.width / size
    if rng.random() < 0.6:
        line = shapes.smooth(
            [
                (-reach, -0.3),
                (-1.0, -0.12),
                (0, -0.05),
                (1.0, rng.uniform(-0.05, 0.15)),
                (reach, 0.6),
            ],
            closed=False,
        )
        width = rng.uniform(0.08, 0.15)
        pen.stroke(
            line,
            width,
            linear((0, 0), (0, -0.14), pen.lit(bark), pen.shade(bark)),
            end=width * 0.5,
            texture=0.15,
        )
        leaves = canvas.season.leaves[rng.integers(len(canvas.season.leaves))]
        if canvas.season.name != "winter":
            group = [
                shapes.leaf(x, y, rng.uniform(0.1, 0.2), 0.08, rng.uniform(-2, 2))
                for x, y in rng.choice(line[5:-2], 14)
            ]
            pen.fill(group, pen.half(leaves))
    else:
        half = rng.uniform(0.12, 0.4)
        pen.shape(
            [(-half * 1.15, -6), (-half, 0.0), (half, 0.0), (half * 1.15, -6)],
            pen.column(bark, -half, half),
            texture=0.18,
        )
        pen.ellipse(0, 0.0, half, half * 0.16, pen.lit(mix(bark, rgb("#e0c8a0"), 0.5)))
        cracks = [
            shapes.ribbon(
                [(a, -0.05), (a + rng.uniform(-0.05, 0.05), -rng.uniform(0.2, 0.8))], 0.012, 0.003
            )
            for a in np.linspace(-half * 0.8, half * 0.8, 7)
        ]
        pen.fill(cracks, pen.shade(bark), opacity=0.7)


_OWLS = (  # plumage, breast, face, marks, eyes, tufts
    ("#7a5638", "#d9bd90", "#c9a274", "#4f3724", "#f0a52a", True),
    ("#8a8784", "#e0dbd0", "#cfcac0", "#55534f", "#f3c83a", True),
    ("#f1f0ea", "#fbfaf6", "#f6f4ee", "#8a8680", "#f6d23a", False),
    ("#d0a463", "#f8f0dd", "#fbf4e6", "#8a6a3f", "#1c1a1c", False),
    ("#6a4630", "#b98a5c", "#a87a50", "#3f2a1e", "#1f1a1a", False),
    ("#9a6a44", "#ecdcbc", "#e0c498", "#6a4630", "#f08a2a", True),
)


def _owl(pen: Pen, rng: np.random.Generator) -> None:
    """Draw an owl 1 high that faces us; its feet at the origin."""
    kind = _OWLS[rng.integers(len(_OWLS))]
    plumage, breast, face, marks, eyes = (vary(rng, rgb(code), 0.03) for code in kind[:5])
    w = rng.uniform(0.26, 0.32)
    _owl_tail(pen, plumage, marks)
    body = shapes.smooth(
        [
            (-w * 0.7, 0.66),
            (-w, 0.4),
            (-w * 0.75, 0.1),
            (0, -0.01),
            (w * 0.75, 0.1),
            (w, 0.4),
            (w * 0.7, 0.66),
        ]
    )
    pen.shape(body, pen.column(plumage, -w, w), texture=0.08)
    _owl_breast(pen, rng, breast, marks, w)
    for way in (-1, 1):
        _owl_wing(pen, way, plumage, marks, w)
    head = pen.moved(0, 0.74, angle=rng.uniform(-0.22, 0.22))
    _owl_head(head, rng, plumage=plumage, face=face, marks=marks, eyes=eyes, tufts=kind[5])


def _owl_tail(pen: Pen, plumage: Colour, marks: Colour) -> None:
    tail = shapes.smooth(
        [(-0.09, 0.1), (-0.1, -0.06), (-0.05, -0.13), (0.05, -0.13), (0.1, -0.06), (0.09, 0.1)]
    )
    pen.shape(tail, linear((0, 0.05), (0, -0.13), pen.half(plumage), pen.shade(plumage)))
    quills = [shapes.ribbon([(x * 0.7, 0.05), (x, -0.13)], 0.008) for x in (-0.05, 0.0, 0.05)]
    pen.fill(quills, pen.shade(marks), clip=tail, opacity=0.6)


def _owl_breast(
    pen: Pen, rng: np.random.Generator, breast: Colour, marks: Colour, w: float
) -> None:
    chest = shapes.smooth(
        [
            (-w * 0.5, 0.66),
            (-w * 0.66, 0.36),
            (-w * 0.42, 0.1),
            (0, 0.03),
            (w * 0.42, 0.1),
            (w * 0.66, 0.36),
            (w * 0.5, 0.66),
        ]
    )
    pen.shape(chest, pen.column(breast, -w, w), texture=0.08)
    flecks = []
    for row, y in enumerate(np.arange(0.1, 0.6, 0.055)):
        for x in np.arange(-w * 0.7, w * 0.7, 0.062) + 0.031 * (row % 2):
            flecks.append(shapes.leaf(x, y + 0.03, 0.045, 0.024, -np.pi / 2 + rng.normal(0, 0.2)))
    pen.fill(flecks, pen.half(marks), clip=chest, opacity=0.75)


def _owl_wing(pen: Pen, way: int, plumage: Colour, marks: Colour, w: float) -> None:
    """Draw the folded wing and the claws on one side, way -1 or 1."""
    wing = shapes.smooth(
        [
            (way * w * 0.72, 0.62),
            (way * w * 1.12, 0.38),
            (way * w * 0.86, 0.06),
            (way * w * 0.52, -0.06),
            (way * w * 0.62, 0.3),
        ]
    )
    tone = pen.lit(plumage) if way == pen.side else pen.half(plumage)
    pen.shape(wing, linear((0, 0.6), (0, 0), tone, pen.shade(plumage)))
    bars = [
        shapes.ribbon(
            shapes.smooth(
                [(way * w * 0.5, y), (way * w * 0.85, y - 0.03), (way * w * 1.15, y + 0.03)],
                closed=False,
            ),
            0.012,
        )
        for y in np.arange(0.06, 0.56, 0.07)
    ]
    pen.fill(bars, pen.shade(marks), clip=wing, opacity=0.7)
    claws = [shapes.ellipse(way * 0.085 + k * 0.028, -0.012, 0.016, 0.034) for k in (-1, 0, 1)]
    pen.fill(claws, pen.half(rgb("#d9b25f")))


def _owl_head(
    pen: Pen,
    rng: np.random.Generator,
    *,
    plumage: Colour,
    face: Colour,
    marks: Colour,
    eyes: Colour,
    tufts: bool,
) -> None:
    if tufts:
        ears = [[(way * 0.1, 0.16), (way * 0.25, 0.31), (way * 0.24, 0.08)] for way in (-1, 1)]
        pen.fill(ears, pen.half(mix(plumage, marks, 0.3)))
    skull = shapes.smooth(
        [
            (-0.26, 0.02),
            (-0.21, 0.17),
            (0, 0.22),
            (0.21, 0.17),
            (0.26, 0.02),
            (0.17, -0.14),
            (0, -0.18),
            (-0.17, -0.14),
        ]
    )
    pen.shape(skull, pen.ball(plumage, 0, 0.02, 0.26), texture=0.08)
    glance = rng.uniform(-0.035, 0.035)
    discs = [shapes.ellipse(way * 0.105 + glance * 0.5, 0.0, 0.125, 0.135) for way in (-1, 1)]
    pen.fill([d * 1.06 for d in discs], pen.shade(mix(plumage, marks, 0.5)))
    pen.fill(discs, pen.half(mix(face, rgb("#ffffff"), 0.1)))
    for way in (-1, 1):
        cx = way * 0.105 + glance
        rays = [
            shapes.ribbon(
                [
                    (cx + 0.07 * np.cos(a), 0.07 * np.sin(a)),
                    (cx + 0.115 * np.cos(a), 0.12 * np.sin(a)),
                ],
                0.006,
            )
            for a in np.linspace(0, 2 * np.pi, 18)
        ]
        pen.fill(rays, pen.half(marks), opacity=0.45)
        pen.ellipse(cx, 0.01, 0.068, 0.068, pen.shade(marks))
        bright = mix(eyes, pen.lit(eyes), 0.4) if pen.canvas.light.lamps else pen.lit(eyes)
        pen.ellipse(cx, 0.01, 0.058, 0.058, bright)
        pen.ellipse(cx + glance * 0.3, 0.01, 0.034, 0.036, rgb("#121216"))
        pen.ellipse(cx + pen.side * 0.016, 0.028, 0.011, 0.011, rgb("#ffffff"))
        brow = [
            (way * 0.01 + glance, 0.05),
            (way * 0.1 + glance, 0.11),
            (way * 0.2 + glance, 0.15),
            (way * 0.1 + glance, 0.085),
        ]
        pen.shape(brow, pen.lit(face))
    beak = [(glance - 0.032, -0.02), (glance, -0.12), (glance + 0.032, -0.02), (glance, 0.015)]
    pen.shape(beak, pen.column(rgb("#c9a24a"), glance - 0.04, glance + 0.04))
