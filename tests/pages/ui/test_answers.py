"""What is said of an answer before its hits."""

from types import SimpleNamespace

import pytest

from pages.ui import answers
from pages.ui.view import View


@pytest.mark.parametrize(
    ("source", "strangeness", "is_offered"),
    [("upload", "It is far.", True), ("image", "It is far.", False), ("upload", None, False)],
)
def test_other_galleries_are_offered_to_a_stranger_that_can_go_there(
    source, strangeness, is_offered, monkeypatch
):
    offered = []
    monkeypatch.setattr(answers.galleries, "offer_others", offered.append)
    shown = View(source=source, name="x")
    answers.notes(SimpleNamespace(strangeness=strangeness, shortfall=None), shown)
    assert offered == [shown] * is_offered
