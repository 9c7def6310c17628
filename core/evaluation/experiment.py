"""The paper's experiment: every system on the same splits, judged by the labels (section 4).

    split -> fit on its gallery side -> rank its queries -> judge -> one piece on disk    measure
    pieces of all systems and seeds -> mean, deviation, differences -> result file        assemble

A method learns from the gallery with its classes and gets the queries without theirs; the judge
compares the classes itself, so no method can flatter itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import SettingError
from ..galleries.base import Gallery
from ..language import later, tr
from ..methods.base import Method, Pictures, User
from ..progress import Progress, silent
from .metrics import average_precision, map_paper, recall_at
from .pieces import Pieces, pieces_of
from .protocol import QUERIES_PER_CLASS, Split, Unlabelled, class_numbers, draw_split
from .statistics import difference_over_runs, mean_and_deviation

PRECISION_AT = (5, 10, 20, 30)
RECALL_AT = (10, 30, 100)
VERSION = 2  # of what a piece holds: one with another number is measured again
COMPARED: dict[str, Callable[[Mapping[str, Any]], float]] = {
    "mean_average_precision": lambda run: run["mean_average_precision"],
    "precision@10": lambda run: run["precision"]["10"],
}
"""By what two systems are compared, and where a run in the result file has it."""

Circumstances = Callable[[], Mapping[str, Any]]
"""Tells when, where and with what a figure is measured."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One system should beat another, by the paper's account or by ours."""

    better: str  # key of a system
    worse: str
    text: str


CLAIMS = (
    Claim(
        "cnn-attention",
        "cnn",
        later(
            "Attention improves accuracy (section 4.4.1); here both scan exactly, and CBAM is all "
            "that differs."
        ),
    ),
    Claim("ours", "sift", later("MAP about 0.183 above SIFT on Corel-1k, 0.176 on Corel-5k.")),
    Claim(
        "ours", "svm", later("MAP about 0.234 above SVM active learning on Corel-1k, 0.22 on 5k.")
    ),
    Claim("ours", "vgg", later("MAP about 0.063 above VGG-N on Corel-1k, 0.055 on Corel-5k.")),
    Claim("ours", "cnn-lsh", later("MAP about 0.039 above [19] on Corel-1k, 0.045 on Corel-5k.")),
    Claim(
        "ours",
        "cnn-attention",
        later(
            "LSH keeps a certain accuracy (section 5): the same network, its candidates alone "
            "against an exact scan."
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One system's figures on one split: means over the queries, each a share in 0 … 1.

    The n of precision@n and recall@n are text, as keys in JSON are.
    """

    precision: dict[str, float]  # mean precision@n: MAP (paper), equation 10
    recall: dict[str, float]
    mean_average_precision: float  # mAP; what a ranking leaves out counts as missed
    candidate_ratio: float  # length of the ranking / N
    seconds: dict[str, float]  # fit, rank; what was computed for an earlier run is not in them


def run_method(
    method: Method,
    pictures: Pictures,
    labels: NDArray[np.int64],
    split: Split,
    progress: Progress = silent,
) -> Run:
    """Fit a method on the gallery side of a split, let it rank the queries, and judge it.

    Args:
        method: is fitted anew.
        pictures: all images of the data set, (N,).
        labels: (N,) their class numbers.
        split: which of them search, and which are searched.
        progress: handed on to the method.

    Raises:
        SettingError: a ranking that isn't one: rows that don't exist or come twice.
    """
    blind = Pictures(Unlabelled(pictures.gallery), pictures.ids, pictures.computed)
    known, asked = labels[split.gallery], labels[split.queries]
    started = perf_counter()
    learned = labels[split.gallery]  # a copy of its own: what a method does to it is its business
    method.fit(blind.subset(split.gallery), learned, seed=split.seed, progress=progress)
    fitted = perf_counter()
    queries = blind.subset(split.queries)
    rankings = method.rank(queries, user_who_knows(asked, known), progress=progress)
    seconds = {"fit": fitted - started, "rank": perf_counter() - fitted}
    check_rankings(rankings, len(asked), len(known), method.title)
    return judge(rankings, asked, known, seconds)


def user_who_knows(asked: NDArray[np.int64], known: NDArray[np.int64]) -> User:
    """Return the simulated user: answers by class, for relevance feedback.

    Args:
        asked: (Q,) class of each query.
        known: (N,) class of each gallery image.
    """

    def answer(query: int, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        relevant: NDArray[np.bool_] = known[rows] == asked[query]
        return relevant

    return answer


def check_rankings(
    rankings: Sequence[NDArray[np.intp]], n_queries: int, n_gallery: int, title: str
) -> None:
    """Make sure that there is one ranking of existing, different rows for each query.

    Raises:
        SettingError: there isn't.
    """
    if len(rankings) != n_queries:
        raise SettingError(
            tr(
                "{title} returned {n_rankings} rankings for {n_queries} queries; "
                "a method must return one for each.",
                title=title,
                n_rankings=len(rankings),
                n_queries=n_queries,
            )
        )
    for query, ranking in enumerate(rankings):
        if ranking.ndim != 1 or not np.issubdtype(ranking.dtype, np.integer):
            raise SettingError(
                tr(
                    "{title} ranked query {query} by {dtype} of shape {shape}; "
                    "a ranking is one row of whole numbers.",
                    title=title,
                    query=query,
                    dtype=ranking.dtype,
                    shape=ranking.shape,
                )
            )
        if ((ranking < 0) | (ranking >= n_gallery)).any():
            raise SettingError(
                tr(
                    "{title} ranked rows {first} to {last} for query {query}; "
                    "the gallery has rows 0 to {most}.",
                    title=title,
                    first=ranking.min(),
                    last=ranking.max(),
                    query=query,
                    most=n_gallery - 1,
                )
            )
        if len(np.unique(ranking)) < len(ranking):
            raise SettingError(
                tr(
                    "{title} ranked a row twice for query {query}; a ranking names each row once.",
                    title=title,
                    query=query,
                )
            )


def judge(
    rankings: Sequence[NDArray[np.intp]],
    asked: NDArray[np.int64],
    known: NDArray[np.int64],
    seconds: dict[str, float],
) -> Run:
    """Take the metrics of section 4.3 and standard mAP.

    Args:
        rankings: rows of the gallery for each query, the best first.
        asked: (Q,) class of each query.
        known: (N,) class of each gallery image.
        seconds: what fitting and ranking took.
    """
    relevant = [known[rows] == label for rows, label in zip(rankings, asked, strict=True)]
    totals = [int(np.count_nonzero(known == label)) for label in asked]
    judged = list(zip(relevant, totals, strict=True))
    recall = {n: [recall_at(hits, n, total) for hits, total in judged] for n in RECALL_AT}
    return Run(
        precision={str(n): map_paper(relevant, n) for n in PRECISION_AT},
        recall={str(n): float(np.mean(values)) for n, values in recall.items()},
        mean_average_precision=float(np.mean([average_precision(*it) for it in judged])),
        candidate_ratio=float(np.mean([len(rows) for rows in rankings]) / len(known)),
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """A run with the system and the seed it belongs to, and its circumstances."""

    system: str
    seed: int
    about: Mapping[str, Any]
    run: Run


def run_experiment(
    gallery: Gallery,
    methods: Sequence[Method],
    seeds: Sequence[int],
    *,
    circumstances: Circumstances,
    per_class: int = QUERIES_PER_CLASS,
    fresh: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure all systems on all splits and return the content of the result file.

    What was measured before is taken up from the disk, so that a command that was interrupted
    goes on where it was.

    Args:
        gallery: with a class for every image.
        methods: the systems, in the order of the tables.
        seeds: one split each.
        circumstances: asked after each run and once at the end.
        per_class: queries of each class.
        fresh: measure everything again.
        progress: told what the method at work tells, after the system's name and its seed.

    Raises:
        GalleryError: an image has no class, or can't be read any more.
        SettingError: too few images in a class, two systems of one key, or a method that fails
            the judge.
        StoreError: the home directory can't be written.
    """
    keys = [method.key for method in methods]
    if len(set(keys)) < len(keys) or not keys or not seeds:
        raise SettingError(
            tr(
                "The systems {keys} and seeds {seeds} make no experiment; give at "
                "least one of each, and every system once.",
                keys=", ".join(keys),
                seeds=list(seeds),
            )
        )
    labels = class_numbers(gallery)
    pictures = Pictures(gallery, np.arange(len(labels)))
    pieces = pieces_of(gallery.digest, fresh=fresh)
    splits = [draw_split(labels, seed, per_class) for seed in seeds]
    measured = [
        measure(
            method,
            pictures,
            labels,
            split,
            pieces=pieces,
            circumstances=circumstances,
            progress=progress,
        )
        for split in splits  # the outer loop: systems that share a training share it per split
        for method in methods
    ]
    sizes = {
        "n_gallery": len(splits[0].gallery),
        "n_queries": len(splits[0].queries),
        "queries_per_class": per_class,
    }
    return assemble(gallery, methods, measured, sizes, circumstances())


def measure(
    method: Method,
    pictures: Pictures,
    labels: NDArray[np.int64],
    split: Split,
    *,
    pieces: Pieces,
    circumstances: Circumstances,
    progress: Progress = silent,
) -> MeasuredRun:
    """Return one system's run on one split: from the disk where it is there, else measured."""
    belongs = {
        "version": VERSION,
        "gallery": pictures.gallery.digest,
        "split": split.digest,
        "seed": split.seed,
        "system": method.key,
        "settings": method.settings(),
        "hashlight": __version__,
    }
    piece = pieces.find(belongs)
    if piece is None:

        def report(done: int, total: int, what: str) -> None:
            progress(done, total, f"{method.title}, seed {split.seed}: {what}")

        run = run_method(method, pictures, labels, split, report)
        piece = {"about": dict(circumstances()), "run": asdict(run)}
        pieces.save(belongs, piece)
    return MeasuredRun(method.key, split.seed, piece["about"], Run(**piece["run"]))


def assemble(
    gallery: Gallery,
    methods: Sequence[Method],
    measured: Sequence[MeasuredRun],
    sizes: Mapping[str, int],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Put together the result file of one gallery (Tables 1 and 2).

    Its ``seconds`` are those of all fitting and ranking, whenever it was done.
    """
    by_system = {
        method.key: [one for one in measured if one.system == method.key] for method in methods
    }
    systems = {
        method.key: {
            "title": method.title,
            "settings": method.settings(),
            "runs": [_described(one, about) for one in by_system[method.key]],
            **_over_runs([one.run for one in by_system[method.key]]),
        }
        for method in methods
    }
    return {
        **about,
        "seconds": sum(sum(one.run.seconds.values()) for one in measured),
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "seeds": sorted({one.seed for one in measured}),
        **sizes,
        "systems": systems,
        "differences": differences(systems),
    }


def differences(systems: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare systems in pairs over their runs, wherever both were measured twice or more.

    Args:
        systems: as the result file has them, each with its ``runs`` in the same order of seeds.
    """
    found = []
    for claim in CLAIMS:
        pair = [systems[key]["runs"] for key in (claim.better, claim.worse) if key in systems]
        if len(pair) < 2 or len(pair[0]) < 2:
            continue
        for metric, of in COMPARED.items():
            interval = difference_over_runs(*([of(run) for run in runs] for runs in pair))
            found.append(
                {
                    "better": claim.better,
                    "worse": claim.worse,
                    "metric": metric,
                    "claim": claim.text,
                    "mean": interval.mean,
                    "low": interval.low,
                    "high": interval.high,
                    "n_runs": interval.n,
                }
            )
    return found


def _described(one: MeasuredRun, about: Mapping[str, Any]) -> dict[str, Any]:
    """One run in the result file; it names its machine and versions where they are others."""
    others = {
        name: one.about[name]
        for name in ("machine", "versions")
        if one.about.get(name) != about.get(name)
    }
    return {"seed": one.seed, "date": one.about["date"], **others, **asdict(one.run)}


def _over_runs(runs: Sequence[Run]) -> dict[str, Any]:
    """Mean and sample deviation of each metric over the seeds; one seed has no deviation."""
    metrics = ("precision", "recall", "mean_average_precision", "candidate_ratio")
    over: dict[str, Any] = {"mean": {}, "deviation": {}}
    for metric in metrics:
        values = [getattr(run, metric) for run in runs]
        if isinstance(values[0], dict):
            pairs = {n: mean_and_deviation([value[n] for value in values]) for n in values[0]}
            over["mean"][metric] = {n: mean for n, (mean, _) in pairs.items()}
            over["deviation"][metric] = {n: deviation for n, (_, deviation) in pairs.items()}
        else:
            over["mean"][metric], over["deviation"][metric] = mean_and_deviation(values)
    return over
