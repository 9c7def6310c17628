"""Open country: sky, sea, hills, mountains, desert, fields, snow.

A backdrop paints the whole canvas and tells where its ground is; the subject comes afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import clutter, noise, shapes
from .canvas import Canvas, Paint, Role, clear, linear, radial
from .light import SEASONS, Colour, mix, pick, rgb, vary


@dataclass(frozen=True, slots=True)
class Ground:
    """Where things may stand."""

    kind: str
    horizon: float  # y of the horizon
    top: float  # y where the near ground begins; it reaches down to the edge of the picture
    water: bool = False


def sky(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint the sky down to a little below the horizon: gradient, sun or moon, stars, clouds."""
    page, light = canvas.page, canvas.light
    width, height = canvas.width, canvas.height
    paint = linear((0, -0.1 * horizon), (width * 0.08, horizon), *light.sky)
    page.shape(shapes.box(0, 0, width, height), paint, texture=0.03)
    if light.name == "night":
        _stars(canvas, rng, horizon)
    if light.name not in ("overcast", "storm"):
        _sun(canvas, rng, horizon)
    _clouds(canvas, rng, horizon)
    if rng.random() < 0.35 and not light.lamps:
        clutter.birds(canvas, rng, horizon)


def _stars(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    for radius, count in ((0.3, 90), (0.5, 30), (0.8, 6)):
        dots = [
            shapes.ellipse(
                rng.uniform(0, canvas.width), horizon * rng.random() ** 1.3, radius, radius, steps=8
            )
            for _ in range(count)
        ]
        canvas.page.fill(dots, rgb("#f2f0dc"), opacity=0.8)


def _sun(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    light, page = canvas.light, canvas.page
    low = light.name in ("dawn", "golden", "sunset", "dusk")
    x = canvas.width * (0.5 + light.side * rng.uniform(0.12, 0.42))
    y = horizon * (rng.uniform(0.7, 0.95) if low else rng.uniform(0.08, 0.4))
    reach = canvas.width * rng.uniform(0.35, 0.7)
    fade = radial(
        (x, y), reach, clear(light.glow, 0.75), clear(light.glow, 0.22), clear(light.glow, 0)
    )
    page.ellipse(x, y, reach, reach, fade, texture=0)
    if light.name == "noon" or (light.name in ("morning", "summer") and rng.random() < 0.6):
        return  # the sun itself is outside the picture
    radius = rng.uniform(4, 9)
    disc = shapes.ellipse(x, y, radius, radius)
    if light.name == "night" and rng.random() < 0.6:
        inner = shapes.ellipse(x, y, radius * rng.uniform(0.2, 0.7), radius)
        disc = np.concatenate([disc[10:31], inner[30:9:-1]])  # a crescent
    page.shape(disc, light.glow, soft=0.5, texture=0.02)


def _clouds(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    kind = rng.choice(["none", "heaps", "heaps", "bands", "wisps", "wisps"])
    light = canvas.light
    if light.name in ("overcast", "storm"):
        kind = rng.choice(["wisps", "bands"])
    if kind == "heaps" and light.name not in ("fog", "night"):
        for _ in range(int(rng.integers(1, 6))):
            y = horizon * rng.uniform(0.12, 0.9)
            size = canvas.width * rng.uniform(0.2, 0.6) * (1.15 - 0.75 * y / horizon)
            clutter.cloud(canvas.pen(rng.uniform(0, canvas.width), y, size), rng)
    elif kind == "bands":
        bright = mix(light.lit(rgb("#fff6ee")), light.sky[-1], 0.35)
        for _ in range(int(rng.integers(4, 12))):
            x, y = rng.uniform(0, canvas.width), horizon * rng.uniform(0.1, 0.95)
            canvas.page.shape(
                shapes.blob(
                    rng, x, y, canvas.width * rng.uniform(0.1, 0.4), rng.uniform(0.8, 3), wobble=0.3
                ),
                bright,
                soft=1.2,
                opacity=rng.uniform(0.3, 0.75),
            )
    elif kind == "wisps":
        _wisps(canvas, rng, horizon)


def _wisps(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    light = canvas.light
    height, width = canvas.subject.shape
    cell = rng.uniform(60, 160)
    veil = noise.field(rng, height, width, cell=(cell * 2.2, cell * 0.6), octaves=5)
    strength = np.clip(veil * 1.3 + rng.uniform(-0.3, 0.25), 0, 1) * rng.uniform(0.5, 0.85)
    fall = np.clip(1.15 - np.arange(height)[:, None] / (horizon * 3), 0, 1)
    colour = mix(light.lit(rgb("#fdf8f2")), light.sky[-1], 0.3)
    canvas.lay(slice(None), slice(None), strength * fall, colour, Role.BACKDROP)


def ridge(
    canvas: Canvas,
    rng: np.random.Generator,
    y: float,
    rise: float,
    colour: Colour,
    *,
    depth: float,
    waves: float = 2.0,
    roughness: float = 0.35,
) -> noise.Profile:
    """Paint a range of hills whose crest swings by ``rise`` about ``y``; return its crest."""
    line = noise.profile(rng, canvas.width, waves=waves, roughness=roughness)

    def crest(x: np.ndarray) -> np.ndarray:
        return np.asarray(y - rise * line(x))

    x = np.linspace(-2, canvas.width + 2, 120)
    floor = canvas.height + 2
    outline = np.concatenate([np.stack([x, crest(x)], 1), [(x[-1], floor), (x[0], floor)]])
    light = canvas.light
    upper, lower = light.lit(colour, depth), light.shade(colour, depth)
    lower = mix(mix(upper, lower, 0.55), light.haze, 0.5 * depth)
    paint = linear((0, y - rise), (0, y + max(22, 2.5 * rise)), upper, lower)
    canvas.page.shape(outline, paint, texture=0.06)
    return crest


def _grass(canvas: Canvas, rng: np.random.Generator) -> Colour:
    return vary(rng, canvas.season.grass[rng.integers(len(canvas.season.grass))], 0.03)


def meadow_ground(canvas: Canvas, rng: np.random.Generator, top: float) -> None:
    """Paint the near ground of a landscape: a soft slope with tufts and flowers."""
    base = _grass(canvas, rng)
    ridge(canvas, rng, top, rng.uniform(1, 4), base, depth=0.05, waves=0.8)
    light = canvas.light
    for _ in range(9):  # sunlit and shaded patches
        t = rng.random()
        y = top + 4 + (canvas.height - top) * t
        tone = light.lit(base) if rng.random() < 0.5 else light.shade(base)
        canvas.page.shape(
            shapes.blob(
                rng, rng.uniform(0, canvas.width), y, rng.uniform(15, 50), 1 + 4 * t, wobble=0.3
            ),
            tone,
            soft=2.5,
            opacity=0.35,
        )
    for _ in range(14):
        t = rng.random()
        clutter.grass(
            canvas,
            rng,
            rng.uniform(0, canvas.width),
            top + 5 + (canvas.height - top) * t,
            6 + 8 * t,
            height=2 + 5 * t,
            blades=12,
        )
    if rng.random() < 0.6:
        clutter.flowers(canvas, rng, top + 4, canvas.height, int(rng.integers(20, 130)))


def _plant(
    canvas: Canvas,
    rng: np.random.Generator,
    crest: noise.Profile,
    count: int,
    *,
    size: float,
    depth: float,
) -> None:
    """Plant trees, in loose groups, on the crest of a ridge."""
    centres = rng.uniform(0, canvas.width, 3)
    xs = np.sort(rng.choice(centres, count) + rng.normal(0, canvas.width * 0.09, count))
    for x in xs:
        y = float(crest(np.array([x]))[0]) + rng.uniform(0, 2.5)
        clutter.tree(canvas, rng, x, y, size * rng.uniform(0.7, 1.25), depth=depth)


def hills(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint rolling hills with trees and perhaps a village."""
    sky(canvas, rng, horizon)
    layers = int(rng.integers(2, 5))
    for i in range(layers):
        t = i / layers
        depth = 0.95 - 0.75 * t
        y = horizon + t * (canvas.height - horizon) * 0.45
        crest = ridge(
            canvas,
            rng,
            y,
            rng.uniform(3, 9),
            _grass(canvas, rng),
            depth=depth,
            waves=rng.uniform(1, 2.5),
        )
        _plant(canvas, rng, crest, int(rng.integers(2, 10)), size=4 + 9 * t, depth=depth)
        if rng.random() < 0.35:
            _village(canvas, rng, crest, depth, 4 + 5 * t)
    top = horizon + (canvas.height - horizon) * rng.uniform(0.4, 0.6)
    meadow_ground(canvas, rng, top)
    return Ground("hills", horizon, top)


def _village(
    canvas: Canvas, rng: np.random.Generator, crest: noise.Profile, depth: float, size: float
) -> None:
    x = rng.uniform(0.1, 0.8) * canvas.width
    for _ in range(int(rng.integers(1, 5))):
        x += size * rng.uniform(1.1, 1.8)
        y = float(crest(np.array([x]))[0]) + 2
        clutter.house(canvas.pen(x, y, size * rng.uniform(0.8, 1.1), depth=depth), rng)


def peaks(canvas: Canvas, rng: np.random.Generator, horizon: float, *, depth: float) -> None:
    """Paint a range of mountains with lit and shaded faces and snow."""
    page, light = canvas.page, canvas.light
    stone = pick(rng, "#6f7787", "#7d7a85", "#66727c")
    snow_line = rng.uniform(0.25, 0.6)
    for x in np.sort(rng.uniform(-0.05, 1.05, int(rng.integers(4, 8)))) * canvas.width:
        tall = horizon * rng.uniform(0.22, 0.6)
        foot = tall * rng.uniform(0.9, 1.5)
        peak = (x, horizon - tall)
        left = _slope(rng, peak, (x - foot, horizon + 3))
        right = _slope(rng, peak, (x + foot, horizon + 3))
        edge = _slope(rng, peak, (x - light.side * foot * 0.15, horizon + 3), wobble=0.16)
        outline = np.concatenate([left[::-1], right])
        lit = right if light.side > 0 else left
        mist = light.haze
        shaded = linear((0, peak[1]), (0, horizon), light.shade(stone, depth), mist)
        page.shape(outline, shaded, texture=0.07)
        face = np.concatenate([lit, edge[::-1]])
        page.shape(
            face, linear((0, peak[1]), (0, horizon), light.lit(stone, depth), mist), texture=0.07
        )
        _snow_cap(canvas, rng, outline, face, peak=peak, reach=tall * snow_line, depth=depth)


def _slope(
    rng: np.random.Generator,
    start: tuple[float, float],
    stop: tuple[float, float],
    wobble: float = 0.06,
) -> np.ndarray:
    """Return a rugged line from a peak to its foot."""
    t = np.linspace(0, 1, 9)[:, None]
    line = np.array(start) + (np.array(stop) - start) * t
    line[1:-1, 0] += rng.uniform(-1, 1, 7) * wobble * (stop[1] - start[1])
    return np.asarray(line)


def _snow_cap(
    canvas: Canvas,
    rng: np.random.Generator,
    outline: np.ndarray,
    face: np.ndarray,
    *,
    peak: tuple[float, float],
    reach: float,
    depth: float,
) -> None:
    light, snow = canvas.light, rgb("#f5f7fa")
    x = np.linspace(-1.6, 1.6, 11) * reach + peak[0]
    teeth = peak[1] + reach * np.where(np.arange(11) % 2 == 0, 0.65, 1.0) * rng.uniform(
        0.8, 1.1, 11
    )
    cap = np.concatenate([np.stack([x, teeth], 1), [(x[-1], peak[1] - 3), (x[0], peak[1] - 3)]])
    canvas.page.shape(cap, light.shade(snow, depth), clip=outline)
    canvas.page.fill([face], _above(light.lit(snow, depth), teeth, x))


def _above(colour: Colour, edge: np.ndarray, at: np.ndarray) -> Paint:
    """Paint that covers only what lies above an edge given at some x."""

    def paint(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        inside = (y < np.interp(x, at, edge)).astype(np.float32)
        return np.concatenate([np.broadcast_to(colour, (*x.shape, 3)), inside[..., None]], axis=-1)

    return paint


def mountains(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint mountains behind wooded hills and a meadow."""
    sky(canvas, rng, horizon)
    peaks(canvas, rng, horizon + 4, depth=0.75)
    for i in range(2):
        depth = 0.6 - 0.3 * i
        crest = ridge(
            canvas, rng, horizon + 4 + 8 * i, 5, rgb("#4a6b55"), depth=depth, waves=2, roughness=0.5
        )
        x = rng.uniform(0, canvas.width, int(rng.integers(6, 22)))
        for tree_x in x:
            y = float(crest(np.array([tree_x]))[0]) + 2
            clutter.fir(
                canvas.pen(tree_x, y, (6 + 5 * i) * rng.uniform(0.7, 1.3), depth=depth), rng
            )
    top = horizon + (canvas.height - horizon) * rng.uniform(0.35, 0.55)
    meadow_ground(canvas, rng, top)
    return Ground("mountains", horizon, top)


def water(canvas: Canvas, rng: np.random.Generator, top: float) -> None:
    """Paint water from ``top`` down: gradient, waves that grow towards us, glitter of the sun."""
    page, light = canvas.page, canvas.light
    own = light.lit(pick(rng, "#2f7f8f", "#2c6a8c", "#3f8f92", "#4a7688"))
    deep = light.shade(pick(rng, "#1f5f78", "#1f4f74", "#2f6a74"))
    far = mix(own, light.sky[-1], 0.6)
    paint = linear(
        (0, top), (0, canvas.height), far, mix(own, light.sky[1], 0.2), mix(own, deep, 0.7)
    )
    page.shape(shapes.box(0, top, canvas.width, canvas.height + 1), paint, texture=0.05)
    span = canvas.height - top
    rough = rng.uniform(0.4, 1.3) * (1.5 if light.name == "storm" else 1)
    for tone, count in ((deep, 90), (mix(own, light.sky[-1], 0.75), 110)):
        page.fill([_wave(canvas, rng, top, span, rough) for _ in range(count)], tone, opacity=0.42)
    if rough > 0.9:
        crests = [_wave(canvas, rng, top + span * 0.1, span * 0.9, 0.6) for _ in range(30)]
        page.fill(crests, light.lit(rgb("#ffffff")), opacity=0.7)
    if light.name not in ("overcast", "storm", "fog", "noon"):
        _glitter(canvas, rng, top, span)


def _wave(
    canvas: Canvas, rng: np.random.Generator, top: float, span: float, rough: float
) -> np.ndarray:
    near = rng.random() ** 1.4
    x, y = rng.uniform(-5, canvas.width + 5), top + span * near
    return shapes.ellipse(
        x, y, 2 + 15 * near * rng.uniform(0.4, 1.2), 0.25 + near * rough, steps=14
    )


def _glitter(canvas: Canvas, rng: np.random.Generator, top: float, span: float) -> None:
    x0 = canvas.width * (0.5 + canvas.light.side * 0.28)
    sparks = []
    for _ in range(90):
        near = rng.random()
        x = x0 + rng.normal(0, 3 + 14 * near)
        sparks.append(
            shapes.ellipse(x, top + span * near, 0.8 + 3 * near, 0.2 + 0.5 * near, steps=10)
        )
    canvas.page.fill(sparks, canvas.light.glow, opacity=0.6)


def sea(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint open sea, perhaps with a far coast."""
    sky(canvas, rng, horizon)
    if rng.random() < 0.55:
        crest = ridge(canvas, rng, horizon, rng.uniform(2, 7), rgb("#6f7f78"), depth=0.75, waves=1)
        if rng.random() < 0.5:
            _village(canvas, rng, crest, 0.6, 3)
    water(canvas, rng, horizon)
    return Ground("sea", horizon, horizon, water=True)


def lake(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint a lake below mountains or wooded hills."""
    sky(canvas, rng, horizon)
    if rng.random() < 0.7:
        peaks(canvas, rng, horizon, depth=0.7)
    for i in range(2):
        crest = ridge(
            canvas,
            rng,
            horizon - 3 + 3 * i,
            5 - 2 * i,
            _grass(canvas, rng),
            depth=0.65 - 0.3 * i,
            waves=2,
        )
        _plant(canvas, rng, crest, int(rng.integers(6, 16)), size=6 + 3 * i, depth=0.6 - 0.3 * i)
    water(canvas, rng, horizon + 4)
    return Ground("lake", horizon + 4, horizon + 4, water=True)


def desert(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint a desert with table mountains, dunes and scrub; it has no winter."""
    thaw(canvas)
    sky(canvas, rng, horizon)
    sand = pick(rng, "#d9a066", "#e0b27a", "#c9885a", "#d8bd92")
    for _ in range(int(rng.integers(0, 4))):
        _mesa(canvas, rng, horizon + 2)
    for i in range(3):
        ridge(
            canvas,
            rng,
            horizon + i * (canvas.height - horizon) * 0.16,
            2 + 2.5 * i,
            vary(rng, sand),
            depth=0.6 - 0.25 * i,
            waves=1.2,
            roughness=0.25,
        )
    top = horizon + (canvas.height - horizon) * 0.4
    for _ in range(int(rng.integers(5, 16))):
        near = rng.random()
        x, y = rng.uniform(0, canvas.width), top + (canvas.height - top) * near
        pen = canvas.pen(x, y, 2 + 8 * near, depth=0.2 * (1 - near))
        if rng.random() < 0.5:
            clutter.rock(pen, rng, vary(rng, mix(sand, rgb("#8a5a44"), 0.5)))
        else:
            clutter.grass(canvas, rng, x, y, 3 + 6 * near, height=2 + 5 * near, blades=15)
    return Ground("desert", horizon, top)


def _mesa(canvas: Canvas, rng: np.random.Generator, foot: float) -> None:
    x, tall = rng.uniform(0, canvas.width), rng.uniform(8, 34)
    half = rng.uniform(5, 30)
    depth = rng.uniform(0.35, 0.75)
    pen = canvas.pen(x, foot, 1, depth=depth)
    stone = pick(rng, "#b5694a", "#a85f4c", "#c07a52")
    outline = [
        (-half * 1.5, 0),
        (-half * 1.1, tall * 0.35),
        (-half, tall),
        (half * 0.9, tall * 0.97),
        (half * 1.05, tall * 0.4),
        (half * 1.6, 0),
    ]
    pen.shape(outline, pen.column(stone, -half * 1.2, half * 1.2), texture=0.08)
    for level in (0.5, 0.62, 0.8):
        pen.stroke(
            [(-half * 1.1, tall * level), (half * 1.1, tall * level)],
            tall * 0.05,
            pen.shade(stone),
            clip=outline,
            opacity=0.5,
        )


def fields(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint flat farmland: rows of crop that run to a vanishing point, a line of trees."""
    sky(canvas, rng, horizon)
    crest = ridge(canvas, rng, horizon, 3, _grass(canvas, rng), depth=0.7)
    _plant(canvas, rng, crest, int(rng.integers(4, 14)), size=6, depth=0.6)
    page, light = canvas.page, canvas.light
    crops = [
        "#8d72b5 #6f9a55",
        "#d6524a #6f9a4a",
        "#e8b83f #8fa24a",
        "#d9b25f #a8883f",
        "#e79ab0 #7fa058",
        "#7fae4e #55863f",
        "#f2e3c0 #7f9a55",
    ]
    if canvas.season.name == "winter":
        crops = ["#e9eef2 #a5a9a4", "#dfe7ee #8d8f86"]
    crop, soil = (rgb(code) for code in str(rng.choice(crops)).split())
    top = horizon + 3
    page.shape(
        shapes.box(0, top, canvas.width, canvas.height + 1),
        linear(
            (0, top),
            (0, canvas.height),
            light.lit(soil, 0.6),
            mix(light.lit(soil), light.shade(soil), 0.4),
        ),
    )
    vanish = canvas.width * rng.uniform(0.15, 0.85)
    spread = np.arange(-40, 40) * canvas.width * rng.uniform(0.09, 0.16)
    rows = [
        [
            (vanish, top - 1),
            (vanish + x, canvas.height + 2),
            (vanish + x + 0.6 * (spread[1] - spread[0]), canvas.height + 2),
        ]
        for x in spread
    ]
    paint = linear((0, top), (0, canvas.height), light.lit(crop, 0.7), light.lit(crop))
    page.fill(rows, paint, texture=0.12)
    return Ground("fields", horizon, top + 4)


def thaw(canvas: Canvas) -> None:
    """Turn winter into autumn, for what doesn't live in the snow."""
    if canvas.season.name == "winter":
        canvas.season = SEASONS["autumn"]


def snow(canvas: Canvas, rng: np.random.Generator, horizon: float) -> Ground:
    """Paint a snowed-in country with firs."""
    canvas.season = SEASONS["winter"]
    sky(canvas, rng, horizon)
    if rng.random() < 0.4:
        peaks(canvas, rng, horizon + 3, depth=0.7)
    white = rgb("#eef3f7")
    for i in range(4):
        depth = 0.7 - 0.22 * i
        y = horizon + (canvas.height - horizon) * 0.14 * i
        crest = ridge(
            canvas, rng, y, 3 + 2 * rng.random(), vary(rng, white, 0.02), depth=depth, waves=1.3
        )
        count = int(rng.integers(3, 12)) if i < 3 else 0
        for x in rng.uniform(0, canvas.width, count):
            pen = canvas.pen(
                x,
                float(crest(np.array([x]))[0]) + 1,
                (5 + 5 * i) * rng.uniform(0.7, 1.3),
                depth=depth,
            )
            (clutter.bare_tree if rng.random() < 0.25 else clutter.fir)(pen, rng)
    return Ground("snow", horizon, horizon + (canvas.height - horizon) * 0.5)


BACKDROPS: dict[str, Callable[[Canvas, np.random.Generator, float], Ground]] = {
    "sea": sea,
    "lake": lake,
    "hills": hills,
    "mountains": mountains,
    "desert": desert,
    "fields": fields,
    "snow": snow,
}


def landscape(
    canvas: Canvas, rng: np.random.Generator, *kinds: str, horizon: tuple[float, float] = (0.4, 0.7)
) -> Ground:
    """Paint one of the named backdrops, its horizon within a share of the height."""
    kind = str(rng.choice(kinds))
    return BACKDROPS[kind](canvas, rng, canvas.height * rng.uniform(*horizon))
