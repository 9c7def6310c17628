"""A canvas that paints on colour and on the object's mask at the same time.

Whatever a pen lays down belongs to one of three roles:

- SUBJECT, the category's object: its paint covers colour and raises the mask;
- TRACE, what is there only because of the object (its shadow, its mirror image, its smoke):
  colour only, and its place is remembered;
- BACKDROP, all the rest: where it comes later than the object it hides it, so it lowers the mask.

So the mask needs no second drawing of the object, and what stands in front is left out exactly.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFilter

from . import noise, shapes
from .light import Colour, Light, Season, mix

SCALE = 3
"""Canvas pixels per picture pixel and side: every edge is averaged over 3 × 3 of them."""

Paint = Colour | Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A colour, or a function of local x and y (h, w) that returns RGB or RGBA (h, w, 3 or 4)."""


class Role(Enum):
    """What a stroke means to the mask."""

    BACKDROP = "backdrop"
    SUBJECT = "subject"
    TRACE = "trace"


class Canvas:
    """Colour (H, W, 3), the object's visible share (H, W) and its traces (H, W), 3 × enlarged."""

    def __init__(
        self,
        width: int,
        height: int,
        rng: np.random.Generator,
        *,
        light: Light,
        season: Season,
        with_subject: bool = True,
    ) -> None:
        size = (height * SCALE, width * SCALE)
        self.width, self.height = width, height
        self.light, self.season = light, season
        self.with_subject = with_subject
        self.colour = np.zeros((*size, 3), np.float32)
        self.subject = np.zeros(size, np.float32)
        self.traces = np.zeros(size, bool)
        strokes = noise.field(rng, *size, cell=(40, 14), octaves=3)
        pigment = noise.field(rng, *size, cell=(5, 5), octaves=2)
        self.texture = 0.75 * strokes + 0.3 * pigment

    @property
    def page(self) -> "Pen":
        """The pen of the backdrop: picture pixels, y down."""
        return Pen(self, np.eye(2), np.zeros(2))

    def pen(
        self,
        x: float,
        y: float,
        size: float,
        *,
        angle: float = 0.0,
        flip: bool = False,
        depth: float = 0.0,
        role: Role = Role.BACKDROP,
    ) -> "Pen":
        """Return a pen for a thing that stands at (x, y), whose unit is ``size``; y up.

        Args:
            x: where the thing's origin is, in picture pixels.
            y: the same, down from the top.
            size: picture pixels per unit.
            angle: turn against the clock, in radians.
            flip: draw it mirrored; the light still comes from its own side.
            depth: distance, 0 near … 1 far; fades it into the haze.
            role: what its strokes mean to the mask.
        """
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [-sin, -cos]])  # y up in local units, y down on the canvas
        mirror = np.diag([-1.0 if flip else 1.0, 1.0])
        return Pen(self, size * turn @ mirror, np.array([x, y]), depth=depth, role=role)

    def lay(
        self,
        rows: slice,
        columns: slice,
        coverage: np.ndarray,
        colour: np.ndarray,
        role: Role,
    ) -> None:
        """Lay paint over a part of the canvas.

        Args:
            rows: rows of the part, h of them.
            columns: its columns, w of them.
            coverage: share of each pixel that is painted over, (h, w).
            colour: RGB, (3,) or (h, w, 3).
            role: what the paint means to the mask.
        """
        if role is not Role.BACKDROP and not self.with_subject:
            return
        under = self.colour[rows, columns]
        under += coverage[..., None] * (colour - under)
        visible = self.subject[rows, columns]
        if role is Role.SUBJECT:
            visible += coverage * (1 - visible)
        elif role is Role.BACKDROP:
            visible *= 1 - coverage
        else:
            self.traces[rows, columns] |= coverage > 0

    def defocus(self, radius: float) -> None:
        """Blur all colour so far by ``radius`` picture pixels: what lies behind the focus."""
        if self.subject.any():
            raise ValueError("defocus comes before the subject: the mask would stay sharp")
        image = Image.fromarray((self.colour.clip(0, 1) * 255).astype(np.uint8))
        soft = image.filter(ImageFilter.GaussianBlur(radius * SCALE))
        self.colour[:] = np.asarray(soft, np.float32) / 255


class Pen:
    """Fills outlines that are given in the units of one thing."""

    def __init__(
        self,
        canvas: Canvas,
        matrix: np.ndarray,
        origin: np.ndarray,
        *,
        depth: float = 0.0,
        role: Role = Role.BACKDROP,
        opacity: float = 1.0,
    ) -> None:
        self.canvas = canvas
        self.matrix = matrix  # (2, 2) local units -> picture pixels
        self.origin = origin  # (2,) picture pixels
        self.depth = depth
        self.role = role
        self.opacity = opacity

    def moved(
        self,
        x: float = 0.0,
        y: float = 0.0,
        size: float | tuple[float, float] = 1.0,
        angle: float = 0.0,
    ) -> "Pen":
        """Return a pen for a part at (x, y), scaled (in x and y) and turned."""
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]]) @ np.diag(np.broadcast_to(size, 2))
        return self._with(self.matrix @ turn, self.origin + self.matrix @ (x, y))

    def to(self, role: Role, opacity: float = 1.0) -> "Pen":
        """Return the same pen in another role, perhaps thinner."""
        pen = self._with(self.matrix, self.origin)
        pen.role, pen.opacity = role, opacity
        return pen

    def mirrored(self, *, opacity: float, squash: float = 0.9) -> "Pen":
        """Return the pen of the mirror image in water that begins at y = 0."""
        pen = self._with(self.matrix @ np.diag([1.0, -squash]), self.origin)
        pen.role, pen.opacity = Role.TRACE, opacity
        return pen

    def _with(self, matrix: np.ndarray, origin: np.ndarray) -> "Pen":
        return Pen(
            self.canvas, matrix, origin, depth=self.depth, role=self.role, opacity=self.opacity
        )

    @property
    def unit(self) -> float:
        """Picture pixels per local unit."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    @property
    def side(self) -> int:
        """Where the light comes from in local units: +1 from +x, -1 from -x."""
        return self.canvas.light.side * (1 if self.matrix[0, 0] >= 0 else -1)

    def lit(self, colour: Colour) -> Colour:
        """Return the colour on a side that faces the light."""
        return self.canvas.light.lit(colour, self.depth)

    def shade(self, colour: Colour) -> Colour:
        """Return the colour on a side that turns away."""
        return self.canvas.light.shade(colour, self.depth)

    def half(self, colour: Colour) -> Colour:
        """Return the colour between light and shade."""
        return mix(self.lit(colour), self.shade(colour), 0.45)

    def column(self, colour: Colour, x0: float, x1: float) -> Paint:
        """Paint for an upright round thing between x0 and x1."""
        stops = [self.shade(colour), self.half(colour), self.lit(colour), self.half(colour)]
        near, far = (x1, x0) if self.side > 0 else (x0, x1)
        return linear((far, 0), (near, 0), *stops)

    def ball(self, colour: Colour, x: float, y: float, radius: float) -> Paint:
        """Paint for a round thing about (x, y), bright on its upper lit side."""
        bright = mix(self.lit(colour), self.lit(np.ones(3, np.float32)), 0.12)
        centre = (x + self.side * 0.4 * radius, y + 0.45 * radius)
        stops = (bright, self.lit(colour), self.half(colour), self.shade(colour))
        return radial(centre, 1.55 * radius, *stops)

    def shape(self, points: ArrayLike, paint: Paint, **how: Any) -> None:
        """Fill one outline; see ``fill``."""
        self.fill([points], paint, **how)

    def ellipse(self, x: float, y: float, rx: float, ry: float, paint: Paint, **how: Any) -> None:
        """Fill an ellipse about (x, y)."""
        self.fill([shapes.ellipse(x, y, rx, ry)], paint, **how)

    def disc(self, centre: np.ndarray, radius: float, paint: Paint, **how: Any) -> None:
        """Fill a small circle about a point (2,)."""
        self.fill([shapes.disc(centre, radius, steps=16)], paint, **how)

    def stroke(
        self, points: ArrayLike, width: float, paint: Paint, *, end: float | None = None, **how: Any
    ) -> None:
        """Draw a line ``width`` wide that tapers to ``end``."""
        self.fill([shapes.ribbon(points, width, end)], paint, **how)

    def fill(
        self,
        outlines: Sequence[ArrayLike],
        paint: Paint,
        *,
        soft: float = 0.0,
        opacity: float = 1.0,
        clip: ArrayLike | None = None,
        texture: float = 0.05,
    ) -> None:
        """Fill outlines with one paint; where they overlap they count once.

        Args:
            outlines: each (n, 2), in local units.
            paint: a colour, or a function of local x and y.
            soft: blur of the edge, in picture pixels.
            opacity: 1 covers, 0 does nothing.
            clip: paint only inside this outline.
            texture: how much the grain of the paint shows.
        """
        placed = [self._place(points) for points in outlines]
        if not placed:
            return
        window = self._window(np.concatenate(placed), 3 * soft * SCALE + 1)
        if window is None:
            return
        rows, columns = window
        corner = np.array([columns.start, rows.start])
        size = (columns.stop - columns.start, rows.stop - rows.start)
        coverage = _filled([points - corner for points in placed], size, soft * SCALE)
        if clip is not None:
            coverage = coverage * _filled([self._place(clip) - corner], size, 0)
        colour = self._colours(paint, rows, columns)
        if colour.shape[-1] == 4:
            coverage = coverage * colour[..., 3]
            colour = colour[..., :3]
        grain = 1 + texture * self.canvas.texture[rows, columns, None]
        strength = opacity * self.opacity
        self.canvas.lay(rows, columns, coverage * strength, colour * grain, self.role)

    def _place(self, points: ArrayLike) -> np.ndarray:
        local = np.asarray(points, float)
        return np.asarray((local @ self.matrix.T + self.origin) * SCALE)

    def _window(self, points: np.ndarray, margin: float) -> tuple[slice, slice] | None:
        height, width = self.canvas.subject.shape
        low = np.floor(points.min(axis=0) - margin).astype(int)
        high = np.ceil(points.max(axis=0) + margin).astype(int) + 1
        x0, y0 = max(low[0], 0), max(low[1], 0)
        x1, y1 = min(high[0], width), min(high[1], height)
        return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None

    def _colours(self, paint: Paint, rows: slice, columns: slice) -> np.ndarray:
        if not callable(paint):
            return paint
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) / SCALE
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / SCALE
        grid = np.stack(np.meshgrid(x, y), axis=-1) - self.origin.astype(np.float32)
        local = grid @ np.linalg.inv(self.matrix).T.astype(np.float32)
        return paint(local[..., 0], local[..., 1])


def linear(start: tuple[float, float], stop: tuple[float, float], *colours: Colour) -> Paint:
    """Paint that changes along a line, evenly through all colours (RGB or RGBA)."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    length = dx * dx + dy * dy + 1e-12

    def paint(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return _blend(((x - start[0]) * dx + (y - start[1]) * dy) / length, colours)

    return paint


def radial(centre: tuple[float, float], radius: float, *colours: Colour) -> Paint:
    """Paint that changes from a centre outwards, evenly through all colours (RGB or RGBA)."""

    def paint(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return _blend(np.hypot(x - centre[0], y - centre[1]) / radius, colours)

    return paint


def clear(colour: Colour, alpha: float) -> Colour:
    """Return the colour with an alpha, (4,): a stop of a gradient that fades out."""
    return np.append(colour, np.float32(alpha)).astype(np.float32)


def _blend(share: np.ndarray, colours: Sequence[Colour]) -> np.ndarray:
    stops = np.stack(colours)
    position = np.linspace(0, len(stops) - 1, 1024)
    lower = np.minimum(position.astype(int), len(stops) - 2)
    rest = (position - lower)[:, None]
    table = (stops[lower] + (stops[lower + 1] - stops[lower]) * rest).astype(np.float32)
    return np.asarray(table[(np.clip(share, 0, 1) * 1023).astype(np.int16)])


def _filled(outlines: Sequence[np.ndarray], size: tuple[int, int], soft: float) -> np.ndarray:
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    for outline in outlines:
        draw.polygon([(float(x), float(y)) for x, y in outline], fill=255)
    if soft:
        image = image.filter(ImageFilter.GaussianBlur(float(soft)))
    return np.asarray(image, np.float32) / 255
