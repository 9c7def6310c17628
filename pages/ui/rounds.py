"""Relevance feedback as a visitor plays it: the rounds answered, kept in the session.

What was answered is the state; the SVM and its rankings follow from it. They are kept beside
it only because learning all rounds again would take longer than learning the last one.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.methods.svm import FeedbackSession

_ROUNDS = "feedback-rounds"  # in the session: key of a game -> its rounds
_GAME = "feedback-game"  # in the session: the one that was shown last


@dataclass(frozen=True, slots=True)
class Round:
    """What was answered at once; rows count the images that are searched."""

    rows: tuple[int, ...]
    relevant: tuple[bool, ...]


@dataclass(slots=True, eq=False)
class Game:
    """A query with its gallery and its vectors, and where its rounds have led so far."""

    key: Hashable
    session: FeedbackSession
    rounds: tuple[Round, ...] = ()
    rankings: list[NDArray[np.intp]] = field(init=False)  # rows, after 0, 1, 2 … rounds

    def __post_init__(self) -> None:
        self.rankings = [self.session.ranking()]

    def catch_up(self, rounds: tuple[Round, ...]) -> None:
        """Learn the rounds that it has not seen yet."""
        for it in rounds[len(self.rounds) :]:
            self.session.answer(it.rows, it.relevant)
            self.rankings.append(self.session.ranking())
        self.rounds = rounds

    def ranks_before(self) -> dict[int, int]:
        """Rank of every row before the last round; empty before the first."""
        if not self.rounds:
            return {}
        return {row: rank for rank, row in enumerate(self.rankings[-2].tolist(), start=1)}


def game(key: Hashable, begin: Callable[[], FeedbackSession]) -> Game:
    """Return a game with all its rounds learned.

    Args:
        key: of gallery, vectors and query.
        begin: starts its session, where it is not at hand.
    """
    rounds = _all().get(key, ())
    kept: Game | None = st.session_state.get(_GAME)
    if kept is None or kept.key != key or kept.rounds != rounds[: len(kept.rounds)]:
        kept = Game(key, begin())
    kept.catch_up(rounds)
    st.session_state[_GAME] = kept
    return kept


def add(key: Hashable, rows: NDArray[np.intp], relevant: NDArray[np.bool_]) -> None:
    """Add a round to a game."""
    new = Round(tuple(rows.tolist()), tuple(relevant.tolist()))
    _all()[key] = (*_all().get(key, ()), new)


def undo(key: Hashable) -> None:
    """Take the last round of a game back."""
    _all()[key] = _all().get(key, ())[:-1]


def start_again(key: Hashable) -> None:
    """Forget all rounds of a game."""
    _all().pop(key, None)


def _all() -> dict[Hashable, tuple[Round, ...]]:
    kept: dict[Any, tuple[Round, ...]] = st.session_state.setdefault(_ROUNDS, {})
    return kept
