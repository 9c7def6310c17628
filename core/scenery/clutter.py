"""What stands about in a scene without being its subject: trees, rocks, houses, grass, clouds."""

import numpy as np

from . import shapes
from .canvas import Canvas, Pen, clear, linear, radial
from .light import mix, pick, rgb, vary

WHITE = rgb("#ffffff")


def cloud(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a heap of cloud, 1 wide, with a flat base at y = 0."""
    light = pen.canvas.light
    count = int(rng.integers(8, 15))
    x = np.linspace(-0.42, 0.42, count) + rng.uniform(-0.04, 0.04, count)
    envelope = np.cos(x * 3.2) * rng.uniform(0.5, 1.0, count)
    radius = 0.05 + 0.1 * np.abs(envelope)
    bright = mix(light.lit(rgb("#fffdf8")), light.sky[-1], 0.12)
    dim = mix(mix(light.shade(rgb("#f2f2f6")), light.sky[-1], 0.5), light.sky[0], 0.12)
    puffs = [shapes.ellipse(a, r * 0.75, r * 1.25, r) for a, r in zip(x, radius, strict=True)] + [
        shapes.ellipse(0, 0.04, 0.46, 0.04)
    ]
    pen.fill(puffs, linear((0, 0.25), (0, 0), mix(dim, bright, 0.5), dim), soft=0.7, opacity=0.92)
    lights = [
        shapes.ellipse(a + pen.side * r * 0.22, r * 0.98, r * 1.0, r * 0.72)
        for a, r in zip(x, radius, strict=True)
    ]
    pen.fill(lights, bright, soft=1.0, opacity=0.85)


def birds(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint a few far birds in the sky."""
    flock_x, flock_y = rng.uniform(0.1, 0.9) * canvas.width, rng.uniform(0.2, 0.8) * horizon
    ink = canvas.light.shade(rgb("#3c4454"), 0.2)
    wings = []
    for _ in range(int(rng.integers(3, 8))):
        x, y = flock_x + rng.normal(0, 12), flock_y + rng.normal(0, 5)
        s = rng.uniform(1.2, 2.4)
        lift = rng.uniform(0.2, 0.8) * s
        arc = [
            (x - s, y - lift),
            (x - s / 2, y - lift),
            (x, y),
            (x + s / 2, y - lift),
            (x + s, y - lift),
        ]
        wings.append(shapes.ribbon(arc, 0.45))
    canvas.page.fill(wings, ink, opacity=0.75)


def shadow(pen: Pen, width: float, *, length: float = 0.6, opacity: float = 0.42) -> None:
    """Paint the shadow that a thing ``width`` wide casts on the ground, away from the light."""
    ink = pen.canvas.light.shade(rgb("#2a2f42"))
    away = -pen.side
    outline = shapes.ellipse(
        away * length * width * 0.5, 0, width * (0.55 + length * 0.5), width * 0.13
    )
    pen.shape(outline, ink, soft=1.2, opacity=opacity)
    pen.ellipse(0, 0, width * 0.55, width * 0.07, ink, soft=0.6, opacity=opacity)


def round_tree(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a broad-leaved tree, 1 high."""
    leaves = vary(rng, pen.canvas.season.leaves[rng.integers(len(pen.canvas.season.leaves))])
    bark = pick(rng, "#5a4636", "#6b5644")
    pen.stroke([(0, -0.02), (0.01, 0.3), (0, 0.55)], 0.09, pen.column(bark, -0.05, 0.05), end=0.04)
    crown = [
        shapes.blob(rng, rng.uniform(-0.2, 0.2), rng.uniform(0.45, 0.8), 0.2, 0.18)
        for _ in range(6)
    ]
    pen.fill(crown, linear((0, 0.95), (0, 0.3), pen.half(leaves), pen.shade(leaves)))
    lights = [
        shapes.blob(
            rng, pen.side * 0.09 + rng.uniform(-0.17, 0.17), rng.uniform(0.58, 0.86), 0.1, 0.075
        )
        for _ in range(6)
    ]
    pen.fill(lights, pen.lit(leaves), soft=0.4, opacity=0.85)


def fir(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a fir, 1 high, with snow in winter."""
    green = vary(rng, mix(rgb("#2f5546"), pen.canvas.season.leaves[0], 0.2), 0.03)
    snowy = pen.canvas.season.name == "winter"
    width = rng.uniform(0.2, 0.3)
    pen.shape(shapes.box(-0.02, 0, 0.02, 0.2), pen.shade(rgb("#4a3a30")))
    for step in range(5):
        foot, top = 0.1 + step * 0.17, 0.38 + step * 0.158
        half = width * (1 - step * 0.17)
        tier = [
            (-half, foot),
            (-half * 0.45, foot + 0.045),
            (0, foot - 0.01),
            (half * 0.5, foot + 0.04),
            (half, foot),
            (half * 0.3, foot + 0.16),
            (0, top),
            (-half * 0.3, foot + 0.16),
        ]
        pen.shape(
            tier,
            linear(
                (-pen.side * half, 0),
                (pen.side * half, 0),
                pen.shade(green),
                pen.half(green),
                pen.lit(green),
            ),
        )
        if snowy:
            cap = [
                (-half * 0.55, foot + 0.09),
                (0, foot + 0.06),
                (half * 0.55, foot + 0.1),
                (0, top),
            ]
            pen.shape(cap, pen.half(rgb("#f4f7fa")), opacity=0.85)


def poplar(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a slim, tall tree, 1 high."""
    leaves = vary(rng, pen.canvas.season.leaves[rng.integers(len(pen.canvas.season.leaves))])
    pen.shape(shapes.box(-0.015, 0, 0.015, 0.2), pen.shade(rgb("#54463a")))
    heights = np.linspace(0.2, 0.92, 12)
    girth = 0.1 * np.sin(np.pi * (heights - 0.02)) ** 0.6
    for tone, shift, size in (
        (pen.shade(leaves), 0.0, 1.0),
        (pen.half(leaves), 0.25, 0.75),
        (pen.lit(leaves), 0.5, 0.42),
    ):
        puffs = [
            shapes.blob(rng, pen.side * shift * r + rng.normal(0, 0.012), h, r * size, 0.065 * size)
            for h, r in zip(heights, girth, strict=True)
        ]
        pen.fill(puffs, tone)


def bare_tree(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a tree without leaves, 1 high."""
    twigs: list[np.ndarray] = []

    def grow(x: float, y: float, angle: float, length: float, width: float) -> None:
        end = (x + np.cos(angle) * length, y + np.sin(angle) * length)
        twigs.append(shapes.ribbon([(x, y), end], width, width * 0.6))
        if length > 0.07:
            for turn in (rng.uniform(0.2, 0.6), -rng.uniform(0.2, 0.6)):
                grow(*end, angle + turn, length * rng.uniform(0.62, 0.8), width * 0.6)

    grow(0, 0, np.pi / 2, 0.3, 0.055)
    pen.fill(twigs, pen.half(rgb("#5d5049")))


def tree(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float, *, depth: float = 0.0
) -> None:
    """Plant the kind of tree that the season suggests at (x, y)."""
    pen = canvas.pen(x, y, size, depth=depth, flip=bool(rng.random() < 0.5))
    snowy = canvas.season.name == "winter"
    kinds = [fir, fir, bare_tree] if snowy else [round_tree, round_tree, fir, poplar]
    kinds[rng.integers(len(kinds))](pen, rng)


def rock(pen: Pen, rng: np.random.Generator, colour: np.ndarray | None = None) -> None:
    """Paint a boulder about 1 wide that stands at y = 0."""
    stone = pick(rng, "#8a8580", "#77726d", "#8d8272") if colour is None else colour
    height = rng.uniform(0.45, 0.75)
    outline = np.array(
        [
            (-0.5, 0),
            (-0.42, 0.5 * height),
            (-0.15, 0.95 * height),
            (0.14, height),
            (0.4, 0.55 * height),
            (0.5, 0),
        ]
    )
    outline[1:-1] += rng.uniform(-0.06, 0.06, (4, 2))
    pen.shape(outline, linear((0, height), (0, 0), pen.half(stone), pen.shade(stone)), texture=0.1)
    s = pen.side
    face = np.array(
        [
            (0.02 * s, 0.9 * height),
            (0.36 * s, 0.5 * height),
            (0.44 * s, 0.08),
            (0.1 * s, 0.25 * height),
        ]
    )
    pen.shape(face, pen.lit(stone), clip=outline, texture=0.1)


def house(pen: Pen, rng: np.random.Generator) -> None:
    """Paint a small house, 1 high, with lit windows after dark."""
    wall = pick(rng, "#f1e7d3", "#e6d2b8", "#dfe3e0", "#d8a48a")
    roof = pick(rng, "#a8503a", "#7a4a3e", "#5f6672")
    half = rng.uniform(0.5, 0.9)
    pen.shape(shapes.box(-half, 0, half, 0.55), pen.column(wall, -half * 1.5, half * 1.5))
    pen.shape(
        [(-half * 1.1, 0.53), (-half * 0.75, 1), (half * 0.75, 1), (half * 1.1, 0.53)],
        linear((0, 1), (0, 0.5), pen.lit(roof), pen.half(roof)),
    )
    glass = rgb("#ffd27a") if pen.canvas.light.lamps else pen.shade(rgb("#56616b"))
    panes = [shapes.box(x - 0.08, 0.2, x + 0.08, 0.4) for x in (-half * 0.55, half * 0.55)]
    pen.fill(panes, glass)
    pen.shape(shapes.box(-0.09, 0, 0.09, 0.36), pen.shade(rgb("#6b4a3a")))


def fence(canvas: Canvas, rng: np.random.Generator, y: float, size: float) -> None:
    """Paint a wooden fence across the picture."""
    pen = canvas.pen(0, y, size)
    wood = pick(rng, "#8a735a", "#b9a88c", "#e6e0d2")
    ends = canvas.width / size
    slope = rng.uniform(-0.06, 0.06)
    for level in (0.4, 0.75):
        pen.stroke(
            [(-0.5, level), (ends / 2, level + slope), (ends + 0.5, level)],
            0.09,
            linear((0, level + 0.05), (0, level - 0.05), pen.lit(wood), pen.shade(wood)),
        )
    posts = np.arange(rng.uniform(0, 0.5), ends, rng.uniform(0.9, 1.6))
    for x in posts:
        top = rng.uniform(0.92, 1.05)
        pen.shape(shapes.box(x - 0.06, -0.1, x + 0.06, top), pen.column(wood, x - 0.06, x + 0.06))


def grass(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    y: float,
    width: float,
    *,
    height: float,
    blades: int = 24,
    depth: float = 0.0,
) -> None:
    """Paint a tuft of grass that grows at (x, y)."""
    pen = canvas.pen(x, y, height, depth=depth)
    colour = canvas.season.grass[rng.integers(len(canvas.season.grass))]
    for tint in (pen.shade(colour), pen.half(colour), pen.lit(colour)):
        group = []
        for _ in range(max(1, blades // 3)):
            foot = rng.normal(0, 0.4) * width / height
            lean, tall = rng.uniform(-0.35, 0.35), rng.uniform(0.45, 1.0)
            group.append(
                shapes.ribbon(
                    [(foot, -0.05), (foot + lean * 0.3, tall * 0.55), (foot + lean, tall)],
                    0.09,
                    0.01,
                )
            )
        pen.fill(group, tint)


def flower(pen: Pen, rng: np.random.Generator, colour: np.ndarray) -> None:
    """Paint a flower, 1 high: a daisy, a round one or a poppy."""
    green = pick(rng, "#5d8a4a", "#4a7a4a", "#7a9a55")
    bend = rng.uniform(-0.18, 0.18)
    stem = shapes.smooth([(0, 0), (bend * 0.2, 0.4), (bend, 0.82)], closed=False)
    pen.stroke(stem, 0.032, pen.half(green), end=0.022)
    for height, angle in ((0.1, 1.0), (0.22, 2.2)):
        blade = shapes.leaf(
            bend * 0.1, height, rng.uniform(0.2, 0.4), 0.08, angle + rng.normal(0, 0.2)
        )
        pen.shape(blade, linear((0, 0.5), (0, 0.1), pen.lit(green), pen.shade(green)))
    kind = rng.choice(["daisy", "round", "poppy"])
    head = pen.moved(bend, 0.82, size=(1.0, rng.uniform(0.55, 1.0)), angle=-bend)
    count, width = {"daisy": (13, 0.055), "round": (6, 0.15), "poppy": (4, 0.26)}[str(kind)]
    for layer, tone in enumerate((pen.shade(colour), pen.lit(colour))):
        turn = rng.uniform(0, 1) + layer * np.pi / count
        step = 2 * np.pi / count
        if kind == "daisy":
            ring = [
                shapes.leaf(0, 0, 0.18 - 0.02 * layer, width, turn + k * step) for k in range(count)
            ]
        else:
            ring = [
                shapes.ellipse(
                    0.09 * np.cos(turn + k * step),
                    0.09 * np.sin(turn + k * step),
                    width / 2,
                    width / 2.2,
                )
                for k in range(count)
            ]
        head.fill(ring, radial((0, 0), 0.2, mix(tone, pen.shade(colour), 0.5), tone))
    heart = rgb("#3a2a2a") if kind == "poppy" else rgb("#efbe48")
    head.ellipse(0, 0, 0.05, 0.05, pen.ball(heart, 0, 0, 0.05))


def flowers(
    canvas: Canvas, rng: np.random.Generator, top: float, bottom: float, count: int
) -> None:
    """Strew dots of blossom over the ground, smaller towards the top."""
    for colour in canvas.season.flowers:
        dots = []
        for _ in range(max(1, count // len(canvas.season.flowers))):
            near = rng.random() ** 0.7
            y = top + (bottom - top) * near
            r = 0.3 + 0.9 * near
            dots.append(shapes.ellipse(rng.uniform(0, canvas.width), y, r, r * 0.75, steps=8))
        canvas.page.fill(dots, canvas.light.lit(colour), opacity=0.9)


def glow(
    pen: Pen, x: float, y: float, radius: float, colour: np.ndarray, *, strength: float = 0.6
) -> None:
    """Paint light that spreads around a lamp."""
    fade = radial(
        (x, y), radius, clear(colour, strength), clear(colour, strength * 0.35), clear(colour, 0.0)
    )
    pen.ellipse(x, y, radius, radius, fade, texture=0)
