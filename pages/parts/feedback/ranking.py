"""The first images of the ranking, and how each has moved in the last round."""

import streamlit as st

from core.evaluation.metrics import precision_at
from core.methods.svm import FeedbackSession
from pages.parts.feedback.rounds import Game
from pages.parts.feedback.search import FeedbackSearch
from pages.ui import cards
from pages.ui.code import show_code
from pages.ui.view import View

N_SHOWN = 10  # images of the ranking: those that precision@10 counts


def show_ranking(search: FeedbackSearch, game: Game, shown: View) -> None:
    """Show the first images of the ranking, and how each has moved in the last round."""
    n_rounds = len(game.rounds)
    st.header(
        f"The ranking after {n_rounds} round{'' if n_rounds == 1 else 's'}"
        if n_rounds
        else "The ranking before any answer",
        anchor=False,
    )
    before, answers = game.ranks_before(), game.session.answers
    if before:
        st.caption(
            f"▲ and ▼: places won and lost in the last round. New: was not among the first "
            f"{N_SHOWN}. A thumb is your answer."
        )
    with cards.grid("ranking"):
        for rank, row in enumerate(game.rankings[-1][:N_SHOWN].tolist(), start=1):
            id = int(search.ids[row])
            item = search.gallery.items[id]
            facts = f"**{rank}** {_moved(rank, before.get(row))} {_thumb(answers.get(row))}"
            cards.card(
                f"ranking-{rank}",
                search.gallery,
                id,
                facts=f"{facts}  \n{search.relevance(row)}",
                link="Search with it",
                alt=f"Rank {rank}: {item.label or item.name}",
                shown=shown,
            )
    show_code(FeedbackSession.to_ask, FeedbackSession.ranking, FeedbackSession._score, precision_at)


def _moved(rank: int, before: int | None) -> str:
    """Say how a rank has changed: ▲ places won, ▼ lost."""
    if before is None or before == rank:
        return ""
    if before > N_SHOWN:
        return ":green[**new**]"
    return f":green[▲{before - rank}]" if before > rank else f":orange[▼{rank - before}]"


def _thumb(answer: bool | None) -> str:
    if answer is None:
        return ""
    return ":material/thumb_up:" if answer else ":material/thumb_down:"
