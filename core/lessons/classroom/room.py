"""One room: who is here, what is asked, who has guessed what. Safe to use from many threads."""

import csv
import io
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from time import monotonic

from ...errors import RoomError
from ...language import later, tr
from .question import ClassQuestion, check_length

MAX_STUDENTS = 500
MAX_QUESTIONS = 100
MAX_NAME = 40  # characters
MAX_ADDRESS = 2_000  # characters
PACES = (later("too slow"), later("just right"), later("too fast"))


@dataclass(frozen=True, slots=True)
class Poll:
    """A question and the guesses at it, as they stand."""

    number: int  # from 1
    question: ClassQuestion
    counts: tuple[int, ...]  # guesses at each option
    is_revealed: bool


@dataclass(slots=True)
class Student:
    """Somebody in the room."""

    name: str
    hand: bool = False
    pace: str | None = None  # of PACES
    follows: bool = True  # their page goes where the class is


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who has joined, in that order, and what they signal."""

    names: tuple[str, ...]
    hands: tuple[str, ...]
    paces: dict[str, int]  # pace -> students
    n_following: int


@dataclass(slots=True)
class _Asked:
    question: ClassQuestion
    guesses: dict[str, int] = field(default_factory=dict)  # student's key -> place of the option
    is_revealed: bool = False

    def counts(self) -> tuple[int, ...]:
        given = Counter(self.guesses.values())
        return tuple(given[place] for place in range(len(self.question.options)))


class Room:
    """A class. The teacher has a key; each student has one, and with it one guess a question."""

    def __init__(self, code: str, *, clock: Callable[[], float] = monotonic) -> None:
        """Open.

        Args:
            code: by which students find it.
            clock: seconds that only go up.
        """
        self.code = code
        self.key = secrets.token_urlsafe(16)
        self.version = 0  # another one after every change
        self.stage = 0  # another one after a change that all students see
        self.is_closed = False
        self.shown = ""  # the relative address of the view that the class is sent to
        self._clock = clock
        self.used = clock()
        self._students: dict[str, Student] = {}
        self._asked: list[Poll] = []  # those that are over, without who guessed what
        self._now: _Asked | None = None
        self._lock = threading.Lock()

    # The teacher's --------------------------------------------------------------------------

    def is_teacher(self, key: str) -> bool:
        """Whether this is the teacher's key."""
        return compare_digest(key.encode(), self.key.encode())

    def ask(self, question: ClassQuestion) -> None:
        """Ask a question, in place of the one before.

        Raises:
            RoomError: as many questions as a room holds were asked.
        """
        with self._change(for_all=True):
            if len(self._asked) + bool(self._now) >= MAX_QUESTIONS:
                raise RoomError(
                    tr(
                        "A room holds {most} questions; download the report and open another room.",
                        most=MAX_QUESTIONS,
                    )
                )
            self._end()
            self._now = _Asked(question)

    def reveal(self) -> None:
        """Show all what was guessed and what is right; from now on no guess changes."""
        with self._change(for_all=True):
            if self._now:
                self._now.is_revealed = True

    def go_on(self) -> None:
        """Put the question away; its counts stay for the report."""
        with self._change(for_all=True):
            self._end()

    def show(self, address: str) -> None:
        """Send the class to a view; an empty address takes the link away.

        Raises:
            SettingError: the address is too long.
        """
        check_length(
            address,
            MAX_ADDRESS,
            later("The address has {n:,} characters; take one of at most {most:,}."),
        )
        with self._change(for_all=True):
            self.shown = address

    def attendance(self) -> Attendance:
        """Return who is here."""
        with self._lock:
            here = [*self._students.values()]
            paces = Counter(it.pace for it in here)
            return Attendance(
                names=tuple(it.name for it in here),
                hands=tuple(it.name for it in here if it.hand),
                paces={pace: paces[pace] for pace in PACES},
                n_following=sum(it.follows for it in here),
            )

    def report(self) -> str:
        """Return all questions and how often each option was guessed, as CSV; no names."""
        with self._lock:
            polls = [*self._asked, *filter(None, [self._poll()])]
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("number", "question", "option", "count", "right"))
        for poll in polls:
            it = poll.question
            for option, count in zip(it.options, poll.counts, strict=True):
                is_right = "" if it.right is None else "yes" if option == it.right else "no"
                rows.writerow((poll.number, it.text, option, count, is_right))
        return text.getvalue()

    # The students' --------------------------------------------------------------------------

    def join(self, name: str = "") -> str:
        """Take a student in, and return the key by which they come back.

        Raises:
            SettingError: the name is too long.
            RoomError: the room is full.
        """
        name = " ".join(name.split())
        check_length(name, MAX_NAME, later("The name has {n} characters; shorten it to {most}."))
        with self._change():
            number = len(self._students) + 1
            if number > MAX_STUDENTS:
                raise RoomError(
                    tr(
                        "Room {code} is full with {most} students; look at a neighbour's screen.",
                        code=self.code,
                        most=MAX_STUDENTS,
                    )
                )
            key = secrets.token_urlsafe(16)
            self._students[key] = Student(name or tr("Student {number}", number=number))
            return key

    def student(self, key: str) -> Student | None:
        """Return the student of a key, if they have joined; change nothing of it."""
        return self._students.get(key)

    def guess(self, key: str, number: int, option: str) -> None:
        """Take a student's guess, in place of their last one at this question.

        Args:
            key: the student's.
            number: of the question that the student saw.
            option: of that question.

        Raises:
            RoomError: the question is over or revealed, or the student or the option unknown.
        """
        with self._change():
            self._known(key)
            poll = self._poll()
            if not self._now or not poll or poll.number != number or poll.is_revealed:
                raise RoomError(tr("This question is over; wait for the next one."))
            if option not in poll.question.options:
                raise RoomError(
                    tr("The question has no option {option}; choose one of its own.", option=option)
                )
            self._now.guesses[key] = poll.question.options.index(option)

    def guessed(self, key: str) -> str | None:
        """Return what a student has guessed at the present question."""
        with self._lock:
            place = self._now.guesses.get(key) if self._now else None
            return self._now.question.options[place] if self._now and place is not None else None

    def raise_hand(self, key: str, *, up: bool) -> None:
        """Put a student's hand up or down.

        Raises:
            RoomError: the student is unknown.
        """
        with self._change():
            self._known(key).hand = up

    def set_pace(self, key: str, pace: str | None) -> None:
        """Note what a student thinks of the pace, one of ``PACES`` or nothing.

        Raises:
            RoomError: the student is unknown, or the pace.
        """
        with self._change():
            if pace is not None and pace not in PACES:
                raise RoomError(
                    tr(
                        "{pace} is no pace; choose one of {paces}.",
                        pace=pace,
                        paces=", ".join(map(tr, PACES)),
                    )
                )
            self._known(key).pace = pace

    def follow(self, key: str, *, on: bool) -> None:
        """Let a student's page go where the class is, or stay where it is.

        Raises:
            RoomError: the student is unknown.
        """
        with self._change():
            self._known(key).follows = on

    # What all see ---------------------------------------------------------------------------

    def poll(self) -> Poll | None:
        """Return the present question; its counts are for students once it is revealed."""
        with self._lock:
            return self._poll()

    def place(self) -> str:
        """Return the view where the class is, as a relative address; empty: in the room itself.

        A question is answered in the room, so it comes before the view that is shown.
        """
        with self._lock:
            return "" if self._now else self.shown

    def _poll(self) -> Poll | None:
        it, number = self._now, len(self._asked) + 1
        return Poll(number, it.question, it.counts(), it.is_revealed) if it else None

    def _end(self) -> None:
        if poll := self._poll():
            self._asked.append(poll)
        self._now = None

    def _known(self, key: str) -> Student:
        if key not in self._students:
            raise RoomError(tr("You are not in room {code} yet; join it first.", code=self.code))
        return self._students[key]

    @contextmanager
    def _change(self, *, for_all: bool = False) -> Iterator[None]:
        """Hold the lock; what raises has changed nothing."""
        with self._lock:
            yield
            self.used = self._clock()
            self.version += 1
            self.stage += for_all
