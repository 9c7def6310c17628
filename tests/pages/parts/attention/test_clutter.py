"""A picture in clutter: what lies on it, what it still finds, and what is asked of it."""

import pytest

from core.evaluation import results
from tests.pages.parts.attention.conftest import RED, in_address, text


@pytest.mark.parametrize(("side", "area"), [("1.0", "100%"), ("0.5", "25%")])
def test_the_picture_covers_the_square_of_its_side(attention_page, boards, side, area):
    page = attention_page(**RED, part="Clutter", side=side, k="4")
    (panel,) = boards["crowded"]["panels"]
    assert f"which covers {area}" in panel["note"]
    found = {it.label: it.value for it in page.metric}
    assert set(found) == {"Found without attention", "Found with both gates"}
    if side == "1.0":  # nothing is around it, and noise of one colour finds that colour
        assert set(found.values()) == {"4 of 4"}


def test_the_guess_is_answered_by_the_results_and_only_then_is_the_figure_shown(attention_page):
    page = attention_page(**RED, part="Clutter")
    assert "95 % interval" not in text(page)
    page.radio(key="guess-clutter").set_value("in between").run()
    steps = results.load("clutter-scenes", results.RESULTS)["steps"]
    gains = [step["gain"]["both"]["mean"] for step in steps]
    assert f"Right. Without clutter they gain {gains[0]:+.4f} mAP" in text(page)
    assert f"{max(gains):+.4f}" in text(page)
    assert "95 % interval" in text(page)  # below the figure
    assert in_address(page, "guess-clutter") == "in between"
