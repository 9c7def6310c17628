"""A class over the websocket: ``python -m tools.class_load`` (Linux). A teacher and many students.

All students join by the room's code at once, guess at every question, raise their hands, and are
sent to a view. Each step is timed for each student: from the teacher's press, or the student's own,
until that student's page shows what comes of it. No browser draws here; what a browser would ask
for by itself, every two seconds, is asked for.

A student who doesn't get there, or to whom anything but the lesson is shown, is a failure; so is a
count beside the truth that isn't that of the guesses made.

    python -m tools.class_load                 100 students, 3 questions
    python -m tools.class_load --save          also writes assets/results/classroom.json
"""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.cli.common import circumstances, write_json
from tools.load import PATIENCE, RESULTS, Visitor, megabytes, processor_seconds
from tools.running_app import running

QUIET = 10  # seconds in which nothing is asked, and the pages only look whether something is
VIEW = "/search?image=owl%2F03.jpg"
ENDED = (
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass
class Seat(Visitor):
    """A tab at a page, without the browser: what the page shows, and what it asks by itself."""

    page_name: ClassVar[str] = "classroom"

    query: str = ""  # of the address
    script: str = ""  # what the server calls the page, once it has said so
    page: dict[tuple[int, ...], Delta] = field(default_factory=dict)  # place -> what stands there
    problems: list[str] = field(default_factory=list)
    values: dict[str, WidgetState] = field(default_factory=dict)  # of widgets that keep theirs
    clocks: list[asyncio.Task[None]] = field(default_factory=list)  # of fragments
    running: bool = False  # what is drawn now may be half of the page
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, **params: str) -> AsyncIterator[Self]:
        """Open the page, and read what comes until the block is left."""
        async with cls.at(url) as seat:
            seat.query = urlencode(params)
            reading = asyncio.create_task(seat._read())
            reading.add_done_callback(seat._stop)
            try:
                await seat._run()
                yield seat
            finally:
                for task in (reading, *seat.clocks):
                    task.cancel()

    async def until(self, is_there: Callable[[], Any]) -> float:
        """Wait for something on a page that is drawn to its end, and return when it was there."""
        while self.running or not is_there():
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), PATIENCE)
        return perf_counter()

    async def press(self, label: str) -> float:
        """Press a button once it is there, and return when."""
        await self.until(lambda: self.button(label))
        delta = self.button(label)
        assert delta is not None
        start = perf_counter()
        id = delta.new_element.button.id
        await self._run(delta.fragment_id, WidgetState(id=id, trigger_value=True))
        return start

    async def set(self, delta: Delta, state: WidgetState) -> None:
        """Change a widget."""
        self.values[state.id] = state
        await self._run(delta.fragment_id)

    def all(self, kind: str) -> list[Delta]:
        """Return the elements of a kind, in their order on the page."""
        places = sorted(self.page)
        return [
            self.page[it] for it in places if self.page[it].new_element.WhichOneof("type") == kind
        ]

    def button(self, label: str) -> Delta | None:
        """Return the button of a name."""
        named = (it for it in self.all("button") if it.new_element.button.label == label)
        return next(named, None)

    def options(self) -> list[Delta]:
        """Return the buttons by which one guesses."""
        return [it for it in self.all("button") if "-option-" in it.new_element.button.id]

    def bars(self) -> list[str]:
        """Return what the bars of a revealed question say."""
        return [it.new_element.progress.text for it in self.all("progress")]

    def says(self, text: str) -> bool:
        """Whether a message, a text or a link on the page has this in it."""
        words = (
            *(it.new_element.alert.body for it in self.all("alert")),
            *(it.new_element.markdown.body for it in self.all("markdown")),
            *(it.new_element.page_link.label for it in self.all("page_link")),
        )
        return any(text in it for it in words)

    def metric(self, label: str) -> str:
        """Return the number below a label; nothing where it isn't there."""
        for delta in self.all("metric"):
            if delta.new_element.metric.label == label:
                return str(delta.new_element.metric.body)
        return ""

    async def _run(
        self, fragment: str = "", *pressed: WidgetState, by_itself: bool = False
    ) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self.query, self.script
        asked.page_name = "" if self.script else self.page_name
        asked.fragment_id, asked.is_auto_rerun = fragment, by_itself
        asked.widget_states.widgets.extend([*self.values.values(), *pressed])
        await self.socket.send(message.SerializeToString())

    def _stop(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled() and (error := reading.exception()):
            self.problems.append(f"lost: {error!r}"[:200])

    async def _read(self) -> None:
        async for reply in self._replies():
            kind = reply.WhichOneof("type")
            self.running |= kind == "new_session"
            if kind == "new_session" and not reply.metadata.run.fragment_ids:
                self.page.clear()
                for clock in self.clocks:
                    clock.cancel()
                self.clocks.clear()
            elif kind == "delta" and reply.delta.WhichOneof("type") == "new_element":
                self._draw(tuple(reply.metadata.delta_path), reply.delta)
            elif kind == "navigation":
                self.script = reply.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = reply.page_info_changed.query_string
            elif kind == "auto_rerun":
                again = self._again(reply.auto_rerun.fragment_id, reply.auto_rerun.interval)
                self.clocks.append(asyncio.create_task(again))
            elif kind == "script_finished" and reply.script_finished in ENDED:
                self.running = False
                self.news.set()

    def _draw(self, place: tuple[int, ...], delta: Delta) -> None:
        self.page[place] = delta
        element = delta.new_element
        if element.WhichOneof("type") == "text_input":  # sent empty, as a browser does
            id = element.text_input.id
            self.values.setdefault(id, WidgetState(id=id, string_value=element.text_input.default))
        if element.WhichOneof("type") == "exception":
            self.problems.append(f"exception: {element.exception.message[:200]}")
        elif element.WhichOneof("type") == "alert" and element.alert.format == element.alert.ERROR:
            self.problems.append(f"message: {element.alert.body[:200]}")

    async def _again(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._run(fragment, by_itself=True)


Step = Callable[[Seat, int], Awaitable[float]]
"""Given a seat and its number, does or sees something, and returns when that was."""

# The lesson -------------------------------------------------------------------------------


class Lesson:
    """A lesson, step by step, with what each step took."""

    def __init__(self, teacher: Seat, students: list[Seat], pid: int) -> None:
        """Begin; the students aren't in the room yet."""
        self.teacher, self.students = teacher, students
        self.steps: dict[str, list[float]] = {}  # step -> seconds, one a student and time
        self.processor: dict[str, float] = {}  # step -> seconds of the server's processor
        self.failures: list[str] = []
        self._pid = pid

    async def step(self, name: str, of_student: Step, start: float | None = None) -> None:
        """Let all students do or see something at once.

        Args:
            name: of the step.
            of_student: given a seat and its number, returns when that student was through.
            start: when the teacher pressed; by default each student's clock starts now.
        """
        before, begun = processor_seconds(self._pid), start or perf_counter()
        ended = await asyncio.gather(
            *(of_student(it, at) for at, it in enumerate(self.students)), return_exceptions=True
        )
        for it in ended:
            if isinstance(it, BaseException):
                self.failures.append(f"{name}: {it!r}"[:200])
            else:
                self.steps.setdefault(name, []).append(it - begun)
        used = processor_seconds(self._pid) - before
        self.processor[name] = self.processor.get(name, 0.0) + used

    async def give(self, rounds: int) -> None:
        """Give the whole lesson."""
        everybody = f"{len(self.students)} of {len(self.students)}"
        await self.step("join", join)
        for number in range(1, rounds + 1):
            asked = await self.teacher.press("Ask the class")
            await self.step("see the question", see_options, asked)
            await self.step("guess", guess)
            await self.teacher.until(lambda: self.teacher.metric("Answered") == everybody)
            revealed = await self.teacher.press("Reveal")
            await self.step("see the answer", see_bars, revealed)
            await self.teacher.until(self.teacher.bars)
            self._count(number)
            await self.teacher.press("Next")
            await asyncio.gather(*(see_nothing(it, 0) for it in self.students))
        await self.step("raise a hand", raise_hand)
        await self.step("are sent to a view", see_view, await self._show_view())
        problems = (it for seat in (self.teacher, *self.students) for it in seat.problems)
        self.failures += sorted(set(problems))

    async def quiet(self) -> float:
        """Return how much of one core the server uses while all only wait."""
        before = processor_seconds(self._pid)
        await asyncio.sleep(QUIET)
        return (processor_seconds(self._pid) - before) / QUIET

    def _count(self, number: int) -> None:
        """Compare what everybody sees with the guesses made: one after the other, in turn."""
        n_options, n = len(self.teacher.bars()), len(self.students)
        wanted = [len(range(at, n, n_options)) for at in range(n_options)]
        for seat in (self.teacher, *self.students):
            if [_guesses(bar) for bar in seat.bars()] != wanted:
                self.failures.append(f"question {number}: {seat.bars()} for {wanted}")

    async def _show_view(self) -> float:
        for delta in self.teacher.all("text_input"):
            field = delta.new_element.text_input
            if field.label.startswith("Or an address"):
                self.teacher.values[field.id] = WidgetState(id=field.id, string_value=VIEW)
        return await self.teacher.press("Show this")


async def see_nothing(seat: Seat, at: int) -> float:
    """Wait until nothing is asked."""
    return await seat.until(lambda: seat.says("Nothing is asked"))


async def join(seat: Seat, at: int) -> float:
    """Join, and wait for the seat."""
    await seat.press("Join")
    return await see_nothing(seat, at)


async def see_options(seat: Seat, at: int) -> float:
    """Wait for the question."""
    return await seat.until(seat.options)


async def guess(seat: Seat, at: int) -> float:
    """Guess, each at another option, and wait until the page says that it was taken."""
    options = [it.new_element.button.label for it in seat.options()]
    own = options[at % len(options)]
    await seat.press(own)
    return await seat.until(lambda: _is_chosen(seat, own))


async def see_bars(seat: Seat, at: int) -> float:
    """Wait for the guesses of all beside what is right."""
    return await seat.until(seat.bars)


async def raise_hand(seat: Seat, at: int) -> float:
    """Raise a hand, and wait for the run that took it."""
    (delta,) = seat.all("checkbox")
    state = WidgetState(id=delta.new_element.checkbox.id, bool_value=True)
    await seat.set(delta, state)
    seat.news.clear()
    await asyncio.wait_for(seat.news.wait(), PATIENCE)
    return perf_counter()


async def see_view(seat: Seat, at: int) -> float:
    """Wait for the link to the view, which a browser then follows."""
    return await seat.until(lambda: seat.says("The class looks at"))


def _is_chosen(seat: Seat, label: str) -> bool:
    own = seat.button(label)
    return own is not None and own.new_element.button.type == "primary"


def _guesses(bar: str) -> int:
    """Read the number of guesses from what a bar says: ``… · 25 (25%)``."""
    return int(bar.rpartition("(")[0].split()[-1])


# What is told -----------------------------------------------------------------------------


async def measure(url: str, pid: int, n: int, rounds: int) -> dict[str, Any]:
    """Give a lesson to n students; return the body of the result file."""
    async with AsyncExitStack() as stack:
        teacher = await stack.enter_async_context(Seat.opened(url))
        await teacher.press("Open a room")
        await teacher.until(lambda: teacher.button("Ask the class"))
        (code,) = parse_qs(teacher.query)["room"]
        opened = (stack.enter_async_context(Seat.opened(url, room=code)) for _ in range(n))
        lesson = Lesson(teacher, list(await asyncio.gather(*opened)), pid)
        await lesson.give(rounds)
        waiting = await lesson.quiet()
        await teacher.until(lambda: teacher.metric("Hands up") == str(n))
    return {
        "students": n,
        "questions": rounds,
        "failures": len(lesson.failures),
        "why": lesson.failures[:5],
        "steps": [
            {
                "step": name,
                "n": len(times),
                "median_s": round(median(times), 2),
                "p95_s": round(sorted(times)[int(0.95 * (len(times) - 1))], 2),
                "longest_s": round(max(times), 2),
                "server_processor_ms_per_student": round(
                    1000 * lesson.processor[name] / len(times), 1
                ),
            }
            for name, times in lesson.steps.items()
            if times
        ],
        "core_used_while_all_wait": round(waiting, 2),
        "memory_MB": megabytes(pid),
        "other_work_on_the_machine": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.class_load", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--students", type=int, default=100, help="default: 100")
    parser.add_argument("--questions", type=int, default=3, help="default: 3")
    parser.add_argument("--save", action="store_true", help="write assets/results/classroom.json")
    options = parser.parse_args()
    with TemporaryDirectory() as home, running(Path(home)) as server:
        told = asyncio.run(measure(server.url, server.pid, options.students, options.questions))
    print(json.dumps(told, indent=2))
    if options.save:
        about = {"command": "python -m tools.class_load --save"}
        write_json(RESULTS / "classroom.json", {**circumstances(), **about, **told})


if __name__ == "__main__":
    main()
