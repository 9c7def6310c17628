"""Load on the app: ``python -m tools.load`` (Linux). Many visitors ask at once, over its websocket.

Every visitor opens Search and asks again and again: another K, now and then another picture. An
answer counts only with its hits: both rankings must be there, whole. Afterwards one visitor alone
asks the same questions, or brings the same photographs, and every ranking must be the same as
before. A server that has just started is given the time to come to rest first, as it has where a
teacher has opened the app before the class.

The machine may be shared, so beside the seconds that visitors waited it says how much of the
processors' time an answer took, in the server and in this client.

    python -m tools.load                      100 visitors, 10 questions each
    python -m tools.load --uploads            each searches with photographs of its own instead
    python -m tools.load --memory 500         visitors that come, upload 2 MB and go
    python -m tools.load --sessions 200 --processes 2
    python -m tools.load --cold               the class comes seconds after the server's start
    python -m tools.load --url http://…       a server that runs already, such as a proxy
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Self
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import numpy as np
import websockets
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.cli.common import circumstances, write_json
from tools.running_app import ROOT, free_port, running
from tools.serve import served

PATIENCE = 180  # seconds that a visitor waits
RANKINGS = ("grid-lsh", "grid-exact")
UPLOADED, LARGE = 1.0, 11.5  # megapixels of a photograph: 0.2 MB and 2 MB
REST = 3  # seconds without work after which a server is at rest
PAUSE = 2.0  # seconds between two questions, at most
SOLO = 200  # questions that are asked again by one visitor alone
SOLO_UPLOADS = 100  # photographs that are brought again by one visitor alone
SCENES = ROOT / "assets" / "scenes" / "scenes.json"
RESULTS = ROOT / "assets" / "results"


@dataclass(frozen=True)
class Question:
    """What a visitor asks: the parameters of Search's address."""

    params: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return urlencode(self.params)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    seconds: float
    rankings: dict[str, tuple[str, ...]]  # grid -> names of its tiles
    problem: str = ""  # why it doesn't count


@dataclass
class Visitor:
    """One browser's session, without the browser."""

    socket: Any
    url: str
    session: str = ""
    uploader: str = ""  # id of Search's place for a photograph, once it was drawn
    widgets: list[Any] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str) -> AsyncIterator[Self]:
        """Connect."""
        address = urlsplit(url)
        async with websockets.connect(
            f"ws://{address.netloc}{address.path}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            origin=f"{address.scheme}://{address.netloc}",  # type: ignore[arg-type]
            open_timeout=PATIENCE,
            ping_timeout=PATIENCE,
        ) as socket:
            yield cls(socket, url)

    async def ask(self, question: Question) -> Answer:
        """Ask, and wait for the end of the run."""
        message = BackMsg()
        message.rerun_script.query_string = question.query
        message.rerun_script.page_name = "search"
        message.rerun_script.widget_states.widgets.extend(self.widgets)
        self.widgets.clear()
        start = perf_counter()
        await self.socket.send(message.SerializeToString())
        rankings: dict[str, tuple[str, ...]] = {}
        problem = ""
        async for reply in self._replies():
            kind = reply.WhichOneof("type")
            if kind == "new_session":
                self.session = reply.new_session.initialize.session_id or self.session
            elif kind == "delta" and reply.delta.WhichOneof("type") == "new_element":
                element = reply.delta.new_element
                what = element.WhichOneof("type")
                if what == "bidi_component":
                    rankings |= ranking(element.bidi_component)
                elif what == "file_uploader":
                    self.uploader = element.file_uploader.id
                elif what == "exception":
                    problem = f"exception: {element.exception.message[:200]}"
                elif what == "alert" and not problem:
                    problem = f"message: {element.alert.body[:200]}"
            elif kind == "script_finished" and reply.script_finished == 0:
                break
        if set(rankings) < set(RANKINGS):
            problem = problem or f"hits missing, there is {sorted(rankings)}"
        else:
            problem = problem if problem.startswith("exception") else ""
        return Answer(perf_counter() - start, rankings, problem)

    async def upload(self, file: bytes, name: str) -> None:
        """Hand a photograph over; the next question carries it."""
        message = BackMsg()
        message.file_urls_request.request_id = name
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        await self.socket.send(message.SerializeToString())
        async for reply in self._replies():
            if reply.WhichOneof("type") == "file_urls_response":
                place = reply.file_urls_response.file_urls[0]
                break
        await asyncio.to_thread(put, self.url + place.upload_url, file, name)
        state = WidgetState(id=self.uploader)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = place.file_id, name, len(file)
        info.file_urls.CopyFrom(place)
        self.widgets.append(state)

    async def _replies(self) -> AsyncIterator[ForwardMsg]:
        while True:
            data = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            reply = ForwardMsg()
            reply.ParseFromString(data)
            yield reply


def ranking(component: Any) -> dict[str, tuple[str, ...]]:
    """Return the names of the tiles of a grid of hits, by the grid's name; nothing of others."""
    for name in RANKINGS:
        if component.id.endswith(name):
            data = json.loads(component.json or component.mixed.json)
            return {name: tuple(tile["name"] for tile in data["tiles"])}
    return {}


def put(url: str, file: bytes, name: str) -> None:
    """Upload a file as Streamlit's front end does."""
    edge = "hashlight-load"
    body = (
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        + file
        + f"\r\n--{edge}--\r\n".encode()
    )
    request = Request(url, body, method="PUT")
    request.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
    with urlopen(f"{url.partition('/_stcore')[0]}/_stcore/health", timeout=PATIENCE) as health:
        cookies = [it.partition(";")[0] for it in health.headers.get_all("Set-Cookie") or []]
    token = next((it.partition("=")[2] for it in cookies if "xsrf" in it), "")
    request.add_header("Cookie", "; ".join(cookies))
    request.add_header("X-Xsrftoken", token)
    urlopen(request, timeout=PATIENCE).close()


def photograph(seed: int, megapixels: float) -> bytes:
    """Make a photograph that nobody else has: smooth noise, so that it compresses as others do."""
    side = round((megapixels * 1e6) ** 0.5)
    coarse = np.random.default_rng(seed).integers(0, 256, (side // 10,) * 2 + (3,), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG")
    return file.getvalue()


# What visitors do -------------------------------------------------------------------------


def questions(seed: int, rounds: int, names: list[str]) -> list[Question]:
    """A visitor's questions: another K each time, another picture every third."""
    random = Random(seed)
    image, asked = random.choice(names), []
    for number in range(rounds):
        if number % 3 == 2:
            image = random.choice(names)
        asked.append(Question((("image", image), ("K", str(random.randint(4, 16))))))
    return asked


async def visit(url: str, asked: list[Question], seed: int) -> list[tuple[Question, Answer]]:
    """Ask one question after the other, with pauses."""
    random, answers = Random(seed), []
    try:
        async with Visitor.at(url) as visitor:
            for question in asked:
                answers.append((question, await visitor.ask(question)))
                await asyncio.sleep(random.random() * PAUSE)
    except Exception as error:
        missing = asked[len(answers) :]
        answers += [(it, Answer(0.0, {}, f"lost: {error!r}"[:200])) for it in missing]
    return answers


async def bring(url: str, seed: int, megapixels: float) -> list[tuple[Question, Answer]]:
    """Come, hand a photograph over, search with it, and go."""
    nothing = Question(())
    try:
        async with Visitor.at(url) as visitor:
            await visitor.ask(nothing)
            await visitor.upload(photograph(seed, megapixels), f"{seed}.jpg")
            return [(nothing, await visitor.ask(nothing))]
    except Exception as error:
        return [(nothing, Answer(0.0, {}, f"lost: {error!r}"[:200]))]


async def load(
    url: str, sessions: int, rounds: int, seed: int, meter: Callable[[int], dict[str, float]]
) -> dict[str, Any]:
    """Let many visitors ask at once, then one alone the same."""
    names = [it["name"] for it in json.loads(SCENES.read_text())["scenes"]]
    asked = [questions(seed + i, rounds, names) for i in range(sessions)]
    start = perf_counter()
    visits = await asyncio.gather(*[visit(url, it, seed + i) for i, it in enumerate(asked)])
    told = summary([pair for it in visits for pair in it], perf_counter() - start)
    told |= meter(told["answers"])
    seen: dict[Question, set[tuple[tuple[str, tuple[str, ...]], ...]]] = {}
    for question, answer in (pair for it in visits for pair in it):
        if not answer.problem:
            seen.setdefault(question, set()).add(tuple(sorted(answer.rankings.items())))
    again = Random(seed).sample(sorted(seen, key=str), min(SOLO, len(seen)))
    wrong = 0
    async with Visitor.at(url) as visitor:
        for question in again:
            alone = await visitor.ask(question)
            wrong += seen[question] != {tuple(sorted(alone.rankings.items()))}
    return told | {"compared_with_a_solo_run": len(again), "different_from_it": wrong}


async def uploads(
    url: str, sessions: int, seed: int, meter: Callable[[int], dict[str, float]]
) -> dict[str, Any]:
    """Let many visitors hand over a photograph each, all at once, then one alone some of them."""
    start = perf_counter()
    visits = await asyncio.gather(*[bring(url, seed + i, UPLOADED) for i in range(sessions)])
    told = summary([pair for it in visits for pair in it], perf_counter() - start)
    told |= meter(told["answers"])
    seen = {i: it[0][1].rankings for i, it in enumerate(visits) if not it[0][1].problem}
    again = Random(seed).sample(sorted(seen), min(SOLO_UPLOADS, len(seen)))
    alone = [(await bring(url, seed + i, UPLOADED))[0][1].rankings for i in again]
    return told | {
        "compared_with_a_solo_run": len(again),
        "different_from_it": sum(seen[i] != it for i, it in zip(again, alone, strict=True)),
        "different_rankings": len({str(sorted(it.items())) for it in seen.values()}),
    }


async def come_and_go(url: str, visits: int, seed: int, pids: Sequence[int]) -> dict[str, Any]:
    """Let visitors come, upload 2 MB and go, a few at a time; watch the server's memory."""
    curve, problems, done = {0: megabytes(*pids)}, [], 0
    for first in range(0, visits, 10):
        number = min(10, visits - first)
        some = await asyncio.gather(*[bring(url, seed + first + i, LARGE) for i in range(number)])
        problems += [answer.problem for it in some for _, answer in it if answer.problem]
        done += number
        if done % 50 == 0 or done == visits:
            curve[done] = megabytes(*pids)
    return {
        "visits": visits,
        "failures": len(problems),
        "why": sorted(set(problems)),
        "memory_MB_after_visits": curve,
        "decoders_MB": megabytes(*children(pids)),
    }


# What is told -----------------------------------------------------------------------------


def summary(answers: list[tuple[Question, Answer]], seconds: float) -> dict[str, Any]:
    """Say how many answers there were, how fast, and what went wrong."""
    good = sorted(answer.seconds for _, answer in answers if not answer.problem)
    problems = [answer.problem for _, answer in answers if answer.problem]
    told = {"answers": len(good), "failures": len(problems), "why": sorted(set(problems))[:5]}
    if good:
        told |= {
            "median_s": round(median(good), 2),
            "p95_s": round(good[int(0.95 * (len(good) - 1))], 2),
            "longest_s": round(good[-1], 2),
        }
    return told | {"seconds": round(seconds, 1), "answers_per_s": round(len(good) / seconds, 1)}


def megabytes(*pids: int) -> float:
    """Resident memory of processes, in MB of 10^6 bytes."""
    lines = [it for pid in pids for it in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return round(sum(int(it.split()[1]) for it in lines if it.startswith("VmRSS:")) * 1024 / 1e6)


def children(pids: Sequence[int]) -> list[int]:
    """Return the processes that processes have started: a server's decoders."""
    every = [int(it.name) for it in Path("/proc").glob("[0-9]*")]
    parents = {str(pid).encode() for pid in pids}
    fields = {it: of_process(it, "stat").rpartition(b")")[2].split() for it in every}
    return [it for it in every if not parents.isdisjoint(fields[it][1:2])]


def of_process(pid: int, what: str) -> bytes:
    """Return what the system says of a process; nothing of one that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_bytes()
    return b""


async def at_rest(pids: Sequence[int]) -> None:
    """Wait until a server that has just started does no more beside its pages.

    It compiles its engine and makes what a class asks for first, which takes time and memory once.
    """
    idle = 0
    while pids and idle < REST:
        before = processor_seconds(*pids)
        await asyncio.sleep(1)
        compiles = any(b"core.engine" in of_process(pid, "cmdline") for pid in children(pids))
        is_busy = compiles or processor_seconds(*pids) - before > 0.05 * len(pids)
        idle = 0 if is_busy else idle + 1


def processor_seconds(*pids: int) -> float:
    """Processor time that processes have used."""
    all_fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in all_fields)
    return ticks / os.sysconf("SC_CLK_TCK")


def metering(pids: Sequence[int]) -> Callable[[int], dict[str, float]]:
    """Return what tells the processor time per answer from now on, of a server of this machine."""
    before, own = processor_seconds(*pids), process_time()

    def meter(n: int) -> dict[str, float]:
        if not pids or not n:
            return {}
        return {
            "server_processor_ms_per_answer": round(
                1000 * (processor_seconds(*pids) - before) / n, 1
            ),
            "client_processor_ms_per_answer": round(1000 * (process_time() - own) / n, 1),
            "memory_MB": megabytes(*pids),
            "other_work_on_the_machine": round(os.getloadavg()[0], 1),
        }

    return meter


async def measure(url: str, pids: Sequence[int], options: argparse.Namespace) -> dict[str, Any]:
    """Do what the options ask for, with the processors' time that it took."""
    await visit(url, questions(0, 1, ["owl/03.jpg"]), 0)  # the first visitor loads the model
    if not options.cold:
        await at_rest(pids)
    meter = metering(pids)
    if options.memory:
        assert pids, "The memory of a server elsewhere can't be read: leave --url out."
        return await come_and_go(url, options.memory, options.seed, pids)
    if options.uploads:
        return await uploads(url, options.sessions, options.seed, meter)
    return await load(url, options.sessions, options.rounds, options.seed, meter)


@contextmanager
def server_of(options: argparse.Namespace) -> Iterator[tuple[str, Sequence[int]]]:
    """The server that is asked: its address, and its processes where they are ours."""
    if options.url:
        yield options.url.rstrip("/"), [options.pid] if options.pid else []
        return
    with TemporaryDirectory() as home:
        if options.processes > 1:
            listen = f"127.0.0.1:{free_port()}"
            with served(Path(home), options.processes, listen) as (url, servers):
                yield url, [server.pid for server in servers]
        else:
            with running(Path(home)) as server:
                yield server.url, [server.pid]


def title(options: argparse.Namespace) -> str:
    """Say what was measured, for a row of a table."""
    if options.memory:
        return f"{options.memory} visitors come, upload 2 MB and go"
    what = "bring a photograph" if options.uploads else f"ask {options.rounds} times"
    where = f" on {options.processes} processes" if options.processes > 1 else ""
    return f"{options.sessions} visitors {what} at once{where}"


def save(told: dict[str, Any], name: str | None, title: str) -> None:
    """Print what came of a run, and write it to the results where it has a name."""
    print(json.dumps(told, indent=2))
    if name:
        tool = f"python -m tools.{Path(sys.argv[0]).stem}"
        about = {"command": " ".join([tool, *sys.argv[1:]]), "title": title}
        write_json(RESULTS / f"load-{name}.json", {**circumstances(), **about, **told})


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=100, help="at once (default: 100)")
    parser.add_argument("--rounds", type=int, default=10, help="questions each (default: 10)")
    parser.add_argument("--uploads", action="store_true", help="each brings a photograph, 1 MP")
    parser.add_argument("--memory", type=int, metavar="VISITS", help="come, upload 2 MB and go")
    parser.add_argument("--processes", type=int, default=1, help="behind nginx, where several")
    parser.add_argument("--cold", action="store_true", help="as soon as the first visitor was here")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--url", help="of a server that runs; by default one is started")
    parser.add_argument("--pid", type=int, help="of that server, to read its times")
    parser.add_argument("--save", metavar="NAME", help="write assets/results/load-NAME.json")
    options = parser.parse_args()
    with server_of(options) as (url, pids):
        told = asyncio.run(measure(url, pids, options))
    save(told, options.save, title(options))


if __name__ == "__main__":
    main()
