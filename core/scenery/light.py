"""Colours, the light of a time of day, and the greens of a season.

A colour is an array (3,) of RGB in [0, 1]. Everything in a scene is coloured by its light: lit
and shaded sides get their own tint, and with distance all colours drift towards the haze.
"""

from dataclasses import dataclass, replace

import numpy as np

Colour = np.ndarray


def rgb(code: str) -> Colour:
    """Return the colour of a code such as ``#f2865a``."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Return a colour ``share`` of the way from ``a`` to ``b``."""
    return np.asarray(a + (b - a) * share, np.float32)


def vary(rng: np.random.Generator, colour: Colour, amount: float = 0.05) -> Colour:
    """Return a neighbour of the colour, a little brighter or darker, warmer or cooler."""
    shift = rng.uniform(-amount, amount) + rng.uniform(-amount, amount, 3) * 0.5
    return np.clip(colour + shift, 0, 1).astype(np.float32)


def pick(rng: np.random.Generator, *codes: str) -> Colour:
    """Return one of the coded colours, slightly varied."""
    return vary(rng, rgb(codes[rng.integers(len(codes))]), 0.03)


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a scene."""

    name: str
    sky: tuple[Colour, ...]  # from the zenith to the horizon
    sun: Colour  # tint of lit sides
    shadow: Colour  # tint of shaded sides
    haze: Colour  # what far things fade into
    haze_strength: float  # 0 clear … 1 thick
    glow: Colour  # the disc of the sun or moon and the sky around it
    lamps: bool = False  # dark enough that windows and lanterns are lit
    side: int = 1  # +1: it comes from the right; -1: from the left

    def lit(self, colour: Colour, depth: float = 0.0) -> Colour:
        """Return the colour of a side that faces the light, ``depth`` 0 near … 1 far."""
        return mix(np.clip(colour * self.sun, 0, 1), self.haze, depth * self.haze_strength)

    def shade(self, colour: Colour, depth: float = 0.0) -> Colour:
        """Return the colour of a side that turns away from the light."""
        return mix(colour * self.shadow, self.haze, depth * self.haze_strength)


def _light(
    name: str,
    sky: str,
    sun: tuple[float, float, float],
    shadow: tuple[float, float, float],
    haze: str,
    *,
    haze_strength: float,
    glow: str,
    lamps: bool = False,
) -> Light:
    return Light(
        name=name,
        sky=tuple(rgb(code) for code in sky.split()),
        sun=np.array(sun, np.float32),
        shadow=np.array(shadow, np.float32),
        haze=rgb(haze),
        haze_strength=haze_strength,
        glow=rgb(glow),
        lamps=lamps,
    )


LIGHTS = (
    _light("dawn", "#7d90c2 #d3abc0 #fbd3ae", (1.02, 0.89, 0.84), (0.60, 0.56, 0.72),
           "#efc6b8", haze_strength=0.75, glow="#fff0d2"),
    _light("morning", "#5b9dc4 #a5cdd8 #f4e5c8", (1.05, 1.00, 0.90), (0.60, 0.66, 0.80),
           "#dfe4d9", haze_strength=0.70, glow="#fffbe6"),
    _light("noon", "#2673ba #63acd9 #cbe5ea", (1.06, 1.03, 0.96), (0.56, 0.64, 0.78),
           "#c6dfe8", haze_strength=0.60, glow="#ffffff"),
    _light("summer", "#3f8fb8 #86c5c8 #eceac2", (1.08, 1.04, 0.88), (0.55, 0.62, 0.70),
           "#d8e6cf", haze_strength=0.55, glow="#fffde0"),
    _light("golden", "#5d8cae #e3c48f #f9bb68", (1.12, 0.95, 0.72), (0.58, 0.50, 0.58),
           "#f2c78c", haze_strength=0.70, glow="#fff2c4"),
    _light("sunset", "#39407f #ad567f #f0825a #fbd07c", (1.06, 0.76, 0.62), (0.44, 0.36, 0.52),
           "#e08c70", haze_strength=0.70, glow="#ffe9a8"),
    _light("dusk", "#202c5e #5d5792 #d78d9b", (0.80, 0.68, 0.82), (0.40, 0.37, 0.56),
           "#9a80a6", haze_strength=0.75, glow="#ffd9c9", lamps=True),
    _light("night", "#0b1636 #17335e #33607f", (0.50, 0.60, 0.80), (0.24, 0.30, 0.48),
           "#2f5573", haze_strength=0.70, glow="#f4f1da", lamps=True),
    _light("overcast", "#8496a4 #aebbc2 #d9dbd5", (0.90, 0.92, 0.93), (0.64, 0.68, 0.73),
           "#c3cbcd", haze_strength=0.75, glow="#eef0ee"),
    _light("fog", "#bcc7c8 #d0d6d1 #e6e3d8", (0.92, 0.92, 0.90), (0.68, 0.71, 0.73),
           "#d7d9d2", haze_strength=0.95, glow="#fbf8ee"),
    _light("storm", "#35434f #5f727b #b3b8a2", (0.84, 0.86, 0.80), (0.46, 0.52, 0.58),
           "#8a9894", haze_strength=0.75, glow="#e9e6c8"),
)  # fmt: skip


def varied_light(rng: np.random.Generator, light: Light) -> Light:
    """Return the light on another day: other hues, clearer or hazier, from either side."""
    cast = rng.uniform(-0.035, 0.035, 3).astype(np.float32)
    return replace(
        light,
        sky=tuple(np.clip(colour + cast, 0, 1) for colour in light.sky),
        haze=np.clip(light.haze + cast, 0, 1),
        haze_strength=float(np.clip(light.haze_strength * rng.uniform(0.75, 1.2), 0, 1)),
        side=int(rng.choice([-1, 1])),
    )


@dataclass(frozen=True, slots=True)
class Season:
    """The colours of what grows."""

    name: str
    grass: tuple[Colour, ...]
    leaves: tuple[Colour, ...]
    flowers: tuple[Colour, ...]


def _season(name: str, grass: str, leaves: str, flowers: str) -> Season:
    def colours(codes: str) -> tuple[Colour, ...]:
        return tuple(rgb(code) for code in codes.split())

    return Season(name, colours(grass), colours(leaves), colours(flowers))


_SEASONS = (
    _season("spring", "#9bb75a #7fa84f #b4c46a", "#7ea650 #a3bf62 #e9b8c4",
            "#f6e27a #f2a5b8 #fbf6ea #c9a0d8"),
    _season("summer", "#7f9c4a #5f8a44 #a3ab58", "#3f7044 #56874a #2f6150",
            "#e2573f #f4c542 #fbf6ea #7a73c9"),
    _season("autumn", "#b59a4e #97863f #c7ad62", "#c8742e #a8482a #d9a13a #7d7a3a",
            "#c2573a #e0b04a #f1e3c8 #9c5a7a"),
    _season("winter", "#e6ecf1 #d3dfe9 #f0f2f2", "#46625c #5a736b #7c8b8c",
            "#b23a3a #e9e4d8 #8aa0b8 #d9b0b8"),
)  # fmt: skip

SEASONS = {season.name: season for season in _SEASONS}
