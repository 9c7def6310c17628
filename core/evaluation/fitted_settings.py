"""Do the settings that fit a gallery keep their word: for its own images, and for strangers to it?

Each kind of query is asked with the rule that fits, which reads as many buckets as the query needs.
Beside it stands what would fit with hyperplanes that lean more or less towards the directions in
which the gallery's images differ, the uniform ones of the paper first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.exact import exact_scan, neighbour_recall, rerank
from ..index.families.hyperplanes import Hyperplanes
from ..index.families.leaning import LeaningHyperplanes
from ..index.fitting import Fitting, fit
from ..index.lsh import LSHIndex
from ..index.reading import read_by_rule
from ..progress import Progress, silent

K = 10  # hits
OWN_QUERIES = 200  # of the gallery's images, at most
POWERS = (0.25, 0.75)  # of the covariance, beside 0, which is uniform, and the one in use

_Queries = Sequence[tuple[NDArray[np.float32], int | None]]  # each with its own id, if it has one


def measure(
    rows: NDArray[np.float32],
    strangers: NDArray[np.float32],
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Fit settings to a gallery, and ask it.

    Args:
        rows: (N, D) embeddings of the gallery.
        strangers: (S, D) embeddings of images that are not in it.
        seed: of the choice of the gallery's own queries.
        progress: told about every power.

    Returns:
        The settings; for the gallery's ``own`` images and for ``strangers`` the mean neighbour
        recall@10, the mean share of the gallery that was read, and how many answers had fewer hits
        than the gallery could give; all of that for each of ``powers``; and for settings that are
        fitted to every second stranger (``known``), asked with the others: no guess of what
        strangers are like can do better.
    """
    fitting = fit(rows)
    rng = np.random.default_rng(seed)
    own = np.sort(rng.choice(len(rows), min(OWN_QUERIES, len(rows)), replace=False))
    kinds: dict[str, _Queries] = {
        "own": [(rows[it], int(it)) for it in own],
        "strangers": [(it, None) for it in strangers],
    }
    families = [(0.0, Hyperplanes), *((power, _leaning(power)) for power in POWERS)]
    result: dict[str, Any] = {"n_images": len(rows), "k": K, **_asked(rows, fitting, kinds)}
    known = fit(rows, strangers=strangers[::2])
    others: _Queries = [(it, None) for it in strangers[1::2]]
    result["known"] = _asked(rows, known, {"own": kinds["own"], "strangers": others})
    result["powers"] = []
    for step, (power, family) in enumerate(families, 1):
        progress(step, 1 + len(families), "asking")
        tried = _asked(rows, fit(rows, family=family), kinds)
        result["powers"].append({"power": power, **tried})
    return result


def _leaning(power: float) -> type[Hyperplanes]:
    """The family of leaning hyperplanes with another power of the covariance."""
    return type(LeaningHyperplanes.__name__, (LeaningHyperplanes,), {"power": power})


def _asked(
    rows: NDArray[np.float32], fitting: Fitting, kinds: Mapping[str, _Queries]
) -> dict[str, Any]:
    """What fits, what it promises, and what it gives each kind of query."""
    index = LSHIndex.build(rows, config=fitting.lsh, family=fitting.family)
    settings = {"hyperplanes": fitting.family.manner, **asdict(fitting.lsh)}
    return {
        "settings": {**settings, "typical_probes": fitting.typical_probes},
        "promised": {"recall": fitting.recall, "share_read": fitting.ratio},
    } | {
        name: {"n_queries": len(queries), **_by_rule(index, fitting, queries)}
        for name, queries in kinds.items()
    }


def _by_rule(index: LSHIndex, fitting: Fitting, queries: _Queries) -> dict[str, float]:
    """Ask with as many probes as each query needs."""
    answers = []
    for query, own in queries:
        code = index.hash(query)
        ids = read_by_rule(query, code, index, fitting.rule, k=K, exclude=own).ids
        answers.append(_answer(index, query, own, ids))
    return _mean(answers)


def _answer(
    index: LSHIndex, query: NDArray[np.float32], own: int | None, ids: NDArray[np.int64]
) -> tuple[float, float, int]:
    """Return the neighbour recall, the share read, and how many hits there could be besides."""
    hits = rerank(query, index.vectors, ids, k=K, exclude=own)
    truth = exact_scan(query, index.vectors, k=K, exclude=own)
    return neighbour_recall(hits.ids, truth.ids), len(ids) / len(index), len(truth) - len(hits)


def _mean(answers: Sequence[tuple[float, float, int]]) -> dict[str, float]:
    recalls, shares, missing = zip(*answers, strict=True)
    return {
        "recall": round(float(np.mean(recalls)), 4),
        "share_read": round(float(np.mean(shares)), 4),
        "answers_with_hits_missing": sum(it > 0 for it in missing),
    }
