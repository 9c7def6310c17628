"""The sheet of a self-test: ten questions to answer, and the same marked, to be printed.

The answers stand in the address, so a reload or a bookmark keeps the sheet:
``guess-test=2031-10220`` has the place of the chosen option for each question, ``-`` for none, once
they are marked; until then they are ``guess-draft``.
"""

import re
from collections.abc import Mapping

import streamlit as st

from core.language import later, tr
from pages.parts.selftest.bank import draw
from pages.parts.selftest.paper import show_key, show_worksheet
from pages.parts.selftest.question import DrawnQuestion, Place
from pages.ui import tour
from pages.ui.address import follow, tied
from pages.ui.button import print_page

_NUMBERS = range(1, 1_000)
_ANSWERS, _DRAFT = "guess-test", "guess-draft"  # in the address; links for others leave them out
_NONE = "-"
_PASSED = 0.9  # of the answers are right


def show_sheet() -> None:
    """Show the questions of a test, or what became of them."""
    if not tour.shows("choice"):  # on the tour the step says which test
        named = st.query_params.get("test", "")
        number = int(named) if named in map(str, _NUMBERS) else _NUMBERS[0]
        _show_test(number, draw(number))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="choose-test"):
        number = st.number_input(
            tr("Number of the test"),
            _NUMBERS[0],
            _NUMBERS[-1],
            width=200,
            **tied("test", _NUMBERS, _NUMBERS[0]) | {"on_change": _another_test, "args": ()},
        )
        form = st.segmented_control(
            tr("Form"),
            list(_FORMS),
            format_func=tr,
            required=True,
            **tied("form", _FORMS, next(iter(_FORMS))),
        )
        if form in _PRINT:
            print_page("print-paper", tr(_PRINT[form]))
    questions = draw(number)
    _FORMS[form](number, questions)


def _show_test(number: int, questions: Mapping[str, DrawnQuestion]) -> None:
    if tour.shows("words"):
        st.markdown(
            tr(
                "Ten questions, one on each subject. After you mark them, each says where in the "
                "app the answer is. Another number draws other questions."
            )
        )
    answers = _parse(st.query_params.get(_ANSWERS, ""), questions)
    if answers is None:
        _ask(questions)
    else:
        _show_marked(number, questions, answers)


_FORMS = {
    later("On the screen"): _show_test,
    later("Worksheet"): show_worksheet,
    later("Key"): show_key,
}
_PRINT = {"Worksheet": later("Print the worksheet"), "Key": later("Print the key")}


def _ask(questions: Mapping[str, DrawnQuestion]) -> None:
    given = _parse(st.query_params.get(_DRAFT, ""), questions) or [None] * len(questions)
    rows = zip(questions.items(), given, strict=True)
    for place, ((subject, it), answer) in enumerate(rows, 1):
        follow(_key(place), answer)
        st.radio(
            f"{_title(place, subject)} {it.text}",
            it.options,
            index=None,
            key=_key(place),
            on_change=_write,
            args=(_DRAFT, questions),
        )
    st.button(
        tr("Mark my answers"),
        type="primary",
        icon=":material/check:",
        on_click=_mark,
        args=(questions,),
    )


def _show_marked(
    number: int, questions: Mapping[str, DrawnQuestion], answers: list[str | None]
) -> None:
    right = [it.right == given for it, given in zip(questions.values(), answers, strict=True)]
    tour.show_end()
    st.header(tr("{n_right} of {n} right", n_right=sum(right), n=len(right)), anchor=False)
    if tour.shows("words"):
        st.caption(tr("Test {number} of the Hashlight self-test.", number=number))
    with st.container(horizontal=True, key="sheet-buttons"):
        print_page("print-sheet", tr("Print this sheet"))
        st.button(tr("Answer again"), icon=":material/undo:", on_click=_answer_again)
        st.button(
            tr("Ten other questions"),
            icon=":material/casino:",
            on_click=_another_test,
            args=(number % _NUMBERS[-1] + 1,),
        )
    rows = zip(questions.items(), answers, right, strict=True)
    for place, ((subject, it), given, is_right) in enumerate(rows, 1):
        title = _title(place, subject)
        if is_right and not tour.shows("words"):
            part = tr(it.place.title).rpartition(" › ")[2]
            _show_place(it.place, f":green[:material/check:] {title} {part}")
            continue
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"{title} {it.text}")
            _show_answer(it, given, is_right)
            _show_place(it.place, tr("Shown in: {title}", title=tr(it.place.title)))


def _title(place: int, subject: str) -> str:
    """Return the number of a question, and off the tour its subject."""
    return f"**{place} · {tr(subject)}.**" if tour.shows("words") else f"**{place}.**"


def _show_answer(question: DrawnQuestion, given: str | None, is_right: bool) -> None:
    yours = f"*{given}*" if given else tr("none")
    if is_right:
        st.markdown(
            tr(":green[:material/check: **Right**]: {yours}. {why}", yours=yours, why=question.why)
        )
    else:
        st.markdown(
            tr(
                ":orange[:material/close: **Not right**]. Your answer: {yours}. Right is "
                "*{right}*. {why}",
                yours=yours,
                right=question.right,
                why=question.why,
            )
        )


def _show_place(place: Place, label: str) -> None:
    st.page_link(
        place.page,
        label=label,
        icon=":material/arrow_outward:",
        query_params=place.params,
    )


def _mark(questions: Mapping[str, DrawnQuestion]) -> None:
    """Mark the answers, once and for all."""
    _write(_ANSWERS, questions)
    tour.forget(_DRAFT)
    n_right = sum(it.right == answer for it, answer in _given(questions))
    st.toast(
        tr("{n_right} of {n} right", n_right=n_right, n=len(questions)),
        icon=":material/check:",
    )  # whatever is in view
    tour.tested(n_right, is_right=n_right >= _PASSED * len(questions))


def _write(name: str, questions: Mapping[str, DrawnQuestion]) -> None:
    """Take the answers into the address."""
    st.query_params[name] = "".join(
        _NONE if answer is None else str(it.options.index(answer))
        for it, answer in _given(questions)
    )


def _given(questions: Mapping[str, DrawnQuestion]) -> list[tuple[DrawnQuestion, str | None]]:
    """Return each question with its answer, as it is chosen now."""
    return [(it, st.session_state[_key(place)]) for place, it in enumerate(questions.values(), 1)]


def _parse(text: str, questions: Mapping[str, DrawnQuestion]) -> list[str | None] | None:
    """Read answers from the address; None where it has none, or none that make sense."""
    if not re.fullmatch(f"[0-9{_NONE}]{{{len(questions)}}}", text):
        return None
    answers: list[str | None] = []
    for it, place in zip(questions.values(), text, strict=True):
        if place == _NONE:
            answers.append(None)
        elif int(place) < len(it.options):
            answers.append(it.options[int(place)])
        else:
            return None
    return answers


def _answer_again() -> None:
    tour.forget(_ANSWERS)


def _another_test(number: int | None = None) -> None:
    """Draw other questions: answers to the old ones are gone with them."""
    number = number or st.session_state["test"]
    st.query_params["test"] = str(number)
    tour.forget(_ANSWERS, _DRAFT)


def _key(place: int) -> str:
    return f"answer-{place}"
