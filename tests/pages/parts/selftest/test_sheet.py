"""The self-test as somebody takes it."""

import pytest

from pages.parts.selftest.bank import draw
from tests.pages.conftest import opener

self_test = opener("pages/selftest.py")


def answer(page, choose):
    for place, question in enumerate(draw(int(page.query_params.get("test", 1))).values(), 1):
        if (chosen := choose(place, question)) is not None:
            page.radio(key=f"answer-{place}").set_value(chosen)
    next(it for it in page.button if it.label == "Mark my answers").click().run()
    assert not page.exception


def headers(page) -> list[str]:
    return [it.value for it in page.header if "right" in it.value]


def test_right_answers_are_counted_and_the_sheet_outlives_a_reload(self_test):
    page = self_test(test="5")
    answer(page, lambda place, it: it.right)
    assert headers(page) == ["10 of 10 right"]
    marked = page.query_params["guess-test"]
    assert headers(self_test(test="5", **{"guess-test": marked})) == ["10 of 10 right"]


def test_what_is_wrong_or_left_out_is_not_right_and_is_told_with_its_place(self_test):
    page = self_test()

    def two_not_right(place, it):
        wrong = next(option for option in it.options if option != it.right)
        return {1: wrong, 2: None}.get(place, it.right)

    answer(page, two_not_right)
    assert headers(page) == ["8 of 10 right"]
    text = [it.value for it in page.markdown if "Not right" in it.value]
    assert len(text) == 2
    assert "Your answer: none" in text[1]
    places = [it.proto.label for it in page.get("page_link") if "Shown in" in it.proto.label]
    assert len(places) == 10


@pytest.mark.parametrize("text", ["", "0", "9" * 10, "abcdefghij", "0" * 11])
def test_answers_that_make_no_sense_are_none(self_test, text):
    page = self_test(**{"guess-test": text})
    assert headers(page) == []
    assert len(page.radio) == 10


def test_another_number_asks_anew(self_test):
    page = self_test()
    answer(page, lambda place, it: it.right)
    page.number_input(key="test").set_value(2).run()
    assert headers(page) == []
    assert page.radio(key="answer-1").value is None


def test_the_last_step_of_the_tour_is_marked_by_nine_right_answers(self_test):
    page = self_test(tour="10")
    answer(page, lambda place, it: None if place == 1 else it.right)
    assert page.query_params["guess-tour"] == "---------J"  # nine, which is enough
    assert "**0 of 9 guesses**" in " ".join(it.value for it in page.markdown)
    ways = {it.proto.page for it in page.get("page_link")}
    assert {"", "teaching", "inspect"} <= ways


def test_answers_that_are_not_marked_yet_outlive_a_reload(self_test):
    page = self_test()
    chosen = draw(1)["Tables"].options[1]
    place = [*draw(1)].index("Tables") + 1
    page.radio(key=f"answer-{place}").set_value(chosen).run()
    again = self_test(**{"guess-draft": page.query_params["guess-draft"]})
    assert again.radio(key=f"answer-{place}").value == chosen
    assert headers(again) == []


def test_the_key_names_for_each_question_the_letter_beside_its_right_answer(self_test):
    key = [it.value for it in self_test(test="7", form="Key").markdown]
    sheet = [it.value for it in self_test(test="7", form="Worksheet").markdown]
    for place, (subject, it) in enumerate(draw(7).items(), 1):
        (answer,) = (text for text in key if text.startswith(f"**{place} · {subject}: "))
        letter = answer.partition(": ")[2][0]
        (options,) = (text for text in sheet if f"☐ **{letter}** {it.right}" in text.split("  \n"))
        assert f"*{it.right}*" in answer
        assert options.count("☐") == len(it.options)
