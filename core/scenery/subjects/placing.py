"""How a subject finds its place and its size."""

import numpy as np

from .. import clutter, shapes
from ..backdrops import Ground
from ..canvas import Canvas, linear
from ..light import mix, pick, rgb


def size_between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a size between two, small ones as often as large ones (log-uniform)."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def across(canvas: Canvas, rng: np.random.Generator, margin: float = 0.2) -> float:
    """Return an x in the picture, away from the sides by a share of the width."""
    return canvas.width * float(rng.uniform(margin, 1 - margin))


def standing(canvas: Canvas, rng: np.random.Generator, ground: Ground, size: float) -> float:
    """Return the y where a thing ``size`` high stands: large things stand near to us."""
    near = np.clip(size / canvas.height, 0.1, 1.0) * rng.uniform(0.75, 1.1)
    return float(min(ground.top + (canvas.height - ground.top) * near, canvas.height * 0.98))


def founded(
    canvas: Canvas,
    rng: np.random.Generator,
    ground: Ground,
    x: float,
    y: float,
    *,
    out: tuple[float, float],
    least: float,
    half: float,
) -> float:
    """Return the y where a building stands: y on land, in water that of a headland of its own.

    Args:
        canvas: the headland is painted on it.
        rng: draws the headland and its place.
        ground: the landscape.
        x: where the building stands.
        y: where it would stand on land.
        out: how far from the horizon to the lower edge it stands in water: a range within 0..1.
        least: no smaller y: the building would reach beyond the upper edge.
        half: of the headland's flat top, to each side.
    """
    if ground.water:
        y = ground.horizon + (canvas.height - ground.horizon) * rng.uniform(*out)
    y = max(y, least)
    if ground.water:
        headland(canvas, rng, x, y, half)
    return y


def headland(canvas: Canvas, rng: np.random.Generator, x: float, y: float, half: float) -> None:
    """Paint a rocky headland in the water, with a flat top ``half`` to each side of (x, y)."""
    page, light = canvas.page, canvas.light
    stone = pick(rng, "#7d7672", "#6d6a70", "#8f7d6a", "#a08f7c")
    drop = max(9.0, half * rng.uniform(0.5, 1.0))
    inland = rng.choice([-1, 1]) if rng.random() < 0.5 else 0
    reach = [
        half * (rng.uniform(6, 12) if inland == way else rng.uniform(1.5, 2.6)) for way in (-1, 1)
    ]
    top = [
        (-reach[0], drop),
        (-reach[0] * 0.7, drop * 0.5),
        (-half * 1.1, 1),
        (0, -0.5),
        (half * 1.1, 1),
        (reach[1] * 0.75, drop * 0.55),
        (reach[1], drop),
    ]
    crest = shapes.smooth(np.array(top) + np.array([x, y]), closed=False)
    crest[:, 1] += rng.uniform(-1, 1, len(crest)) * min(1.5, half * 0.08)
    shore_x = np.linspace(x + reach[1], x - reach[0], 25)
    shore_y = y + drop + rng.uniform(0.5, 3.0, 25)
    outline = np.concatenate([crest, np.stack([shore_x, shore_y], 1)])
    foam = [
        shapes.ellipse(x + rng.uniform(-reach[0], reach[1]), y + drop + 1.5, rng.uniform(4, 14), 1)
        for _ in range(12)
    ]
    page.fill(foam, light.lit(rgb("#f4f8f7")), soft=0.5, opacity=0.7)
    page.shape(
        outline, linear((0, y), (0, y + drop), light.lit(stone), light.shade(stone)), texture=0.12
    )
    for _ in range(16):
        cx, cy = x + rng.uniform(-reach[0], reach[1]), y + rng.uniform(0.15, 0.95) * drop
        w = rng.uniform(2, half * 0.8 + 3)
        tone = light.lit(stone) if rng.random() < 0.5 else light.shade(stone)
        face = [(cx - w, cy + 1), (cx, cy - w * 0.4), (cx + w, cy), (cx + w * 0.3, cy + w * 0.5)]
        page.shape(face, tone, clip=outline, opacity=0.55)
    turf = mix(canvas.season.grass[rng.integers(3)], stone, 0.15)
    down = np.array([0, drop * 0.16])
    cap = np.concatenate([crest, crest[::-1] + down])
    page.shape(cap, light.lit(turf), clip=outline, opacity=0.95)


def tufts(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, half: float, *, tall: float
) -> None:
    """Let some grass grow before the foot of a thing, so that it stands in the ground."""
    for _ in range(int(rng.integers(3, 8))):
        clutter.grass(
            canvas,
            rng,
            x + rng.uniform(-1, 1) * half,
            y + rng.uniform(0.3, 1.2),
            tall * 1.6,
            height=tall * rng.uniform(0.6, 1.2),
            blades=12,
        )
