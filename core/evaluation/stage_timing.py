"""How long each system takes for one query, stage by stage (section 4.4.2, Table 3).

The paper's seconds don't say what they contain. Here a query begins with the bytes of its file
and ends with its hits, and every stage on the way is timed on its own. The gallery is indexed
before, and everything is warm: what counts is how long a visitor waits.

A machine's speed drifts from minute to minute, so the systems take turns query by query.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import SettingError
from ..images import decode
from ..index.exact import exact_scan, rerank
from ..index.lsh import LSHIndex
from ..index.vectors import Embedding, Vectors
from ..language import tr
from ..methods.base import User
from ..methods.cnn import Cnn
from ..methods.sift import Sift
from ..methods.svm import SvmActiveLearning
from ..methods.vgg import VggN
from ..model.attention import AttentionMode
from ..model.embedder import Embedder
from ..progress import Progress, silent
from ..search import Stopwatch, embed_query

K = 10  # hits wanted
WARM_UP = 3  # queries before the first one that counts

Answer = Callable[[int, bytes], dict[str, float]]
"""Answer one query, given its number and its file: seconds of each stage, in their order."""
Search = Callable[[Embedding, Stopwatch], None]
"""Search with an embedding (D,), timing each stage."""


@dataclass(frozen=True, slots=True)
class TimedSystem:
    """A system that is ready to answer."""

    key: str  # in result files
    title: str
    answer: Answer


def by_lsh(index: LSHIndex, *, n_probes: int, k: int = K) -> Search:
    """Search with hashing: hash, probe, rerank."""

    def search(embedding: Embedding, watch: Stopwatch) -> None:
        with watch.time("hash"):
            code = index.hash(embedding)
        with watch.time("probe"):
            candidates = index.candidates(code, n_probes=n_probes)
        with watch.time("rerank"):
            rerank(embedding, index.vectors, candidates.ids, k=k)

    return search


def by_scan(vectors: Vectors, *, k: int = K) -> Search:
    """Search without hashing: exact scan."""

    def search(embedding: Embedding, watch: Stopwatch) -> None:
        with watch.time("exact scan"):
            exact_scan(embedding, vectors, k=k)

    return search


def timed_network(
    key: str, title: str, embedder: Embedder, search: Search, *, attention: AttentionMode
) -> TimedSystem:
    """Time a network and what searches with its embedding: decode, preprocess, embed, search."""

    def answer(query: int, data: bytes) -> dict[str, float]:
        embedded = embed_query(data, embedder, attention=attention)
        watch = Stopwatch.after(embedded.seconds)
        search(embedded.embedding, watch)
        return watch.seconds

    return TimedSystem(key, title, answer)


def timed_cnn(system: Cnn, *, k: int = K) -> TimedSystem:
    """Time one of the ResNet50 systems, fitted, with or without hashing."""
    if system.search is None:
        search = by_scan(system.vectors, k=k)
    else:
        search = by_lsh(system.index, n_probes=system.n_probes, k=k)
    embedder, attention = system.embedder(), system.attention
    return timed_network(system.key, system.title, embedder, search, attention=attention)


def timed_description(system: Sift | VggN) -> TimedSystem:
    """Time a system that compares one vector with all, fitted: decode, describe, rank."""

    def answer(query: int, data: bytes) -> dict[str, float]:
        watch = Stopwatch()
        vector = _describe(system, data, watch)
        with watch.time("rank"):
            system.rank_vector(vector)
        return watch.seconds

    return TimedSystem(system.key, system.title, answer)


def timed_svm(system: SvmActiveLearning, user: User) -> TimedSystem:
    """Time relevance feedback, fitted: decode, describe, ask, rank.

    ``ask`` is all rounds: choosing what to ask about and learning from the answers. A person
    would take longer to give them than all of it.

    Args:
        system: fitted.
        user: answers at once, about the query of each number.
    """

    def answer(query: int, data: bytes) -> dict[str, float]:
        watch = Stopwatch()
        vector = _describe(system, data, watch)
        with watch.time("ask"):
            session = system.session(vector)
            for _ in range(system.config.n_rounds):
                asked = session.to_ask()
                if len(asked):
                    session.answer(asked, user(query, asked))
        with watch.time("rank"):
            session.ranking()
        return watch.seconds

    return TimedSystem(system.key, system.title, answer)


def _describe(
    system: Sift | VggN | SvmActiveLearning, data: bytes, watch: Stopwatch
) -> NDArray[np.floating]:
    with watch.time("decode"):
        pixels = decode(data).pixels
    with watch.time("describe"):
        return system.describe(pixels)


def measure_stages(
    systems: Sequence[TimedSystem],
    queries: Sequence[bytes],
    *,
    repeats: int = 5,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Let all systems answer all queries, with one thread and with all that there are.

    Args:
        systems: in the order of the table.
        queries: files of images that are not in the gallery.
        repeats: how many times each query is answered.
        progress: told after each query of each round.

    Returns:
        ``n_queries``, ``repeats``, ``n_threads`` ("1" and "all" in numbers) and ``systems``:
        for each key its ``title`` and, for either number of threads, ``stages`` and ``total``
        with ``median_s`` and ``p95_s``. A total is the sum of one query's stages.

    Raises:
        SettingError: no system, query or round, or two systems of one key.
        ImageError: a query can't be decoded.
    """
    keys = [system.key for system in systems]
    if not systems or not queries or repeats < 1 or len(set(keys)) < len(keys):
        raise SettingError(
            tr(
                "{n_queries} queries, {repeats} rounds and systems {systems} "
                "can't be timed; give at least one of each, and every system once.",
                n_queries=len(queries),
                repeats=repeats,
                systems=", ".join(keys) or "none",
            )
        )
    n_threads = {"1": 1, "all": torch.get_num_threads()}
    measured: dict[str, dict[str, Any]] = {key: {} for key in keys}
    for name, n in n_threads.items():

        def report(done: int, total: int, what: str, n: int = n) -> None:
            progress(done, total, f"{what}, {n} thread{'s' * (n > 1)}")

        with limited_threads(n):
            for key, seconds in take_turns_by_query(systems, queries, repeats, report).items():
                measured[key][name] = summary(seconds)
    return {
        "n_queries": len(queries),
        "repeats": repeats,
        "n_threads": n_threads,
        "systems": {
            system.key: {"title": system.title, "threads": measured[system.key]}
            for system in systems
        },
    }


def take_turns_by_query(
    systems: Sequence[TimedSystem],
    queries: Sequence[bytes],
    repeats: int,
    progress: Progress = silent,
) -> dict[str, list[dict[str, float]]]:
    """Return, by system, the seconds of each stage for each answer that counts."""
    seconds: dict[str, list[dict[str, float]]] = {system.key: [] for system in systems}
    for system in systems:
        for number, data in enumerate(queries[:WARM_UP]):
            system.answer(number, data)
    for round_ in range(repeats):
        for number, data in enumerate(queries):
            for system in systems:
                seconds[system.key].append(system.answer(number, data))
            done = round_ * len(queries) + number + 1
            progress(done, repeats * len(queries), "Timed queries")
    return seconds


def summary(seconds: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Median and 95th percentile of every stage, and of the sums over a query's stages."""
    return {
        "stages": {stage: _spread([one[stage] for one in seconds]) for stage in seconds[0]},
        "total": _spread([sum(one.values()) for one in seconds]),
    }


@contextmanager
def limited_threads(n: int) -> Iterator[None]:
    """Let PyTorch, OpenCV and the libraries under NumPy and scikit-learn use n threads each."""
    torch_before, opencv_before = torch.get_num_threads(), cv2.getNumThreads()
    try:
        torch.set_num_threads(n)
        cv2.setNumThreads(n)
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(torch_before)
        cv2.setNumThreads(opencv_before)


def _spread(values: Sequence[float]) -> dict[str, float]:
    median, p95 = np.quantile(values, [0.5, 0.95])
    return {"median_s": float(median), "p95_s": float(p95)}
