from dataclasses import replace

import pytest

from core.search import STAGES
from pages.ui import answers

RED = {"gallery": "scenes", "image": "red/1.jpg"}


@pytest.mark.parametrize(
    ("slow", "longest"),
    [
        ("decode", "reading the picture"),
        ("embed", "the network"),
        ("probe", "hashing and probing"),
        ("rerank", "comparing candidates"),
    ],
)
def test_the_guess_is_answered_by_the_times_of_this_search(search_page, monkeypatch, slow, longest):
    def answer(*given):
        result = plain_answer(*given)
        return replace(result, seconds=dict.fromkeys(STAGES, 0.001) | {slow: 0.094})

    plain_answer = answers.answer
    monkeypatch.setattr(answers, "answer", answer)
    page = search_page(**RED)
    page.radio(key="guess-stage").set_value(longest).run()
    (revealed,) = page.success
    assert revealed.value.startswith("Right. It took ")
    assert "of 99 ms, 9" in revealed.value  # six stages, and the exact scan is none of the parts
