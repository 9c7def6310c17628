"""By the water: lighthouses and sailing boats."""

import numpy as np
from numpy.typing import ArrayLike

from .. import clutter, foregrounds, shapes
from ..backdrops import landscape
from ..canvas import Canvas, Pen, Role, clear, linear
from ..light import Colour, mix, pick, rgb, vary
from .placing import across, founded, size_between, standing, tufts


def lighthouse(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose a lighthouse on a headland, a coast hill or an island."""
    ground = landscape(
        canvas, rng, "sea", "sea", "sea", "hills", "snow", "lake", horizon=(0.5, 0.75)
    )
    size = canvas.height * size_between(rng, 0.46, 1.05)
    x, y = across(canvas, rng), standing(canvas, rng, ground, size * 0.6)
    y = founded(canvas, rng, ground, x, y, out=(0.02, 0.45), least=size * 1.02, half=size * 0.3)
    if rng.random() < 0.5:
        aside = rng.choice([-1, 1]) * size * 0.2
        clutter.house(canvas.pen(x + aside, y + 1, size * rng.uniform(0.14, 0.2)), rng)
    pen = canvas.pen(x, y, size, role=Role.SUBJECT)
    if not ground.water:
        clutter.shadow(pen.to(Role.TRACE), 0.26)
    if canvas.light.lamps or (
        canvas.light.name in ("fog", "storm", "sunset") and rng.random() < 0.7
    ):
        _beams(pen.to(Role.TRACE), rng)
    _lighthouse(pen, rng)
    tufts(canvas, rng, x, y + 1, size * 0.14, tall=size * 0.05)
    (foregrounds.water_front if ground.water else foregrounds.outdoors)(canvas, rng)


def _lighthouse(pen: Pen, rng: np.random.Generator) -> None:
    wall = pick(rng, "#f5f0e4", "#f5f0e4", "#e9dfc8", "#d9d2c6", "#c9543f")
    band = pick(rng, "#c23b32", "#c23b32", "#2f4a6e", "#2c2f36", "#d98a2f")
    foot, neck = rng.uniform(0.1, 0.165), rng.uniform(0.06, 0.085)
    tower = [(-foot, 0), (-neck, 0.76), (neck, 0.76), (foot, 0)]
    pen.shape(tower, pen.column(wall, -foot, foot))
    style = rng.choice(["bands", "bands", "spiral", "top", "plain"])
    if style == "bands":
        edges = np.linspace(0.02, 0.76, 2 * int(rng.integers(2, 5)) + 1)
        bands = [shapes.box(-1, a, 1, b) for a, b in zip(edges[1::2], edges[2::2], strict=False)]
        pen.fill(bands, pen.column(band, -foot, foot), clip=tower)
    elif style == "spiral":
        bands = [
            np.array([(-0.2, a), (0.2, a + 0.2), (0.2, a + 0.32), (-0.2, a + 0.12)])
            for a in np.arange(-0.2, 0.8, 0.25)
        ]
        pen.fill(bands, pen.column(band, -foot, foot), clip=tower)
    elif style == "top":
        pen.shape(shapes.box(-1, 0.5, 1, 0.76), pen.column(band, -foot, foot), clip=tower)
    dark = pen.shade(rgb("#39424d"))
    lit = rgb("#ffd98a") if pen.canvas.light.lamps else dark
    pen.fill([shapes.box(-0.014, h, 0.014, h + 0.045) for h in (0.28, 0.44, 0.6)], lit)
    pen.shape(shapes.box(-0.028, 0, 0.028, 0.1), pen.shade(rgb("#6a4638")))
    _lantern(pen, band, neck)


def _lantern(pen: Pen, band: Colour, neck: float) -> None:
    dark = pen.half(mix(band, rgb("#30343c"), 0.5))
    pen.shape(
        [
            (-neck, 0.73),
            (-neck * 1.6, 0.77),
            (-neck * 1.6, 0.79),
            (neck * 1.6, 0.79),
            (neck * 1.6, 0.77),
            (neck, 0.73),
        ],
        dark,
    )
    rails = [
        shapes.box(k * neck * 0.5 - 0.003, 0.79, k * neck * 0.5 + 0.003, 0.825)
        for k in range(-3, 4)
    ]
    room = shapes.box(-neck * 0.8, 0.79, neck * 0.8, 0.9)
    glass = pen.half(rgb("#bcd3da"))
    on = pen.canvas.light.lamps
    pen.shape(room, linear((0, 0.9), (0, 0.79), rgb("#fff3c4"), rgb("#ffc860")) if on else glass)
    pen.ellipse(0, 0.845, neck * 0.35, 0.035, rgb("#fffbe6") if on else pen.lit(rgb("#f2e2a8")))
    posts = [
        shapes.box(k * neck * 0.8 - 0.005, 0.79, k * neck * 0.8 + 0.005, 0.9)
        for k in (-1, -0.33, 0.33, 1)
    ]
    pen.fill([*posts, *rails, shapes.box(-neck * 1.55, 0.822, neck * 1.55, 0.83)], dark)
    dome = shapes.smooth(
        [(-neck, 0.9), (-neck * 0.7, 0.945), (0, 0.97), (neck * 0.7, 0.945), (neck, 0.9)],
        closed=False,
    )
    pen.shape(dome, pen.column(band, -neck, neck))
    pen.shape(shapes.box(-0.005, 0.965, 0.005, 1.0), dark)


def _beams(pen: Pen, rng: np.random.Generator) -> None:
    warm = rgb("#fff0bd")
    tilt = rng.uniform(-0.1, 0.12)
    for way in (-1, 1):
        reach = way * 2.6
        fade = linear((0, 0), (reach, 0), clear(warm, 0.7), clear(warm, 0.2), clear(warm, 0))
        pen.shape(
            [
                (0, 0.87),
                (reach, 0.845 + tilt * way + 0.3),
                (reach, 0.845 + tilt * way - 0.3),
                (0, 0.82),
            ],
            fade,
            soft=1.5,
            texture=0,
        )
    clutter.glow(pen, 0, 0.845, 0.3, warm)


def sailboat(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose one to three sailing boats on the sea or a lake."""
    ground = landscape(canvas, rng, "sea", "sea", "lake", horizon=(0.3, 0.62))
    span = canvas.height - ground.horizon
    fleet = 1 if rng.random() < 0.7 else int(rng.integers(2, 4))
    sizes = sorted(canvas.height * size_between(rng, 0.3, 1.0) / fleet**0.4 for _ in range(fleet))
    hull, cloth = pick(rng, *HULLS), pick(rng, *CLOTHS)
    for size in sizes:
        near = np.clip(size / canvas.height, 0.05, 0.9)
        x, y = across(canvas, rng, 0.22), ground.horizon + span * near * rng.uniform(0.5, 0.9)
        tilt = rng.uniform(-0.16, 0.16)
        state = rng.integers(2**32)
        how = {"angle": tilt, "flip": bool(rng.random() < 0.5), "depth": 0.3 * (1 - near)}
        pen = canvas.pen(x, y, size, role=Role.SUBJECT, **how)
        _boat(pen.mirrored(opacity=0.42, squash=0.7), np.random.default_rng(state), hull, cloth)
        _ripples(canvas, rng, x, y, size)
        _boat(pen, np.random.default_rng(state), hull, cloth)
        _wake(canvas, rng, x, y, size)
        hull, cloth = pick(rng, *HULLS), pick(rng, *CLOTHS)
    foregrounds.water_front(canvas, rng)


HULLS = ("#7a4a34", "#f2efe6", "#2f4f6e", "#b23f38", "#3f6a5a", "#2c3038")
CLOTHS = ("#f7f2e6", "#f7f2e6", "#e9dcc0", "#c2503c", "#e0953c", "#dfe9ee", "#a8433a")


def _boat(pen: Pen, rng: np.random.Generator, hull: Colour, cloth: Colour) -> None:
    """Draw a boat whose mast is 1 high; its waterline is y = 0."""
    rig = rng.choice(["sloop", "sloop", "gaff", "ketch", "spinnaker"])
    half = rng.uniform(0.3, 0.4)
    mast, boom = rng.uniform(-0.04, 0.08), 0.16
    wood = pen.half(rgb("#6b4a34"))
    pen.stroke([(mast, 0.08), (mast - 0.01, 1)], 0.018, wood, end=0.01)
    swell = rng.uniform(0.02, 0.08)
    aft = -half * rng.uniform(0.85, 1.05)
    if rig == "gaff":
        peak = (mast - 0.3, 0.95)
        main = np.array([(mast - 0.01, boom), (mast - 0.01, 0.72), peak, (aft, boom + 0.02)])
        pen.stroke([(mast, 0.7), peak], 0.014, wood)
    else:
        leech = [(mast - 0.01, 0.97), (mast - 0.11 - swell, 0.6), (aft, boom + 0.01)]
        main = np.concatenate([shapes.smooth(leech, closed=False), [(mast - 0.01, boom)]])
    _sail(pen, main, cloth, (aft, mast))
    if rig == "ketch":
        x = aft + 0.02
        pen.stroke([(x, 0.08), (x, 0.66)], 0.014, wood)
        _sail(pen, [(x, 0.16), (x, 0.62), (x - 0.15, 0.17)], cloth, (x - 0.15, x))
    bow = half * 1.12
    jib_cloth = vary(rng, cloth, 0.03)
    if rig == "spinnaker":
        jib_cloth = pick(rng, "#d9483a", "#3f7fae", "#e8b83f", "#4f9a6a")
        jib = shapes.smooth(
            [
                (mast + 0.02, 0.92),
                (mast + 0.3, 0.72),
                (bow + 0.08, 0.42),
                (bow - 0.06, 0.17),
                (mast + 0.12, 0.35),
            ],
            steps=6,
        )
    else:
        jib = np.concatenate(
            [
                shapes.smooth([(mast + 0.015, 0.9), (mast + 0.13, 0.5), (bow, 0.13)], closed=False),
                [(mast + 0.04, 0.17)],
            ]
        )
    _sail(pen, jib, jib_cloth, (mast, bow))
    _hull(pen, hull, half, mast)


def _hull(pen: Pen, hull: Colour, half: float, mast: float) -> None:
    bow = half * 1.12
    deck = [
        (-half, 0.085),
        (-half * 0.9, -0.02),
        (half * 0.75, -0.02),
        (bow, 0.12),
        (half * 0.4, 0.085),
    ]
    outline = np.concatenate([shapes.smooth(deck[1:4], closed=False), [deck[4], deck[0]]])
    pen.shape(outline, linear((0, 0.1), (0, -0.02), pen.lit(hull), pen.shade(hull)))
    pen.stroke(
        [(-half, 0.08), (half * 0.4, 0.078), (bow, 0.114)],
        0.014,
        pen.lit(mix(hull, rgb("#ffffff"), 0.6)),
    )
    pen.shape(
        shapes.smooth(
            [(-half * 0.45, 0.08), (-half * 0.4, 0.135), (mast, 0.135), (mast + 0.05, 0.08)],
            closed=False,
        ),
        pen.half(rgb("#e9e2d2")),
    )


def _sail(pen: Pen, outline: ArrayLike, cloth: Colour, span: tuple[float, float]) -> None:
    start, stop = (span[1], span[0]) if pen.side > 0 else span
    paint = linear(
        (start, 0.6), (stop, 0.2), pen.lit(cloth), pen.lit(cloth), pen.half(cloth), pen.shade(cloth)
    )
    pen.shape(outline, paint)
    seam = pen.shade(cloth)
    for level in (0.32, 0.48, 0.64, 0.8):
        pen.stroke([(-1, level - 0.03), (1, level + 0.03)], 0.004, seam, clip=outline, opacity=0.5)


def _ripples(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """Break the mirror image with strips of water."""
    tone = canvas.light.lit(mix(rgb("#3f8296"), canvas.light.sky[-1], 0.4))
    strips = []
    for _ in range(26):
        t = rng.random()
        strips.append(
            shapes.ellipse(
                x + rng.normal(0, 0.25) * size,
                y + size * (0.04 + 0.6 * t),
                size * rng.uniform(0.05, 0.25),
                0.4 + size * 0.006,
            )
        )
    canvas.page.fill(strips, tone, opacity=0.6)


def _wake(canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    foam = [
        shapes.ellipse(
            x + rng.uniform(-0.42, 0.42) * size,
            y + rng.uniform(0, 0.025) * size,
            size * rng.uniform(0.03, 0.1),
            size * 0.008 + 0.15,
        )
        for _ in range(12)
    ]
    canvas.page.to(Role.TRACE).fill(foam, canvas.light.lit(rgb("#f6faf9")), opacity=0.75)
