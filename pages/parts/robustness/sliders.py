"""The sliders that change a query; what they say stands in the address, a name per slider.

It is read from there on every run, so reload, *back* and a link need no code of their own.
"""

from dataclasses import asdict, dataclass

from core.evaluation.robustness import Alteration
from core.language import later, tr
from pages.ui.address import NumberSlider, put


@dataclass(frozen=True, kw_only=True, slots=True)
class StrengthSlider(NumberSlider):
    """The strength of one change; its name in the address is ``Alteration``'s."""

    title: str  # of the change
    axis: str  # its name and unit
    strengths: tuple[float, ...]  # of the curve, beside the one that changes nothing


def _slider(
    name: str,
    scale: tuple[float, float, float],
    format: str,
    strengths: tuple[float, ...],
    *,
    start: float = 0.0,
    label: str | None = None,
) -> StrengthSlider:
    """A row of the table below; ``scale`` is the lowest and the highest value, and the step."""
    low, high, step = scale
    title, axis = _WORDS[name]
    return StrengthSlider(
        name=name,
        label=label or title,
        title=title,
        axis=axis,
        limits=(low, high),
        start=start,
        step=step,
        format=format,
        strengths=strengths,
    )


_WORDS = {  # what a change is called, by itself and with its unit
    "rotate": (later("Rotate"), later("rotate (degrees)")),
    "crop": (later("Crop"), later("crop (share of each side kept)")),
    "scale": (later("Scale"), later("scale (factor)")),
    "brightness": (later("Brightness"), later("brightness (factor)")),
    "contrast": (later("Contrast"), later("contrast (factor)")),
    "blur": (later("Blur"), later("blur (pixels)")),
    "noise": (later("Noise"), later("noise (grey levels)")),
}
_GREYS = (0.1, 0.3, 0.6, 1.3, 1.6, 2.0)  # factors
_ALL = (
    _slider("rotate", (-180.0, 180.0, 5.0), "%.0f°", (5, 15, 30, 60, 90, 135, 180)),
    _slider(
        "crop",
        (0.3, 1.0, 0.05),
        "percent",
        (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3),
        start=1.0,
        label=later("Crop, side kept"),
    ),
    _slider("scale", (0.5, 2.0, 0.05), "×%.2f", (0.5, 0.65, 0.8, 1.25, 1.5, 2.0), start=1.0),
    _slider("brightness", (0.1, 2.0, 0.1), "×%.1f", _GREYS, start=1.0),
    _slider("contrast", (0.1, 2.0, 0.1), "×%.1f", _GREYS, start=1.0),
    _slider("blur", (0.0, 10.0, 0.5), "%.1f px", (0.5, 1, 2, 3, 5, 7, 10)),
    _slider("noise", (0.0, 80.0, 4.0), later("%.0f levels"), (4, 8, 16, 24, 32, 48, 80)),
)
SLIDERS = {slider.name: slider for slider in _ALL}


def alteration() -> Alteration:
    """Return the strengths of all sliders, as the address says them."""
    return Alteration(**{name: slider.value for name, slider in SLIDERS.items()})


def put_alteration(by: Alteration) -> None:
    """Say the strengths of all sliders in the address."""
    for name, strength in asdict(by).items():
        put(name, strength, SLIDERS[name].start)


def describe(by: Alteration) -> str:
    """Say what is done to the picture."""
    words = {
        "scale": tr("scaled ×{factor:.2f}", factor=by.scale),
        "rotate": tr("turned by {degrees:.0f}°", degrees=by.rotate),
        "crop": tr("cropped to {share:.0%} of each side", share=by.crop),
        "brightness": tr("brightness ×{factor:.1f}", factor=by.brightness),
        "contrast": tr("contrast ×{factor:.1f}", factor=by.contrast),
        "blur": tr("blurred by {n_pixels:.1f} pixels", n_pixels=by.blur),
        "noise": tr("noise of {levels:.0f} grey levels", levels=by.noise),
    }
    done = [words[name] for name, value in asdict(by).items() if value != SLIDERS[name].start]
    return tr(", ").join(done) or tr("nothing changed yet")
