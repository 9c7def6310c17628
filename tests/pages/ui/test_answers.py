"""What is said of an answer before its hits."""

from types import SimpleNamespace

import pytest

from core.files import file_digest
from core.galleries.uploads import Original
from pages.ui import answers, resources, samples
from pages.ui.inputs import Query
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


def test_a_photograph_that_was_scaled_down_is_known_where_its_file_is_in_the_gallery(small_gallery):
    stored = resources.finished(resources.embedded(small_gallery))
    original = Original(file_digest(small_gallery.read(3)), ("scaled down",))
    data = samples.read("flower")
    mine = Query("mine.jpg", data, is_upload=True, original=original)
    result = answers.answer(mine, small_gallery, stored, View())
    assert (result.query_id, result.query.image.notes) == (3, ("scaled down",))
    stranger = answers.answer(Query("flower.jpg", data), small_gallery, stored, View())
    assert (stranger.query_id, stranger.query.image.notes) == (None, ())
