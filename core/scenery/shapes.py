"""Outlines as arrays of points (n, 2): what the pens fill."""

import numpy as np
from numpy.typing import ArrayLike


def ellipse(cx: float, cy: float, rx: float, ry: float, *, steps: int = 40) -> np.ndarray:
    """Return an ellipse around (cx, cy)."""
    turn = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return np.stack([cx + rx * np.cos(turn), cy + ry * np.sin(turn)], axis=1)


def disc(centre: np.ndarray, radius: float, *, steps: int = 8) -> np.ndarray:
    """Return a small circle about a point (2,)."""
    return ellipse(centre[0], centre[1], radius, radius, steps=steps)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Return the rectangle between two corners."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def smooth(points: ArrayLike, *, closed: bool = True, steps: int = 8) -> np.ndarray:
    """Return a curve through all points (a Catmull-Rom spline)."""
    knots = np.asarray(points, float)
    if not closed:
        knots = np.concatenate([knots[:1], knots, knots[-1:]])
    count = len(knots) if closed else len(knots) - 3
    first = 0 if closed else 1
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for i in range(first, first + count):
        a, b, c, d = (knots[(i + k) % len(knots)] for k in (-1, 0, 1, 2))
        cubic = -a + 3 * b - 3 * c + d
        square = 2 * a - 5 * b + 4 * c - d
        pieces.append(0.5 * (2 * b + (c - a) * t + square * t**2 + cubic * t**3))
    if not closed:
        pieces.append(knots[-1:])
    return np.concatenate(pieces)


def ribbon(points: ArrayLike, start: float, end: float | None = None) -> np.ndarray:
    """Return the outline of a stroke along the points, ``start`` wide, tapering to ``end``."""
    line = np.asarray(points, float)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    half = np.linspace(start, start if end is None else end, len(line))[:, None] / 2
    return np.concatenate([line + across * half, (line - across * half)[::-1]])


def blob(
    rng: np.random.Generator, cx: float, cy: float, rx: float, ry: float, *, wobble: float = 0.12
) -> np.ndarray:
    """Return a rounded, irregular patch."""
    corners = ellipse(0, 0, 1, 1, steps=9) * (1 + wobble * rng.uniform(-1, 1, (9, 1)))
    return smooth(corners * (rx, ry) + (cx, cy), steps=4)


def leaf(x: float, y: float, length: float, width: float, angle: float) -> np.ndarray:
    """Return a pointed leaf that starts at (x, y) and points along ``angle`` (radians)."""
    t = np.linspace(0, 1, 9)
    half = width / 2 * np.sin(np.pi * t**0.8)
    outline = np.concatenate(
        [np.stack([t * length, half], 1), np.stack([t * length, -half], 1)[::-1]]
    )
    return np.asarray(turned(outline, angle) + np.array([x, y]))


def turned(points: ArrayLike, angle: float) -> np.ndarray:
    """Return the points turned about the origin by ``angle`` radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(np.asarray(points, float) @ np.array([[cos, sin], [-sin, cos]]))
