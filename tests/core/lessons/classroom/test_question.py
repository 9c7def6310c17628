"""Questions to a class: how a teacher writes them, and what is no question."""

import pytest

from core.errors import SettingError
from core.lessons.classroom.question import ClassQuestion


def test_a_teacher_writes_options_a_line_each_and_marks_the_right_one():
    it = ClassQuestion.written(" 2 + 2? ", "3\n\n * 4 \n5 * 1\n")
    assert (it.text, it.options, it.right) == ("2 + 2?", ("3", "4", "5 * 1"), "4")
    assert ClassQuestion.written("Liked?", "yes\nno").right is None


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("", "a\nb", "question is empty"),
        ("x" * 301, "a\nb", "301 characters"),
        ("?", "a", "has 1;"),
        ("?", "a\nb\nc\nd\ne\nf\ng", "has 7;"),
        ("?", "a\n*a", "the same"),
        ("?", "*a\n*b", "2 options begin"),
        ("?", f"a\n{'b' * 121}", "121 characters"),
        ("?", "a\n*", "option is empty"),
    ],
)
def test_what_is_no_question_is_refused_in_a_sentence(text, options, why):
    with pytest.raises(SettingError, match=why):
        ClassQuestion.written(text, options)


def test_a_right_answer_is_an_option_and_a_reason_is_short():
    with pytest.raises(SettingError, match="no option"):
        ClassQuestion(text="?", options=("a", "b"), right="c")
    with pytest.raises(SettingError, match="401 characters"):
        ClassQuestion(text="?", options=("a", "b"), why="x" * 401)
