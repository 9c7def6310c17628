"""A race that is small enough to be run while somebody watches, and the engine's own choice.

The race is that of ``race``, with four of its contestants and a plan of a few seconds: nobody's
setting is chosen with queries, because the visitor sets two of them, and the engine itself.
"""

import statistics
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..engine.buckets import BucketSearch
from ..engine.calibration import Calibration, Calibrator
from ..engine.codes import CodeIndex
from ..errors import SettingError
from ..index.lsh import LSHConfig
from ..language import later, tr
from ..progress import Progress, silent
from .contestants.exact_numpy import ExactNumPy
from .contestants.our_buckets import OurBuckets
from .contestants.our_codes import OurCodes
from .contestants.readable_lsh import BUCKET_SIZE, ReadableLSH
from .data import CLUSTERS, GALLERY, QUERIES, DataSet, Source
from .judge import Judge
from .race import FEW, WANTED, Placing, Plan, race, take_turns
from .report import setting_text

EXACT, READABLE = ExactNumPy.name, ReadableLSH.name
BUCKETS, CODES = OurBuckets.name, OurCodes.name
ORDER = (EXACT, READABLE, BUCKETS, CODES)

DIM = 256  # of what is drawn
FEWEST = 100  # embeddings: fewer say nothing of speed
MOST_QUERIES = 200
GOOD = 0.9  # neighbour recall from which on a time counts
MOST_READABLE = 50_000  # images that the readable index is built for in a few seconds
PLAN = Plan(
    wanted=(WANTED,),
    ks=(FEW,),
    rounds=1,
    n_tuning=0,
    n_test=MOST_QUERIES,
    test_budget=2.0,
    batch_budget=0,
    n_changed=0,
)

_GLANCE = 0.1  # seconds in which turns begin where only the median is shown
_FEW = 30  # queries whose hashing is timed
_one_at_a_time = threading.Lock()  # two races at once would measure each other


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrant:
    """What one way to search did."""

    name: str
    setting: str
    seconds: tuple[float, ...]  # of each query
    recall: float  # neighbour recall@k, mean
    candidates: float  # compared exactly, mean
    build_seconds: float
    hash_seconds: float | None = None  # of ``median``, for the keys alone, where it can be timed

    @property
    def median(self) -> float:
        """Median seconds of a query."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """How a race ended."""

    n: int
    dim: int
    k: int
    entrants: tuple[Entrant, ...]
    left_out: str = ""  # who did not race, and why; empty where all did


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What the engine chose, and what came of it for queries that it has not seen."""

    calibration: Calibration
    measured: float  # neighbour recall@k, mean
    margin: float  # two standard errors of it
    seconds: float  # median of one query
    exact_seconds: float


# Galleries --------------------------------------------------------------------------------


def drawn(n: int, seed: int = 0, progress: Progress = silent) -> DataSet:
    """Draw a gallery of n embeddings of 256 numbers, in clusters, and queries beside it."""
    source = Source(replace(CLUSTERS, dim=DIM), seed)
    gallery = np.empty((n, DIM), np.float32)
    source.fill(gallery, GALLERY, progress)
    queries = np.empty((MOST_QUERIES, DIM), np.float32)
    source.fill(queries, QUERIES)
    return _data_set(f"drawn, {n:,} × {DIM}", gallery, queries)


def held_out(title: str, embeddings: NDArray[np.float32], seed: int = 0) -> DataSet:
    """Take a fifth of a real gallery's embeddings (N, D), at most 200, as queries.

    The others are the gallery; nobody who searches it has seen the queries.

    Raises:
        SettingError: there are too few.
    """
    n, dim = embeddings.shape
    if n < FEWEST:
        raise SettingError(
            tr(
                "{title} has {n} images, too few to measure speed; choose a gallery of {fewest} or "
                "more.",
                title=title,
                n=n,
                fewest=FEWEST,
            )
        )
    order = np.random.default_rng(seed).permutation(n)
    n_queries = min(MOST_QUERIES, n // 5)
    gallery, queries = embeddings[order[n_queries:]], embeddings[order[:n_queries]]
    return _data_set(f"{title}, {len(gallery):,} × {dim}", gallery, queries)


def _data_set(title: str, gallery: NDArray[np.float32], queries: NDArray[np.float32]) -> DataSet:
    own = np.full(len(queries), -1)
    return DataSet(
        name="live",
        family="live",
        title=title,
        gallery=gallery,
        queries=queries,
        own=own,
        n_tuning=0,
    )


# Race -------------------------------------------------------------------------------------


def race_live(
    data: DataSet,
    config: LSHConfig,
    *,
    n_probes: int,
    kernels: Any,
    progress: Progress = silent,
) -> Finish:
    """Let the exact scan, the readable index and the engine in both modes answer in turns.

    Args:
        data: the gallery and its queries.
        config: K, L and the seed, of the readable index and the engine's buckets.
        n_probes: buckets that both read per table. The engine's codes choose for themselves.
        kernels: the engine's, compiled or readable.
        progress: called with how far it is.

    Raises:
        SettingError: a number outside its range.
    """
    readable = ReadableLSH(config, most_images=MOST_READABLE)
    contestants = {  # the codes first: to choose settings they need the memory that others fill
        CODES: OurCodes(recalls=(WANTED,), kernels=kernels),
        BUCKETS: OurBuckets(config, kernels=kernels),
        EXACT: ExactNumPy(),
        READABLE: readable,
    }
    given = {
        BUCKETS: asdict(BucketSearch(n_probes=n_probes)),
        READABLE: {"n_probes": n_probes},
    }
    with _alone(progress):
        result = race(data, contestants, PLAN, given=given, progress=progress)
        raced = result.placings
        hashing = readable.hash_seconds(data.queries[:_FEW]) if READABLE in raced else None
    n, dim = data.gallery.shape
    return Finish(
        n=n,
        dim=dim,
        k=FEW,
        entrants=tuple(
            _entrant(name, raced[name], hashing if name == READABLE else None)
            for name in ORDER
            if name in raced
        ),
        left_out=_refusal(result.left_out),
    )


def _refusal(left_out: Mapping[str, str]) -> str:
    """Say that the readable index doesn't race; nobody else refuses a gallery."""
    if READABLE not in left_out:
        return ""
    return later("{name} doesn't race: {why}", name=READABLE, why=left_out[READABLE])


def _entrant(name: str, placing: Placing, hash_seconds: float | None) -> Entrant:
    test = placing.main.test
    setting = setting_text({**placing.built.parameters, **test.setting})
    return Entrant(
        name=name,
        setting=setting or later("nothing to set"),
        seconds=test.seconds,
        recall=test.recall,
        candidates=test.candidates or 0,
        build_seconds=placing.built.seconds,
        hash_seconds=hash_seconds,
    )


def fair_config(n: int, seed: int = 0) -> LSHConfig:
    """K and L that do both indexes justice, in a gallery of n: buckets of about 8, in 16 tables.

    The engine by itself takes smaller buckets in more tables.
    """
    return LSHConfig.for_size(n, n_tables=16, bucket_size=BUCKET_SIZE, seed=seed)


def winner(entrants: Sequence[Entrant]) -> Entrant:
    """The fastest of those that find enough; the exact scan always does."""
    return min((it for it in entrants if it.recall >= GOOD), key=lambda it: it.median)


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Measure when nobody else does, on one thread."""
    progress(0, 1, tr("Waiting for another measurement to end"))
    with _one_at_a_time, threadpool_limits(1):
        yield


# Calibration ------------------------------------------------------------------------------


class Chooser:
    """The engine over one gallery, ready to be asked for any neighbour recall."""

    def __init__(self, data: DataSet, *, k: int, kernels: Any, progress: Progress = silent) -> None:
        self.data, self.k = data, k
        self.index = CodeIndex.build(data.gallery, threads=1, kernels=kernels, progress=progress)
        with threadpool_limits(1):
            self._calibrator = Calibrator(self.index, k=k, progress=progress)
            self._judge = Judge(data.gallery, data.queries, data.own, k=k)
        self._exact = ExactNumPy()
        self._exact.fit(data.gallery, 1)

    def choose(self, wanted: float) -> Choice:
        """Let the engine choose, and try its choice on queries that it has not seen.

        Raises:
            SettingError: ``wanted`` can't be had.
        """
        queries, k = self.data.queries, self.k
        with _alone(silent):
            calibration = self._calibrator.choose(wanted)
            answers = self.index.query_batch(queries, k=k)
            recalls = np.array([self._judge.recall(i, it, k) for i, it in enumerate(answers.ids)])
            turns = take_turns(
                {
                    EXACT: lambda i: self._exact.query(queries[i], k, {}),
                    CODES: lambda i: self.index.query(queries[i], k=k).ids,
                },
                np.arange(len(queries)),
                _GLANCE,
            )
        return Choice(
            calibration=calibration,
            measured=float(recalls.mean()),
            margin=float(2 * recalls.std() / np.sqrt(len(recalls))),
            seconds=turns[CODES].median,
            exact_seconds=turns[EXACT].median,
        )
