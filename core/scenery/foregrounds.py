"""What comes between us and the object: leaves, grass, a fence, weather."""

import numpy as np

from . import clutter, noise, rooms, shapes
from .canvas import Canvas, Role
from .light import mix, rgb, vary


def outdoors(canvas: Canvas, rng: np.random.Generator) -> None:
    """Put something in the front of a landscape, or nothing, and perhaps weather over all."""
    kind = rng.choice(
        ["none", "none", "none", "grass", "grass", "branch", "branch", "trees", "fence"]
    )
    if kind == "grass":
        grass(canvas, rng, rng.uniform(0.12, 0.3))
    elif kind == "branch":
        branch(canvas, rng)
    elif kind == "trees":
        trees(canvas, rng)
    elif kind == "fence":
        clutter.fence(canvas, rng, canvas.height + 2, rng.uniform(12, 24))
    weather(canvas, rng)


def grass(canvas: Canvas, rng: np.random.Generator, tall: float) -> None:
    """Paint tall grass and flowers along the lower edge, a little out of focus."""
    height = canvas.height * tall
    pen = canvas.pen(0, canvas.height + 2, 1)
    for _ in range(5):
        colour = vary(rng, canvas.season.grass[rng.integers(len(canvas.season.grass))])
        blades = []
        for _ in range(16):
            x, size = rng.uniform(-5, canvas.width + 5), height * rng.uniform(0.4, 1.15)
            lean = rng.uniform(-0.35, 0.35) * size
            blades.append(
                shapes.ribbon(
                    [(x, 0), (x + lean * 0.3, size * 0.6), (x + lean, size)],
                    rng.uniform(1, 2.6),
                    0.2,
                )
            )
        tone = pen.shade(colour) if rng.random() < 0.5 else pen.half(colour)
        pen.fill(blades, tone, soft=rng.choice([0.0, 0.5]))
    if canvas.season.name != "winter":
        for _ in range(int(rng.integers(0, 7))):
            bloom = canvas.season.flowers[rng.integers(len(canvas.season.flowers))]
            size = height * rng.uniform(0.6, 1.25)
            clutter.flower(
                canvas.pen(rng.uniform(0, canvas.width), canvas.height + 2, size), rng, bloom
            )


def branch(canvas: Canvas, rng: np.random.Generator) -> None:
    """Let a leafy branch hang in from an upper corner."""
    left = rng.random() < 0.5
    pen = canvas.pen(
        -4 if left else canvas.width + 4,
        canvas.height * rng.uniform(-0.03, 0.14),
        canvas.width * rng.uniform(0.35, 0.65),
        flip=not left,
    )
    sag = rng.uniform(0.1, 0.35)
    line = shapes.smooth([(0, 0.06), (0.3, 0.0), (0.65, -0.3 * sag), (1, -sag)], closed=False)
    twigs = [shapes.ribbon(line, 0.04, 0.008)]
    tips = list(line[8:])
    for start in line[4::3]:
        angle = rng.choice([-1, 1]) * rng.uniform(0.4, 1.1) - 0.3
        tip = start + np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.08, 0.2)
        twigs.append(shapes.ribbon([start, tip], 0.012, 0.005))
        tips += [start + (tip - start) * share for share in (0.5, 0.8, 1.0)]
    pen.fill(twigs, pen.shade(rgb("#5f4c40")))
    for side in (pen.shade, pen.shade, pen.half, pen.lit):
        leaves = vary(rng, canvas.season.leaves[rng.integers(len(canvas.season.leaves))])
        group = []
        for x, y in rng.choice(tips, len(tips) // 2):
            size = rng.uniform(0.06, 0.12)
            group.append(shapes.leaf(x, y, size, size * 0.42, rng.normal(-0.9, 0.8)))
        pen.fill(group, side(leaves))


def trees(canvas: Canvas, rng: np.random.Generator) -> None:
    """Plant one or two near trees at the sides."""
    for _ in range(int(rng.integers(1, 3))):
        x = rng.choice([rng.uniform(-0.02, 0.2), rng.uniform(0.8, 1.02)]) * canvas.width
        clutter.tree(
            canvas,
            rng,
            x,
            canvas.height * rng.uniform(0.9, 1.03),
            canvas.height * rng.uniform(0.25, 0.6),
        )


def undergrowth(canvas: Canvas, rng: np.random.Generator) -> None:
    """Put ferns, grass or leaves before a close-up, or nothing."""
    kind = rng.choice(["none", "none", "grass", "grass", "branch", "ferns"])
    if kind == "grass":
        grass(canvas, rng, rng.uniform(0.15, 0.38))
    elif kind == "branch":
        branch(canvas, rng)
    elif kind == "ferns":
        for _ in range(int(rng.integers(2, 5))):
            fern(
                canvas,
                rng,
                rng.uniform(0, canvas.width),
                canvas.height + 2,
                canvas.height * rng.uniform(0.2, 0.4),
            )
    if rng.random() < 0.25:
        mist(canvas, rng)


def fern(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """Paint a fern, ``size`` high."""
    pen = canvas.pen(x, y, size)
    green = vary(rng, mix(canvas.season.leaves[0], rgb("#5f8a4a"), 0.4))
    for bend in rng.uniform(-0.9, 0.9, 5):
        t = np.linspace(0, 1, 14)
        line = np.stack([bend * t**1.6, t * rng.uniform(0.7, 1) - 0.25 * abs(bend) * t**2], 1)
        fronds = [shapes.ribbon(line, 0.03, 0.01)]
        for k in range(2, 14):
            length = 0.2 * (1 - t[k]) + 0.03
            way = np.arctan2(*(line[k] - line[k - 1])[::-1])
            fronds += [
                shapes.leaf(line[k, 0], line[k, 1], length, 0.06, way + a) for a in (1.1, -1.1)
            ]
        pen.fill(fronds, pen.half(green) if bend < 0 else pen.lit(green))


def reeds(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint reeds that stand in the water before us."""
    x0 = rng.choice([rng.uniform(0, 0.3), rng.uniform(0.7, 1)]) * canvas.width
    pen = canvas.pen(x0, canvas.height + 2, canvas.height * rng.uniform(0.25, 0.5))
    green = mix(canvas.season.grass[0], rgb("#7a7a4a"), 0.5)
    for _ in range(16):
        x, tall = rng.normal(0, 0.25), rng.uniform(0.4, 1)
        lean = rng.uniform(-0.12, 0.12)
        pen.stroke(
            [(x, 0), (x + lean * 0.4, tall * 0.6), (x + lean, tall)],
            0.03,
            pen.half(green) if rng.random() < 0.5 else pen.shade(green),
            end=0.008,
        )
        if rng.random() < 0.3:
            pen.ellipse(x + lean, tall, 0.022, 0.08, pen.shade(rgb("#7a5238")))


def water_front(canvas: Canvas, rng: np.random.Generator) -> None:
    """Put reeds, a rock or a branch before a view over water, or nothing, and weather."""
    kind = rng.choice(["none", "none", "none", "reeds", "rocks", "branch"])
    if kind == "reeds":
        reeds(canvas, rng)
    elif kind == "rocks":
        for x in rng.uniform(0, canvas.width, int(rng.integers(1, 4))):
            clutter.rock(canvas.pen(x, canvas.height + 3, rng.uniform(20, 60)), rng)
    elif kind == "branch":
        branch(canvas, rng)
    weather(canvas, rng)


def in_water(canvas: Canvas, rng: np.random.Generator) -> None:
    """Put water plants and bubbles before a fish."""
    for _ in range(int(rng.integers(0, 4))):
        rooms.seaweed(
            canvas,
            rng,
            rng.uniform(0, canvas.width),
            canvas.height + 3,
            canvas.height * rng.uniform(0.2, 0.6),
            colour=rgb(str(rng.choice(["#2f6a4a", "#6a7a3a", "#9a4a4a"]))),
        )
    rooms.bubbles(canvas, rng)


def weather(canvas: Canvas, rng: np.random.Generator) -> None:
    """Let it rain in a storm, snow in winter, and drift fog through a foggy morning."""
    name, chance = canvas.light.name, rng.random()
    if name == "storm" or (name == "overcast" and chance < 0.3):
        _rain(canvas, rng)
    elif canvas.season.name == "winter" and chance < 0.4:
        _snowfall(canvas, rng)
    elif name == "fog" or (name in ("dawn", "morning", "overcast") and chance < 0.25):
        mist(canvas, rng)


def mist(canvas: Canvas, rng: np.random.Generator) -> None:
    """Lay bands of mist over the lower half; they never hide what is behind them."""
    height, width = canvas.subject.shape
    bands = noise.field(rng, height, width, cell=(width * 0.6, height * 0.12), octaves=4)
    y = np.linspace(0, 1, height)[:, None]
    fall = np.exp(-(((y - rng.uniform(0.5, 0.9)) / 0.28) ** 2))
    strength = np.clip(0.22 + 0.3 * bands, 0, 0.42) * fall
    canvas.lay(slice(None), slice(None), strength, canvas.light.haze, Role.BACKDROP)


def _rain(canvas: Canvas, rng: np.random.Generator) -> None:
    slant = rng.uniform(-0.35, 0.35)
    drops = []
    for _ in range(110):
        x, y, size = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), rng.uniform(3, 9)
        drops.append(shapes.ribbon([(x, y), (x + slant * size, y + size)], 0.34))
    canvas.page.fill(drops, rgb("#e3e9ea"), opacity=0.28)


def _snowfall(canvas: Canvas, rng: np.random.Generator) -> None:
    for radius, count in ((0.4, 130), (0.8, 45), (1.4, 12)):
        flakes = [
            shapes.ellipse(
                rng.uniform(0, canvas.width),
                rng.uniform(0, canvas.height),
                radius,
                radius,
                steps=10,
            )
            for _ in range(count)
        ]
        canvas.page.fill(flakes, rgb("#fbfdff"), soft=radius * 0.3, opacity=0.8)
