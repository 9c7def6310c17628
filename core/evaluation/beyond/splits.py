"""A gallery judged as in the paper's tables, by networks that weren't trained on its split.

Ten queries of each class search the rest, over several random splits (section 4.2). Each embedding
is searched twice: by a linear scan, and by hashing with probes calibrated on the gallery side, as
in the paper's experiment (``methods.cnn``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...index.exact import exact_scan, rerank
from ...index.lsh import LSHIndex
from ...methods.cnn import LshSearch, calibrated_probes
from ...progress import Progress, silent
from ..experiment import judge
from ..protocol import Split, draw_split
from ..statistics import difference_over_runs, mean_and_deviation

Rankings = list[NDArray[np.intp]]


def measure_splits(
    embeddings: Mapping[str, NDArray[np.float32]],
    labels: NDArray[np.int64],
    seeds: Sequence[int],
    *,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Search with every embedding on every split; return the body of the result file.

    Args:
        embeddings: of all images, (N, D) of unit length, by the name of what made them.
        labels: (N,) class numbers.
        seeds: of the splits, 2 or more.
        progress: told after each split of each embedding.

    Raises:
        SettingError: fewer than 2 seeds, or too few images in a class.
    """
    splits = [draw_split(labels, seed) for seed in seeds]
    total = len(embeddings) * len(splits)
    rows = []
    for number, (name, vectors) in enumerate(embeddings.items()):
        runs: dict[str, list[dict[str, Any]]] = {"scan": [], "hashing": []}
        for done, split in enumerate(splits, number * len(splits) + 1):
            for search, rankings in _searched(vectors, split).items():
                asked, known = labels[split.queries], labels[split.gallery]
                runs[search].append(asdict(judge(rankings, asked, known, {})))
            progress(done, total, f"Searching: {name}")
        maps = {way: [run["mean_average_precision"] for run in it] for way, it in runs.items()}
        rows.append(
            {
                "embedding": name,
                **{way: _over(it) for way, it in runs.items()},
                "hashing_changes": asdict(difference_over_runs(maps["hashing"], maps["scan"])),
            }
        )
    return {"seeds": list(seeds), "n_queries": len(splits[0].queries), "rows": rows}


def _searched(vectors: NDArray[np.float32], split: Split) -> dict[str, Rankings]:
    """Rank the gallery side for each query, by linear scan and by hashing."""
    settings = LshSearch()
    index = LSHIndex.build(vectors[split.gallery], config=settings.lsh)
    n_probes = calibrated_probes(index, settings.most)
    scan, hashing = [], []
    for query in vectors[split.queries]:
        scan.append(exact_scan(query, index.vectors, k=len(index)).ids)
        ids = index.candidates(index.hash(query), n_probes=n_probes).ids
        hashing.append(rerank(query, index.vectors, ids, k=max(1, len(ids))).ids)
    return {"scan": scan, "hashing": hashing}


def _over(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and deviation of mAP over the splits, and the means of what else is told."""
    mean, deviation = mean_and_deviation([it["mean_average_precision"] for it in runs])
    return {
        "mean_average_precision": mean,
        "deviation": deviation,
        "precision": {n: float(np.mean([it["precision"][n] for it in runs])) for n in ("10", "20")},
        "candidate_ratio": float(np.mean([it["candidate_ratio"] for it in runs])),
    }
