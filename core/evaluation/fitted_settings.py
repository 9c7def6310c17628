"""Do the settings that fit a gallery keep their word: for its own images, and for strangers to it?

Each kind of query is asked with the rule that fits, which reads as many buckets as the query needs.
Beside it stands what a fixed number of probes would give, for several K and L: what can be had of
random hyperplanes at all, for such queries.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.exact import exact_scan, neighbour_recall, rerank
from ..index.fitting import Fitting, fit
from ..index.lsh import LSHConfig, LSHIndex
from ..index.reading import most_probes, probes_by_rule
from ..progress import Progress, silent

K = 10  # hits
OWN_QUERIES = 200  # of the gallery's images, at most
PROBES = (1, 2, 4, 8, 16, 32, 64)  # of the curve
CURVE_TABLES = 24

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
        progress: told about every kind of query, and each K of the curves.

    Returns:
        The settings; and for the gallery's ``own`` images and for ``strangers`` the mean neighbour
        recall@10, the mean share of the gallery that was read, how many answers had fewer hits
        than the gallery could give, and the curve.
    """
    fitting = fit(rows)
    rng = np.random.default_rng(seed)
    own = np.sort(rng.choice(len(rows), min(OWN_QUERIES, len(rows)), replace=False))
    kinds: dict[str, _Queries] = {
        "own": [(rows[it], int(it)) for it in own],
        "strangers": [(it, None) for it in strangers],
    }
    n_bits = sorted({fitting.lsh.n_bits + it for it in (-2, 0, 2)})
    n_steps = 1 + len(n_bits)
    index = LSHIndex.build(rows, config=fitting.lsh)
    result: dict[str, Any] = {
        "n_images": len(rows),
        "k": K,
        "settings": {**asdict(fitting.lsh), "typical_probes": fitting.typical_probes},
        "promised": {"recall": fitting.recall, "share_read": fitting.ratio},
    }
    for name, queries in kinds.items():
        result[name] = {"n_queries": len(queries), **_by_rule(index, fitting, queries), "curve": []}
    progress(1, n_steps, "asking")
    for step, bits in enumerate(n_bits, 2):
        config = LSHConfig(n_bits=bits, n_tables=CURVE_TABLES, seed=fitting.lsh.seed)
        index = LSHIndex.build(rows, config=config)
        for name, queries in kinds.items():
            result[name]["curve"] += _curve(index, queries)
        progress(step, n_steps, "asking")
    return result


def _by_rule(index: LSHIndex, fitting: Fitting, queries: _Queries) -> dict[str, float]:
    """Ask with as many probes as each query needs."""
    answers = []
    for query, own in queries:
        code = index.hash(query)
        n = probes_by_rule(query, code, index, fitting.rule, k=K, exclude=own)
        answers.append(_answer(index, query, own, n_probes=n))
    return _mean(answers)


def _curve(index: LSHIndex, queries: _Queries) -> list[dict[str, float]]:
    """Ask with each number of probes, as far as there are so many buckets."""
    n_bits = index.config.n_bits
    return [
        {
            "n_bits": n_bits,
            "n_tables": index.config.n_tables,
            "n_probes": n_probes,
            **_mean([_answer(index, *query, n_probes=n_probes) for query in queries]),
        }
        for n_probes in PROBES
        if n_probes <= most_probes(n_bits)
    ]


def _answer(
    index: LSHIndex, query: NDArray[np.float32], own: int | None, *, n_probes: int
) -> tuple[float, float, int]:
    """Return the neighbour recall, the share read, and how many hits there could be besides."""
    ids = index.candidates(index.hash(query), n_probes=n_probes).ids
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
