"""The sliders that change a query; what they say stands in the address, a name per slider.

It is read from there on every run, so reload, *back* and a link need no code of their own.
"""

from dataclasses import asdict, dataclass

from core.evaluation.robustness import Alteration
from pages.ui.address import NumberSlider, put


@dataclass(frozen=True, kw_only=True, slots=True)
class StrengthSlider(NumberSlider):
    """The strength of one change; its name in the address is ``Alteration``'s."""

    unit: str  # in the title of an axis
    strengths: tuple[float, ...]  # of the curve, beside the one that changes nothing


def _factor(name: str) -> StrengthSlider:
    """A factor on the grey levels."""
    return StrengthSlider(
        name=name,
        label=name.capitalize(),
        unit="factor",
        limits=(0.1, 2.0),
        start=1.0,
        step=0.1,
        format="×%.1f",
        strengths=(0.1, 0.3, 0.6, 1.3, 1.6, 2.0),
    )


_ALL = (
    StrengthSlider(
        name="rotate",
        label="Rotate",
        unit="degrees",
        limits=(-180.0, 180.0),
        start=0.0,
        step=5.0,
        format="%.0f°",
        strengths=(5, 15, 30, 60, 90, 135, 180),
    ),
    StrengthSlider(
        name="crop",
        label="Crop, side kept",
        unit="share of each side kept",
        limits=(0.3, 1.0),
        start=1.0,
        step=0.05,
        format="percent",
        strengths=(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3),
    ),
    StrengthSlider(
        name="scale",
        label="Scale",
        unit="factor",
        limits=(0.5, 2.0),
        start=1.0,
        step=0.05,
        format="×%.2f",
        strengths=(0.5, 0.65, 0.8, 1.25, 1.5, 2.0),
    ),
    _factor("brightness"),
    _factor("contrast"),
    StrengthSlider(
        name="blur",
        label="Blur",
        unit="pixels",
        limits=(0.0, 10.0),
        start=0.0,
        step=0.5,
        format="%.1f px",
        strengths=(0.5, 1, 2, 3, 5, 7, 10),
    ),
    StrengthSlider(
        name="noise",
        label="Noise",
        unit="grey levels",
        limits=(0.0, 80.0),
        start=0.0,
        step=4.0,
        format="%.0f levels",
        strengths=(4, 8, 16, 24, 32, 48, 80),
    ),
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
        "scale": f"scaled ×{by.scale:.2f}",
        "rotate": f"turned by {by.rotate:.0f}°",
        "crop": f"cropped to {by.crop:.0%} of each side",
        "brightness": f"brightness ×{by.brightness:.1f}",
        "contrast": f"contrast ×{by.contrast:.1f}",
        "blur": f"blurred by {by.blur:.1f} pixels",
        "noise": f"noise of {by.noise:.0f} grey levels",
    }
    done = [words[name] for name, value in asdict(by).items() if value != SLIDERS[name].start]
    return ", ".join(done) or "nothing changed yet"
