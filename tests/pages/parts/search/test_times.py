from dataclasses import replace

import pytest

from core.engine.kernels import readable
from core.search import STAGES
from pages.ui import answers

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.mark.parametrize(
    ("slow", "longest"),
    [
        ("decode", "opening the picture"),
        ("embed", "the network"),
        ("probe", "the look-up"),
        ("rerank", "the look-up"),
    ],
)
def test_the_guess_is_answered_by_the_times_of_this_search(search_page, monkeypatch, slow, longest):
    def answer(*given):
        result = plain_answer(*given)
        return replace(result, runs=dict.fromkeys(STAGES, (0.001,)) | {slow: (0.094,)})

    plain_answer = answers.answer
    monkeypatch.setattr(answers, "answer", answer)
    page = search_page(**RED)
    page.radio(key="guess-stage").set_value(longest).run()
    (revealed,) = page.success
    assert revealed.value.startswith("Right. It takes ")
    assert "of 99 ms, 9" in revealed.value  # six stages, and the exact scan is none of the parts


def captions(page):
    return [element.value for element in page.caption]


def test_until_the_engine_has_compiled_numpy_answers_and_the_page_says_so(search_page):
    page = search_page(**RED)
    assert any("still being compiled, so NumPy answers" in it for it in captions(page))
    assert not any("Measured here" in it for it in captions(page))


def test_the_engine_is_timed_with_the_same_hits_and_the_lines_cross(search_page, kernels):
    def names(page):
        return [it.value for it in page.markdown if it.value.startswith("**")]

    before = search_page(**RED)
    kernels.kernels = readable
    page = search_page(**RED)
    assert names(page) == names(before)
    assert not any("NumPy answers" in it for it in captions(page))
    (told,) = [it for it in captions(page) if it.startswith("Measured here: the scan takes")]
    assert told.endswith(("there on.", "every size.", "images there are."))
    assert any("the median of 15 runs" in it for it in captions(page))
