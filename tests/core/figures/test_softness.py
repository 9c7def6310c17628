import pytest

from core.figures.softness import change_over_exponent


def step(exponent, mean):
    return {
        "exponent": exponent,
        "difference": {"mean": mean, "low": mean - 0.02, "high": mean + 0.01},
    }


CURVES = {
    "Beaches": [step(0, 0.03), step(0.5, 0.0), step(1, -0.04)],
    "<b>Cats</b>": [step(0, -0.05), step(0.5, 0.0), step(1, 0.02)],
}


def test_each_gallery_is_a_line_over_the_power_with_its_intervals():
    lines = change_over_exponent(CURVES, own=0.5).data
    assert [it.name for it in lines] == ["Beaches", "&lt;b&gt;Cats&lt;/b&gt;"]
    assert [list(it.y) for it in lines] == [[0.03, 0.0, -0.04], [-0.05, 0.0, 0.02]]
    for line in lines:
        assert list(line.x) == [0, 0.5, 1]
        assert list(line.error_y.array) == pytest.approx([0.01] * 3)
        assert list(line.error_y.arrayminus) == pytest.approx([0.02] * 3)
    assert len({(it.line.dash, it.marker.symbol) for it in lines}) == 2  # not by colour alone


def test_the_models_own_power_is_marked_where_every_line_meets_0():
    layout = change_over_exponent(CURVES, own=0.5).layout
    flat, upright = layout.shapes
    assert (flat.y0, flat.y1, upright.x0, upright.x1) == (0, 0, 0.5, 0.5)
    assert "the model's p = 0.5" in [it.text for it in layout.annotations]
