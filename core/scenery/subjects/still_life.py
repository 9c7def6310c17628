"""On the table: teapots."""

import numpy as np

from .. import clutter, rooms, shapes
from ..canvas import Canvas, Pen, Role, linear
from ..light import Colour, mix, pick, rgb
from .placing import across, size_between

GLAZES = (
    "#c9543f",
    "#3f6f9a",
    "#f1ebdd",
    "#5f8a7a",
    "#e0b04a",
    "#2f3338",
    "#d9a0a8",
    "#8fb0c2",
    "#7a4a3a",
)


def teapot(canvas: Canvas, rng: np.random.Generator) -> None:
    """Compose a teapot among other things on a table."""
    ground = rooms.table(canvas, rng)
    rooms.crockery(canvas, rng, ground, front=False)
    size = min(canvas.width, canvas.height * 1.15) * size_between(rng, 0.3, 0.8)
    x = across(canvas, rng, 0.3)
    y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(0.25, 0.85)
    pen = canvas.pen(x, y, size, flip=bool(rng.random() < 0.5), role=Role.SUBJECT)
    clutter.shadow(pen.to(Role.TRACE), 0.75)
    if rng.random() < 0.4:
        _steam(pen.to(Role.TRACE), rng)
    _teapot(pen, rng)
    rooms.crockery(canvas, rng, ground, front=True)


def _profile(rng: np.random.Generator) -> np.ndarray:
    """Return the right half of a pot's outline, from the lid down to the foot, 0.6 high."""
    kind = rng.choice(["round", "squat", "tall", "pear", "barrel"])
    half = {
        "round": [(0.15, 0.6), (0.28, 0.52), (0.36, 0.32), (0.28, 0.1), (0.17, 0.02), (0.18, 0)],
        "squat": [(0.15, 0.46), (0.33, 0.38), (0.42, 0.24), (0.34, 0.09), (0.22, 0.02), (0.23, 0)],
        "tall": [(0.13, 0.74), (0.2, 0.66), (0.25, 0.4), (0.27, 0.16), (0.2, 0.02), (0.21, 0)],
        "pear": [(0.12, 0.68), (0.17, 0.56), (0.3, 0.34), (0.35, 0.2), (0.24, 0.03), (0.25, 0)],
        "barrel": [(0.22, 0.58), (0.31, 0.54), (0.34, 0.3), (0.31, 0.05), (0.27, 0.01), (0.27, 0)],
    }[str(kind)]
    return np.array(half) * rng.uniform(0.94, 1.06, 2)


def _teapot(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a teapot about 1 wide that stands on y = 0."""
    glaze, trim = pick(rng, *GLAZES), pick(rng, *GLAZES)
    right = _profile(rng)
    top, half = right[0, 1], right[:, 0].max()
    body = shapes.smooth(np.concatenate([right, right[::-1] * (-1, 1)]))
    spout = shapes.smooth(
        [
            (half * 0.75, top * 0.2),
            (half + 0.13, top * 0.42),
            (half + 0.2, top * 0.86),
            (half + 0.29, top * 0.96),
            (half + 0.21, top * 0.98),
            (half + 0.12, top * 0.8),
            (half * 0.8, top * 0.62),
        ]
    )
    _handle(pen, rng, half, top, glaze=glaze, trim=trim)
    pen.shape(
        spout, linear((0, top), (0, top * 0.2), pen.lit(glaze), pen.half(glaze), pen.shade(glaze))
    )
    pen.ellipse(half + 0.25, top * 0.965, 0.04, 0.014, pen.shade(rgb("#2a2220")))
    pen.shape(body, pen.ball(glaze, 0, top * 0.5, half))
    _decoration(pen, rng, body, trim=trim, half=half, top=top)
    neck = right[0, 0]
    lid = shapes.smooth(
        [
            (-neck * 1.1, top - 0.015),
            (-neck * 0.8, top + 0.06),
            (0, top + 0.09),
            (neck * 0.8, top + 0.06),
            (neck * 1.1, top - 0.015),
        ],
        closed=False,
    )
    pen.shape(lid, pen.ball(glaze, 0, top, neck * 1.1))
    pen.stroke(
        [(-neck * 1.15, top - 0.01), (neck * 1.15, top - 0.01)],
        0.022,
        pen.half(mix(glaze, trim, 0.5)),
    )
    pen.ellipse(0, top + 0.115, 0.045, 0.04, pen.ball(trim, 0, top + 0.115, 0.045))
    white = pen.lit(rgb("#ffffff"))
    shine = shapes.ribbon(
        shapes.smooth(
            [(half * 0.4, top * 0.82), (half * 0.66, top * 0.6), (half * 0.68, top * 0.4)],
            closed=False,
        )
        * (pen.side, 1),
        0.05,
        0.025,
    )
    pen.shape(shine, white, soft=0.7, opacity=0.65)
    pen.ellipse(pen.side * half * 0.3, top + 0.045, 0.03, 0.015, white, soft=0.5, opacity=0.6)
    pen.ellipse(
        -pen.side * half * 0.5,
        top * 0.2,
        half * 0.3,
        top * 0.06,
        pen.canvas.light.sky[-1],
        soft=1.5,
        opacity=0.18,
    )


def _handle(
    pen: Pen, rng: np.random.Generator, half: float, top: float, *, glaze: Colour, trim: Colour
) -> None:
    if rng.random() < 0.25:  # over the lid
        line = shapes.smooth(
            [
                (-half * 0.75, top * 0.85),
                (-half * 0.6, top + 0.24),
                (0, top + 0.33),
                (half * 0.6, top + 0.24),
                (half * 0.75, top * 0.85),
            ],
            closed=False,
        )
        pen.stroke(line, 0.045, linear((0, top + 0.35), (0, top), pen.lit(trim), pen.shade(trim)))
        return
    line = shapes.smooth(
        [
            (-half * 0.72, top * 0.8),
            (-half - 0.12, top * 0.9),
            (-half - 0.2, top * 0.62),
            (-half - 0.1, top * 0.34),
            (-half * 0.8, top * 0.24),
        ],
        closed=False,
    )
    pen.stroke(
        line, 0.06, linear((0, top), (0, top * 0.2), pen.lit(glaze), pen.shade(glaze)), end=0.045
    )


def _decoration(
    pen: Pen, rng: np.random.Generator, body: np.ndarray, *, trim: Colour, half: float, top: float
) -> None:
    style = rng.choice(["plain", "band", "bands", "dots", "flowers", "stripes"])
    ink = pen.column(trim, -half, half)
    if style in ("band", "bands"):
        levels = [(0.42, 0.62)] if style == "band" else [(0.2, 0.26), (0.46, 0.52), (0.72, 0.78)]
        for a, b in levels:
            x = np.linspace(-half * 1.1, half * 1.1, 13)
            sag = -0.035 * (1 - (x / half) ** 2)
            lower, upper = np.stack([x, top * a + sag], 1), np.stack([x, top * b + sag], 1)
            pen.shape(np.concatenate([lower, upper[::-1]]), ink, clip=body, opacity=0.9)
    elif style == "dots":
        dots = [
            shapes.ellipse(half * np.sin(a), y * top, 0.035 * np.cos(a), 0.035)
            for i, y in enumerate((0.2, 0.4, 0.6, 0.8))
            for a in np.arange(-1.3, 1.4, 0.42) + 0.21 * (i % 2)
        ]
        pen.fill(dots, ink, clip=body)
    elif style == "flowers":
        for _ in range(6):
            a, y = rng.uniform(-1, 1), rng.uniform(0.2, 0.8) * top
            x, turn = half * np.sin(a), rng.uniform(0, 1)
            petals = [shapes.leaf(x, y, 0.075, 0.05, turn + k * 2 * np.pi / 5) for k in range(5)]
            pen.fill(petals, ink, clip=body)
            pen.ellipse(x, y, 0.02, 0.02, pen.lit(rgb("#f3cf5a")), clip=body)
            pen.shape(
                shapes.leaf(x + 0.04, y - 0.06, 0.07, 0.03, -0.8),
                pen.half(rgb("#5f8a4a")),
                clip=body,
            )
    elif style == "stripes":
        stripes = [
            [
                (half * np.sin(a) * 0.45, top),
                (half * np.sin(a), top * 0.4),
                (half * np.sin(a) * 0.6, 0),
                (half * np.sin(a + 0.16) * 0.6, 0),
                (half * np.sin(a + 0.16), top * 0.4),
                (half * np.sin(a + 0.16) * 0.45, top),
            ]
            for a in np.arange(-1.4, 1.4, 0.4)
        ]
        pen.fill(stripes, ink, clip=body, opacity=0.85)


def _steam(pen: Pen, rng: np.random.Generator) -> None:
    for k in range(3):
        t = np.linspace(0, 1, 12)
        x = 0.62 + 0.06 * np.sin(t * 6 + k * 2) * (0.4 + t) + 0.1 * t * rng.uniform(-1, 1)
        pen.stroke(
            np.stack([x, 0.62 + 0.6 * t * rng.uniform(0.7, 1)], 1),
            0.05,
            pen.lit(rgb("#fbfaf6")),
            end=0.12,
            soft=1.8,
            opacity=0.22,
        )
