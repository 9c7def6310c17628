"""What the SVM asks about, and the answers."""

from collections.abc import Hashable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.language import tr
from pages.parts.feedback import rounds
from pages.parts.feedback.rounds import Game
from pages.parts.feedback.search import FeedbackSearch
from pages.ui.errors import plain
from pages.ui.grid.gallery import thumbnail

_ASKED = "feedback-asked"  # in the session: game and round that the controls are of


def show_questions(search: FeedbackSearch, game: Game) -> None:
    """Show what the SVM asks about, and take the answers."""
    n_rounds = len(game.rounds)
    is_over = n_rounds >= rounds.MOST_ROUNDS
    asked = game.session.to_ask()[: 0 if is_over else None]
    st.header(
        tr("Round {number}: what the SVM asks", number=n_rounds + 1),
        anchor=False,
    )
    if is_over:
        st.info(
            tr(
                "{n_rounds} rounds are the most of one game; undo the last one, or start again.",
                n_rounds=n_rounds,
            )
        )
    elif not len(asked):
        st.info(tr("You have answered about every image: there is nothing left to ask."))
    elif game.session.has_boundary:
        st.caption(
            tr("The images nearest to its boundary between yes and no: it is least sure here.")
        )
    else:
        st.caption(
            tr(
                "The images ranked first: as long as nothing was called not relevant there is no "
                "boundary, and images are ranked by how close they are to the query and to every "
                "yes."
            )
        )
    if len(asked):
        _form(search, game, asked)
    with st.container(horizontal=True):
        if search.relevant is not None and len(asked):
            st.button(
                tr("Let the labels answer"),
                icon=":material/sell:",
                help=tr(
                    "Say yes to whatever has the query's label, as the simulated user of the "
                    "experiment does."
                ),
                on_click=rounds.add_round,
                args=(game.key, asked, search.relevant[asked]),
            )
        st.button(
            tr("Undo the last round"),
            icon=":material/undo:",
            disabled=not n_rounds,
            on_click=rounds.undo_last_round,
            args=(game.key,),
        )
        st.button(
            tr("Start again"),
            icon=":material/restart_alt:",
            disabled=not n_rounds,
            on_click=rounds.forget_rounds,
        )


def _form(search: FeedbackSearch, game: Game, asked: NDArray[np.intp]) -> None:
    names = {_control(place): row for place, row in enumerate(asked.tolist())}
    # The controls stay from round to round, which saves the browser much work; what was said in
    # them is of one round.
    if st.session_state.get(_ASKED) != (now := (game.key, game.rounds)):
        st.session_state[_ASKED] = now
        st.session_state.update(dict.fromkeys(names))
    with st.form(f"questions-{len(game.rounds)}", border=False):
        with st.grid(min_column_width=140, gap="xsmall"):
            for place, row in enumerate(names.values()):
                _question(search, place, row)
        # An answer leads to the next round, whose button is another one and not pressed.
        if st.form_submit_button(
            tr("Answer"),
            type="primary",
            icon=":material/check:",
            on_click=_answer,
            args=(game.key, names),
        ):
            st.warning(tr("Nothing was answered; say yes or no below one image at least."))


def _question(search: FeedbackSearch, place: int, row: int) -> None:
    id = int(search.ids[row])
    item = search.gallery.items[id]
    with st.container(key=f"asked-{place}", gap="xsmall"):
        picture, problem = thumbnail(search.gallery, id)
        if picture:
            st.image(picture, width="stretch", alt=tr("Asked: {name}", name=search.name(row)))
        else:
            st.caption(plain(problem))
        st.segmented_control(
            tr("Is {name} relevant?", name=plain(item.name)),
            [True, False],
            format_func=lambda relevant: tr("Yes") if relevant else tr("No"),
            label_visibility="collapsed",
            width="stretch",
            key=_control(place),
        )


def _control(place: int) -> str:
    """Name the control below the image in this place of a round, from 0."""
    return f"answer-{place}"


def _answer(key: Hashable, names: dict[str, int]) -> None:
    """Take what was answered as a round; images without an answer may be asked about again."""
    given = {row: st.session_state[name] for name, row in names.items()}
    given = {row: relevant for row, relevant in given.items() if relevant is not None}
    if given:
        rounds.add_round(key, np.array(list(given)), np.array(list(given.values())))
