from core.evaluation.robustness import Alteration
from pages.parts.robustness.sliders import SLIDERS

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_every_change_is_a_slider_whose_curve_stays_within_it():
    assert set(SLIDERS) == set(Alteration.__slots__)
    for name, slider in SLIDERS.items():
        assert slider.start == getattr(Alteration(), name)
        low, high = slider.limits
        assert low <= slider.start <= high
        assert all(low <= it <= high for it in slider.strengths)
        assert 5 <= len(slider.strengths) <= 7
