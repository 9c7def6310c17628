"""The first images of the ranking, and how each has moved in the last round."""

import streamlit as st

from core.evaluation.metrics import precision_at
from core.language import tr
from core.methods.svm import FeedbackSession
from core.wording import count
from pages.parts.feedback.rounds import Game
from pages.parts.feedback.search import FeedbackSearch
from pages.ui.code import show_code
from pages.ui.grid import Fact, show_grid
from pages.ui.grid.gallery import tile
from pages.ui.view import View

N_SHOWN = 10  # images of the ranking: those that precision@10 counts


def show_ranking(search: FeedbackSearch, game: Game, shown: View) -> None:
    """Show the first images of the ranking, and how each has moved in the last round."""
    n_rounds = len(game.rounds)
    st.header(
        tr("The ranking after {rounds}", rounds=count(n_rounds, "round"))
        if n_rounds
        else tr("The ranking before any answer"),
        anchor=False,
    )
    before, answers = game.ranks_before(), game.session.answers
    if before:
        st.caption(
            tr(
                "▲ and ▼: places won and lost in the last round. New: was not among the first "
                "{n_shown}. *You* is your answer.",
                n_shown=N_SHOWN,
            )
        )
    show_grid(
        "ranking",
        [
            tile(
                search.gallery,
                int(search.ids[row]),
                shown,
                alt=tr("Rank {rank}: {name}", rank=rank, name=search.name(row)),
                facts=[
                    _rank(rank, before.get(row)),
                    *_answered(answers.get(row)),
                    search.relevance(row),
                ],
            )
            for rank, row in enumerate(game.rankings[-1][:N_SHOWN].tolist(), start=1)
        ],
    )
    show_code(FeedbackSession.to_ask, FeedbackSession.ranking, FeedbackSession._score, precision_at)


def _rank(rank: int, before: int | None) -> Fact:
    """Say a rank, and how it has changed: ▲ places won, ▼ lost."""
    if before is None or before == rank:
        return Fact(f"{rank}")
    if before > N_SHOWN:
        return Fact(tr("{rank} new", rank=rank))
    return Fact(f"{rank} ▲{before - rank}" if before > rank else f"{rank} ▼{rank - before}")


def _answered(answer: bool | None) -> list[Fact]:
    """Repeat what was answered about an image."""
    return [] if answer is None else [Fact(tr("you: yes") if answer else tr("you: no"), "faint")]
