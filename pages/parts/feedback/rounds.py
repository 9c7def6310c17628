"""Relevance feedback as a visitor plays it: the rounds answered, which stand in the address.

What was answered is the state; the SVM and its rankings follow from it. They are kept in the
session only because learning all rounds again would take longer than learning the last one.

``answers=3fa2c1.12y30n.7y`` are two rounds of the game whose mark is 3fa2c1: rows 12 and 30, then
row 7. In another game, with another query say, they mean nothing.
"""

import hashlib
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import SettingError
from core.methods.svm import DEFAULT, FeedbackSession

_NAME = "answers"  # in the address
MOST_ROUNDS = 30  # of one game: whoever opens its link has all of them learned anew
_MOST_ANSWERS = MOST_ROUNDS * DEFAULT.n_asked
_LONGEST = 8 + MOST_ROUNDS + _MOST_ANSWERS * 10  # characters: nine digits and a letter each
_GAME = "feedback-game"  # in the session: the one that was shown last


@dataclass(frozen=True, slots=True)
class Round:
    """What was answered at once; rows count the images that are searched."""

    rows: tuple[int, ...]
    relevant: tuple[bool, ...]

    def __str__(self) -> str:
        return "".join(
            f"{row}{'y' if relevant else 'n'}"
            for row, relevant in zip(self.rows, self.relevant, strict=True)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a round as the address has it."""
        answers = re.findall(r"([0-9]+)([yn])", text)
        return cls(
            tuple(int(row) for row, _ in answers), tuple(answer == "y" for _, answer in answers)
        )


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


def current_game(key: Hashable, begin: Callable[[], FeedbackSession]) -> Game:
    """Return a game with all its rounds learned.

    Args:
        key: of gallery, vectors and query.
        begin: starts its session, where it is not at hand.
    """
    rounds = _from_address(key)
    game: Game | None = st.session_state.get(_GAME)
    if game is None or game.key != key or game.rounds != rounds[: len(game.rounds)]:
        game = Game(key, begin())
    try:
        game.catch_up(rounds)
    except SettingError:  # the address names an image that can't be asked about
        game = Game(key, begin())
    st.session_state[_GAME] = game
    return game


def add_round(key: Hashable, rows: NDArray[np.intp], relevant: NDArray[np.bool_]) -> None:
    """Add a round to a game."""
    new = Round(tuple(rows.tolist()), tuple(relevant.tolist()))
    _to_address(key, (*_from_address(key), new))


def undo_last_round(key: Hashable) -> None:
    """Take the last round of a game back."""
    _to_address(key, _from_address(key)[:-1])


def forget_rounds() -> None:
    """Forget all rounds."""
    st.query_params.pop(_NAME, None)


def _from_address(key: Hashable) -> tuple[Round, ...]:
    """Return the rounds that the address has for a game; nonsense is ignored."""
    text = st.query_params.get(_NAME, "")[: _LONGEST + 1]
    mark, *rounds = text.split(".")
    sensible = all(re.fullmatch(r"([0-9]{1,9}[yn])+", it) for it in rounds)
    n_answers = text.count("y") + text.count("n")
    bounded = len(rounds) <= MOST_ROUNDS and n_answers <= _MOST_ANSWERS and len(text) <= _LONGEST
    if mark != _mark(key) or not sensible or not bounded:
        return ()
    return tuple(map(Round.parse, rounds))


def _to_address(key: Hashable, rounds: tuple[Round, ...]) -> None:
    if rounds:
        st.query_params[_NAME] = ".".join([_mark(key), *map(str, rounds)])
    else:
        forget_rounds()


def _mark(key: Hashable) -> str:
    """Name a game in six characters."""
    return hashlib.blake2b(repr(key).encode(), digest_size=3).hexdigest()
