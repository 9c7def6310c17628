"""Things that grow: cacti, mushrooms, sunflowers."""

import numpy as np

from .. import clutter, foregrounds, rooms, shapes
from ..backdrops import landscape, meadow_ground, thaw
from ..canvas import Canvas, Pen, Role, linear
from ..light import Colour, mix, pick, rgb, vary
from .placing import across, size_between, standing, tufts


def cactus(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose cacti in the desert or in a pot on a table."""
    if rng.random() < 0.28:
        _potted_cactus(canvas, rng)
        return
    ground = landscape(
        canvas, rng, "desert", "desert", "desert", "hills", "mountains", horizon=(0.4, 0.75)
    )
    count = 1 if rng.random() < 0.5 else int(rng.integers(2, 5))
    full = min(canvas.height, canvas.width * 1.1)
    sizes = sorted(
        full * size_between(rng, 0.45, 1.25) * (1.0 if k == 0 else 0.5) for k in range(count)
    )
    green = pick(rng, "#5f8a55", "#4a7a5a", "#7f9a5a", "#5a8a78")
    for size in sizes:
        x, y = across(canvas, rng, 0.18), standing(canvas, rng, ground, size)
        pen = canvas.pen(x, y, size, flip=bool(rng.random() < 0.5), role=Role.SUBJECT)
        clutter.shadow(pen.to(Role.TRACE), 0.25, length=1.0)
        [_saguaro, _saguaro, _prickly_pear, _barrel_cactus][int(rng.integers(4))](
            pen, rng, vary(rng, green)
        )
        tufts(canvas, rng, x, y + 1, size * 0.12, tall=size * 0.06)
        if rng.random() < 0.4:
            clutter.rock(canvas.pen(x + rng.uniform(-0.2, 0.2) * size, y + 2, size * 0.16), rng)
    foregrounds.weather(canvas, rng)


def _ribbed(pen: Pen, line: np.ndarray, width: float, green: Colour) -> None:
    """Draw one ribbed limb along a line."""
    body = shapes.ribbon(line, width)
    tips = [shapes.disc(end, width / 2, steps=30) for end in (line[-1], line[0])]
    x = line[-1][0]
    pen.fill([body, *tips], pen.column(green, x - width * 0.55, x + width * 0.55))
    for k, share in enumerate((-0.3, -0.1, 0.1, 0.3)):
        shifted = line + np.array([share * width, -0.01 * abs(k - 1.5)])
        pen.stroke(shifted, width * 0.05, pen.shade(green), opacity=0.55)
        dots = [shapes.disc(p, width * 0.03, steps=6) for p in shifted[::2]]
        pen.fill(dots, pen.lit(rgb("#f1e8c8")), opacity=0.8)


def _blossoms(
    pen: Pen, rng: np.random.Generator, tips: list[tuple[float, float]], size: float
) -> None:
    colour = pick(rng, "#e8507a", "#f6f0e0", "#f0b040", "#d9483a")
    for x, y in tips:
        petals = [shapes.leaf(x, y, size, size * 0.5, a) for a in np.linspace(0.3, 2.85, 5)]
        pen.fill(petals, linear((0, y + size), (0, y), pen.lit(colour), pen.half(colour)))


def _saguaro(pen: Pen, rng: np.random.Generator, green: Colour) -> None:
    """Draw a column with arms, 1 high."""
    width = rng.uniform(0.14, 0.22)
    tips = [(0.0, 0.98)]
    arms = [(-1, rng.uniform(0.3, 0.5)), (1, rng.uniform(0.35, 0.6)), (-1, rng.uniform(0.6, 0.7))]
    for way, h in arms[: int(rng.choice([0, 1, 2, 2, 3, 3]))]:
        reach, rise = way * rng.uniform(0.19, 0.28), rng.uniform(0.16, 0.36)
        top = min(h + rise, 0.93)
        line = shapes.smooth(
            [(0, h), (reach * 0.7, h - 0.01), (reach, h + 0.07), (reach, top)],
            closed=False,
            steps=6,
        )
        _ribbed(pen, line, width * rng.uniform(0.58, 0.78), green)
        tips.append((reach, top + width * 0.3))
    trunk = np.stack([np.zeros(16), np.linspace(-0.02, 1 - width / 2, 16)], 1)
    _ribbed(pen, trunk, width, green)
    if rng.random() < 0.4:
        _blossoms(pen, rng, tips, 0.055)


def _prickly_pear(pen: Pen, rng: np.random.Generator, green: Colour) -> None:
    """Draw a stack of flat pads, about 0.8 high."""
    pads: list[tuple[float, float, float, float]] = []

    def grow(x: float, y: float, angle: float, length: float, left: int) -> None:
        pads.append((x, y, angle, length))
        if left:
            tip = (x + np.cos(angle) * length * 0.85, y + np.sin(angle) * length * 0.85)
            count = int(rng.integers(2, 4))
            for turn in rng.choice([-0.85, -0.3, 0.35, 0.9], count, replace=False):
                grow(*tip, angle + turn, length * rng.uniform(0.72, 0.9), left - 1)

    grow(0, -0.02, np.pi / 2 + rng.uniform(-0.15, 0.15), 0.32, 2)
    for x, y, angle, length in sorted(pads, key=lambda pad: pad[1]):
        pad = pen.moved(x, y, size=length, angle=angle)
        outline = shapes.smooth(
            [
                (-0.02, 0.06),
                (0.35, 0.27),
                (0.75, 0.3),
                (1, 0.1),
                (1, -0.1),
                (0.75, -0.3),
                (0.35, -0.27),
                (-0.02, -0.06),
            ],
            steps=5,
        )
        tone = vary(rng, green, 0.03)
        way = pen.side * np.sign(np.sin(angle)) * -1
        pad.shape(
            outline,
            linear(
                (0.5, -0.35 * way),
                (0.5, 0.35 * way),
                pen.shade(tone),
                pen.half(tone),
                pen.lit(tone),
            ),
        )
        dots = [
            shapes.ellipse(a, b, 0.02, 0.02, steps=6)
            for a in (0.2, 0.4, 0.6, 0.8)
            for b in (-0.16, 0, 0.16)
        ]
        pad.fill(dots, pen.lit(rgb("#f3ebcf")), opacity=0.9)
        if y > 0.35 and rng.random() < 0.5:
            pad.ellipse(1.02, 0, 0.12, 0.09, pen.half(pick(rng, "#c2405f", "#e8a03a")))


def _barrel_cactus(pen: Pen, rng: np.random.Generator, green: Colour) -> None:
    """Draw a round cactus, about 0.55 high."""
    rx, ry = rng.uniform(0.24, 0.3), rng.uniform(0.26, 0.33)
    outline = shapes.ellipse(0, ry * 0.88, rx, ry)
    pen.shape(outline, pen.ball(green, 0, ry, rx * 1.1), clip=shapes.box(-1, -0.01, 1, 1))
    t = np.linspace(-np.pi / 2 + 0.3, np.pi / 2, 14)
    for a in np.linspace(-1.25, 1.25, 9):
        line = np.stack([rx * np.sin(a) * np.cos(t), ry * 0.88 + ry * np.sin(t)], 1)
        pen.stroke(line, 0.014, pen.shade(green), clip=outline, opacity=0.7)
        spike = np.array([(-0.022, 0.018), (0, 0), (0.022, 0.018)])
        spikes = [shapes.ribbon(point + spike, 0.006) for point in line[::2]]
        pen.fill(spikes, pen.lit(rgb("#f6ecc8")), opacity=0.9)
    if rng.random() < 0.6:
        _blossoms(pen, rng, [(-0.08, ry * 1.84), (0.02, ry * 1.88), (0.1, ry * 1.83)], 0.09)


def _potted_cactus(canvas: Canvas, rng: np.random.Generator) -> None:
    ground = rooms.table(canvas, rng)
    rooms.crockery(canvas, rng, ground, front=False)
    size = min(canvas.height, canvas.width) * size_between(rng, 0.6, 1.15)
    x = across(canvas, rng, 0.3)
    y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(0.3, 0.7)
    pen = canvas.pen(x, y, size, role=Role.SUBJECT)
    clutter.shadow(pen.to(Role.TRACE), 0.42)
    clay = pick(rng, "#b9653f", "#c97a4f", "#e9e2d4", "#4f7a8a")
    green = pick(rng, "#5f8a55", "#4a7a5a", "#6f9a6a")
    kind = [_saguaro, _prickly_pear, _barrel_cactus][int(rng.integers(3))]
    kind(pen.moved(0, 0.28, size=0.72), rng, green)
    pot = pen.to(Role.BACKDROP)
    pot.shape([(-0.2, 0.3), (-0.14, 0), (0.14, 0), (0.2, 0.3)], pot.column(clay, -0.2, 0.2))
    pot.shape(shapes.box(-0.22, 0.26, 0.22, 0.34), pot.column(clay, -0.22, 0.22))
    rooms.crockery(canvas, rng, ground, front=True)


def mushroom(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose mushrooms on the floor of a wood or in the grass."""
    thaw(canvas)
    place = rng.choice(["forest", "forest", "blurred", "hills"])
    if place == "forest":
        rooms.forest(canvas, rng)
        canvas.defocus(rng.uniform(0.3, 1.8))
    elif place == "blurred":
        rooms.blurred(canvas, rng)
    else:
        landscape(canvas, rng, "hills", "mountains", horizon=(0.2, 0.5))
        canvas.defocus(rng.uniform(0.3, 1.2))
    count = 1 if rng.random() < 0.4 else int(rng.integers(2, 6))
    kind = _KINDS[str(rng.choice(list(_KINDS)))]
    sizes = [canvas.height * size_between(rng, 0.36, 0.98)]
    sizes += [sizes[0] * rng.uniform(0.3, 0.7) for _ in range(count - 1)]
    x0 = across(canvas, rng, 0.28)
    y0 = canvas.height * rng.uniform(0.84, 0.97)
    for k, size in sorted(enumerate(sizes), key=lambda pair: pair[1] == sizes[0]):
        x = x0 + (rng.uniform(-0.75, 0.75) * sizes[0] if k else 0)
        y = y0 - (rng.uniform(-0.05, 0.12) * sizes[0] if k else 0)
        pen = canvas.pen(x, y, size, angle=rng.uniform(-0.15, 0.15), role=Role.SUBJECT)
        clutter.shadow(pen.to(Role.TRACE), 0.4)
        _mushroom(pen, rng, kind)
        tufts(canvas, rng, x, y + 1.5, size * 0.16, tall=size * 0.13)
    foregrounds.undergrowth(canvas, rng)


_KINDS = {  # cap, stem, height of the cap, spots
    "fly agaric": ("#cf3a2c", "#f3ecdc", 0.34, True),
    "bolete": ("#8a5a34", "#d9bd8c", 0.3, False),
    "parasol": ("#c9a97f", "#dccbb0", 0.2, True),
    "amethyst": ("#8a6aa3", "#b9a3c4", 0.24, False),
    "honey": ("#d9993f", "#ecd9ac", 0.26, False),
    "white": ("#efe9dd", "#f3efe6", 0.3, False),
}


def _mushroom(pen: Pen, rng: np.random.Generator, kind: tuple[str, str, float, bool]) -> None:
    """Draw a mushroom 1 high."""
    cap, stem = vary(rng, rgb(kind[0]), 0.05), vary(rng, rgb(kind[1]), 0.03)
    half, dome, foot = (
        rng.uniform(0.34, 0.5),
        kind[2] * rng.uniform(0.85, 1.25),
        rng.uniform(0.07, 0.12),
    )
    rim = 1 - dome
    _stem(pen, stem, half=half, foot=foot, rim=rim, collared=kind[3])
    _cap(pen, rng, cap, half=half, rim=rim, spotted=kind[3])


def _stem(pen: Pen, stem: Colour, *, half: float, foot: float, rim: float, collared: bool) -> None:
    """Draw the stem and, behind its top, the gills under the cap."""
    trunk = shapes.smooth(
        [
            (-foot * 1.4, 0),
            (-foot * 1.3, 0.08),
            (-foot * 0.8, 0.35),
            (-foot * 0.75, rim + 0.04),
            (foot * 0.75, rim + 0.04),
            (foot * 0.8, 0.35),
            (foot * 1.3, 0.08),
            (foot * 1.4, 0),
        ],
        closed=False,
    )
    pen.shape(trunk, pen.column(stem, -foot, foot), texture=0.1)
    under = shapes.ellipse(0, rim + 0.01, half * 0.96, 0.07)
    pen.shape(under, pen.shade(mix(stem, rgb("#c9a884"), 0.4)))
    gills = [
        shapes.ribbon([(0, rim + 0.07), (x, rim - 0.07)], 0.007)
        for x in np.linspace(-half, half, 21)
    ]
    pen.fill(gills, pen.half(stem), clip=under, opacity=0.8)
    pen.shape(
        trunk, pen.column(stem, -foot, foot), clip=shapes.box(-1, 0, 1, rim - 0.02), texture=0.1
    )
    if collared:
        frill = foot * 1.3
        collar = [
            (-foot * 0.8, rim - 0.08),
            (-frill, rim - 0.15),
            (0, rim - 0.17),
            (frill, rim - 0.15),
            (foot * 0.8, rim - 0.08),
        ]
        pen.shape(shapes.smooth(collar), pen.column(stem, -frill, frill))


def _cap(
    pen: Pen, rng: np.random.Generator, cap: Colour, *, half: float, rim: float, spotted: bool
) -> None:
    dome = 1 - rim
    hat = shapes.smooth(
        [
            (-half, rim - 0.01),
            (-half * 0.94, rim + dome * 0.4),
            (-half * 0.55, rim + dome * 0.86),
            (0, rim + dome),
            (half * 0.55, rim + dome * 0.86),
            (half * 0.94, rim + dome * 0.4),
            (half, rim - 0.01),
            (half * 0.6, rim + 0.03),
            (0, rim + 0.045),
            (-half * 0.6, rim + 0.03),
        ]
    )
    pen.shape(hat, pen.ball(cap, 0, rim + dome * 0.25, half))
    if spotted:
        spots = []
        for _ in range(26):
            a, t = rng.uniform(-1, 1), rng.uniform(0.15, 0.95)
            r = rng.uniform(0.016, 0.042)
            spots.append(
                shapes.blob(
                    rng,
                    a * half * 0.92 * np.sqrt(1 - (t * 0.95) ** 2),
                    rim + dome * t,
                    r * 1.2,
                    r,
                    wobble=0.2,
                )
            )
        pen.fill(spots, pen.half(rgb("#f9f3e4")), clip=hat)
    shine = shapes.ellipse(pen.side * half * 0.42, rim + dome * 0.66, half * 0.2, dome * 0.1)
    pen.shape(shine, pen.lit(rgb("#fffaf0")), soft=1.2, opacity=0.4)


def sunflower(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose sunflowers in the open, close up, or in a vase."""
    thaw(canvas)
    place = rng.choice(["open", "open", "blurred", "vase"])
    if place == "vase":
        _sunflower_vase(canvas, rng)
        return
    if place == "open":
        ground = landscape(
            canvas, rng, "fields", "hills", "mountains", "sea", "lake", horizon=(0.4, 0.75)
        )
        if ground.water:
            meadow_ground(canvas, rng, canvas.height * rng.uniform(0.82, 0.94))
    else:
        rooms.blurred(canvas, rng)
    count = int(rng.choice([1, 1, 2, 3, 5, 9]))
    scale = size_between(rng, 0.5, 1.2) if count < 4 else rng.uniform(0.4, 0.7)
    full = min(canvas.height, canvas.width * 1.2) * scale
    for size in sorted(full * rng.uniform(0.7, 1.05) for _ in range(count)):
        x, foot = across(canvas, rng, 0.14), canvas.height * rng.uniform(1.0, 1.06)
        pen = canvas.pen(x, foot, size, flip=bool(rng.random() < 0.5), role=Role.SUBJECT)
        _sunflower(pen, rng, head=rng.uniform(0.19, 0.34))
    foregrounds.undergrowth(canvas, rng)


def _sunflower(pen: Pen, rng: np.random.Generator, *, head: float, leaves: bool = True) -> None:
    """Draw a sunflower 1 high with a head of the given radius."""
    green = pick(rng, "#5a8a3f", "#4a7a3a", "#6f9a4a")
    bend = rng.uniform(-0.15, 0.15)
    top = (bend, 1 - head)
    stem = shapes.smooth([(0, -0.05), (bend * 0.2, 0.3), (bend * 0.7, 0.6), top], closed=False)
    pen.stroke(stem, 0.045, pen.half(green), end=0.035)
    if leaves:
        for h, way in ((0.2, 1), (0.34, -1), (0.5, 1)):
            angle = (0.45 if way > 0 else np.pi - 0.45) + rng.uniform(-0.3, 0.3)
            blade = shapes.leaf(bend * h, h, rng.uniform(0.2, 0.3), 0.15, angle)
            tone = pen.lit(green) if way == pen.side else pen.half(green)
            pen.shape(blade, linear((0, h + 0.1), (0, h - 0.1), tone, pen.shade(green)))
            pen.stroke(
                [(bend * h, h), tuple(blade[8])], 0.008, pen.lit(mix(green, rgb("#d9e0a0"), 0.4))
            )
    flower = pen.moved(
        *top, size=(head * rng.uniform(0.62, 1.0), head), angle=rng.uniform(-0.25, 0.25)
    )
    _sunflower_head(flower, rng)


def _sunflower_head(pen: Pen, rng: np.random.Generator) -> None:
    """Draw the head, radius 1."""
    gold = pick(rng, "#f6bd2a", "#f2a92a", "#f8cf4a", "#e8912f")
    count, disc = int(rng.integers(15, 23)), rng.uniform(0.36, 0.5)
    for layer, tone in enumerate((pen.shade(gold), pen.half(gold), pen.lit(gold))):
        turn = rng.uniform(0, 1)
        petals = []
        for k in range(count):
            a = turn + (k + 0.33 * layer) * 2 * np.pi / count + rng.normal(0, 0.05)
            length = (1 - 0.08 * layer - disc * 0.6) * rng.uniform(0.85, 1.05)
            petals.append(
                shapes.leaf(disc * 0.6 * np.cos(a), disc * 0.6 * np.sin(a), length, 0.27, a)
            )
        pen.fill(petals, tone)
        veins = [shapes.ribbon([p[0], p[0] + (p[8] - p[0]) * 0.8], 0.02, 0.005) for p in petals]
        pen.fill(veins, pen.shade(gold), opacity=0.3)
    brown = pick(rng, "#5a3822", "#6b4426", "#3f2a1f")
    pen.ellipse(0, 0, disc, disc, pen.ball(brown, 0, 0, disc))
    order = np.arange(1, 110)
    radius, angle = disc * np.sqrt(order / 112), order * 2.39996  # seeds grow at the golden angle
    seeds = [
        shapes.ellipse(x, y, 0.018, 0.018, steps=6)
        for x, y in zip(radius * np.cos(angle), radius * np.sin(angle), strict=True)
    ]
    pen.fill(seeds[30:], pen.lit(mix(brown, gold, 0.55)), opacity=0.85)
    pen.fill(seeds[:30], pen.half(mix(brown, rgb("#8a9a4a"), 0.6)), opacity=0.85)


def _sunflower_vase(canvas: Canvas, rng: np.random.Generator) -> None:
    ground = rooms.table(canvas, rng)
    rooms.crockery(canvas, rng, ground, front=False)
    size = canvas.height * rng.uniform(0.55, 0.85)
    x = across(canvas, rng, 0.35)
    y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(0.3, 0.75)
    pen = canvas.pen(x, y, size)
    clutter.shadow(pen, 0.36)
    for _ in range(int(rng.integers(1, 6))):
        bloom = canvas.pen(
            x,
            y - size * 0.3,
            size * rng.uniform(0.5, 0.72),
            angle=rng.uniform(-0.55, 0.55),
            role=Role.SUBJECT,
        )
        _sunflower(bloom, rng, head=rng.uniform(0.26, 0.36), leaves=bool(rng.random() < 0.3))
    glaze = pick(rng, "#6f8aa3", "#e9dfca", "#a85f4a", "#7f9a86", "#3f4f66")
    vase = shapes.smooth(
        [
            (-0.11, 0.42),
            (-0.08, 0.36),
            (-0.18, 0.2),
            (-0.11, 0.01),
            (0.11, 0.01),
            (0.18, 0.2),
            (0.08, 0.36),
            (0.11, 0.42),
        ],
        closed=False,
    )
    pen.shape(vase, pen.column(glaze, -0.18, 0.18))
    pen.ellipse(pen.side * 0.08, 0.22, 0.02, 0.06, pen.lit(rgb("#ffffff")), soft=0.8, opacity=0.5)
    rooms.crockery(canvas, rng, ground, front=True)
