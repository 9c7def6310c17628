import pytest

from core.model.attention import ATTENTION_MODES
from tests.pages.parts.attention.conftest import RED, text

PARTS = ["Walk through", "Ablation", "Grad-CAM"]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_works_without_a_query_in_the_address_and_says_which_it_took(
    attention_page, part
):
    page = attention_page(gallery="scenes", part=part)
    assert not page.error
    assert "this is the gallery's first: blue/0" in text(page).replace("\\", "")


@pytest.mark.parametrize("attention", ATTENTION_MODES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_works_with_every_switch(attention_page, boards, part, attention):
    page = attention_page(**RED, part=part, attention=attention)
    assert not page.error
    assert ("gate" in boards) == (part == "Walk through" and attention in ("spatial", "both"))
    assert ("channels" in boards) == (part == "Walk through" and attention in ("channel", "both"))


@pytest.mark.parametrize("nonsense", ["-1", "2048", "1e3", "²", "9" * 30, "x"])
def test_nonsense_for_channel_opacity_and_hit_is_ignored(attention_page, boards, nonsense):
    attention_page(**RED)
    expected = boards["channels"]
    attention_page(**RED, channel=nonsense, opacity=nonsense)
    assert boards["channels"] == expected
    compared = attention_page(**RED, part="Grad-CAM", hit=nonsense).selectbox(key="hit")
    assert compared.value == compared.options[0].split(" · ")[1]
