"""What each choice is worth: one setting changed at a time, all else as in the experiment.

Every row is a system of its own, trained and judged as those of the tables are; what the
experiment has measured already is taken over from its pieces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..galleries.base import Gallery
from ..index.exact import rerank
from ..index.lsh import LSHConfig, LSHIndex
from ..language import later
from ..methods.base import Pictures
from ..methods.cnn import Cnn, LshSearch
from ..methods.trainer import Trainer, new_trainer
from ..model.attention import ATTENTION_MODES
from ..model.preprocess import NORMALISATIONS, PreprocessConfig
from ..model.training import embed_maps
from ..progress import Progress, silent
from .experiment import VERSION, Circumstances, MeasuredRun, Run, judge, measure
from .pieces import Pieces, pieces_of
from .protocol import Split, class_numbers, draw_split
from .statistics import mean_and_deviation

INPUT_SIZES = (192, 224)
DIMS = (64, 256)
BITS = (4, 6, 8, 10, 12, 16)  # K
TABLES = (1, 2, 4, 8, 16)  # L
PROBES = (1, 8)
ATTENTION_KEYS = {"off": "cnn", "both": "cnn-attention"}  # as the experiment names them


@dataclass(frozen=True, slots=True)
class Bench:
    """What every row is measured on."""

    gallery: Gallery
    pictures: Pictures
    labels: NDArray[np.int64]  # (N,) class numbers
    splits: Sequence[Split]
    pieces: Pieces
    circumstances: Circumstances
    progress: Progress

    def runs(self, system: Cnn) -> list[Run]:
        """Measure one system on all splits."""
        return [self._measured(system, split).run for split in self.splits]

    def _measured(self, system: Cnn, split: Split) -> MeasuredRun:
        return measure(
            system,
            self.pictures,
            self.labels,
            split,
            pieces=self.pieces,
            circumstances=self.circumstances,
            progress=self.progress,
        )


def measure_ablations(
    gallery: Gallery,
    *,
    init: str,
    seeds: Sequence[int],
    circumstances: Circumstances,
    fresh: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure every group and return the content of the result file.

    Args:
        gallery: with a class for every image.
        init: ImageNet weights, as ``init_network`` takes them.
        seeds: one split each.
        circumstances: asked after each run.
        fresh: measure everything again.
        progress: told what is at work.
    """
    labels = class_numbers(gallery)
    bench = Bench(
        gallery,
        Pictures(gallery, np.arange(len(labels))),
        labels,
        [draw_split(labels, seed) for seed in seeds],
        pieces_of(gallery.digest, fresh=fresh),
        circumstances,
        progress,
    )
    usual = new_trainer(gallery, init=init, progress=progress)
    groups = [
        _group(
            "attention", later("Which part of CBAM is on"), "attention", _attention(bench, usual)
        ),
        _group("dim", later("Size of the embedding"), "D", _dims(bench, usual)),
        _group("input_size", later("Side of the input in px"), "px", _input_sizes(bench, init)),
        _group("normalisation", later("Normalisation"), "", _normalisations(bench, init)),
        _group("lsh", later("K bits and L tables"), "K × L", _lsh(bench, usual)),
    ]
    return {
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "seeds": list(seeds),
        "groups": groups,
    }


def _group(key: str, title: str, x: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"key": key, "title": title, "x": x, "rows": rows}


def _row(setting: str | int, runs: Sequence[Run], **more: int) -> dict[str, Any]:
    """Return one line of a group: mean and deviation over the seeds."""
    figures = {
        "mean_average_precision": [run.mean_average_precision for run in runs],
        "precision_at_10": [run.precision["10"] for run in runs],
        "candidate_ratio": [run.candidate_ratio for run in runs],
    }
    over = {name: mean_and_deviation(values) for name, values in figures.items()}
    described = {name: {"mean": mean, "deviation": dev} for name, (mean, dev) in over.items()}
    return {"setting": setting, **more, **described}


def _attention(bench: Bench, trainer: Trainer) -> list[dict[str, Any]]:
    """Train with each attention mode; all by exact scan."""
    systems = [
        Cnn(trainer, ATTENTION_KEYS.get(mode, f"cnn-{mode}"), f"CBAM {mode}", mode, None)
        for mode in ATTENTION_MODES
    ]
    return [_row(system.attention, bench.runs(system)) for system in systems]


def _with_attention(trainer: Trainer, what: str) -> Cnn:
    return Cnn(trainer, "cnn-attention", f"CNN + attention, {what}", "both", None)


def _dims(bench: Bench, usual: Trainer) -> list[dict[str, Any]]:
    """Train with embeddings of other sizes; what the frozen stages give stays the same."""
    trainers = {
        dim: Trainer(
            usual.init,
            usual.views,
            recipe=usual.recipe,
            network=replace(usual.network, dim=dim),
            preprocess=usual.preprocess,
            init_digest=usual.init_digest,
        )
        for dim in DIMS
    }
    return [
        _row(dim, bench.runs(_with_attention(trainer, f"D = {dim}")))
        for dim, trainer in trainers.items()
    ]


def _input_sizes(bench: Bench, init: str) -> list[dict[str, Any]]:
    """Feed images of another size."""
    return [
        _preprocessed(bench, init, size, PreprocessConfig(input_size=size)) for size in INPUT_SIZES
    ]


def _normalisations(bench: Bench, init: str) -> list[dict[str, Any]]:
    """Equations 1-2 against the normalisation that the ImageNet weights expect."""
    return [
        _preprocessed(bench, init, name, PreprocessConfig(normalisation=name))
        for name in NORMALISATIONS
    ]


def _preprocessed(
    bench: Bench, init: str, setting: str | int, preprocess: PreprocessConfig
) -> dict[str, Any]:
    trainer = new_trainer(bench.gallery, init=init, preprocess=preprocess, progress=bench.progress)
    return _row(setting, bench.runs(_with_attention(trainer, str(setting))))


# K and L ----------------------------------------------------------------------------------


def _lsh(bench: Bench, trainer: Trainer) -> list[dict[str, Any]]:
    """Search one trained network with other hash tables: precision against candidate ratio."""
    by_split = [_lsh_runs(bench, trainer, split) for split in bench.splits]
    return [
        _row(f"{K} × {L}", [runs[_name(K, L, P)] for runs in by_split], K=K, L=L, probes=P)
        for P in PROBES
        for L in TABLES
        for K in BITS
    ]


def _lsh_runs(bench: Bench, trainer: Trainer, split: Split) -> dict[str, Run]:
    """Return a run for every K, L and number of probes; one training serves them all."""
    system = Cnn(trainer, "lsh-grid", "K and L", "both", LshSearch())
    belongs = {
        "version": VERSION,
        "gallery": bench.gallery.digest,
        "split": split.digest,
        "seed": split.seed,
        "system": system.key,
        "settings": {**system.settings(), "K": BITS, "L": TABLES, "probes": PROBES},
        "hashlight": __version__,
    }
    piece = bench.pieces.find(belongs)
    if piece is None:
        gallery = bench.pictures.subset(split.gallery)
        known, asked = bench.labels[split.gallery], bench.labels[split.queries]
        system.fit(gallery, known, seed=split.seed, progress=bench.progress)
        queries = embed_maps(system.network, trainer.views[0], split.queries, system.recipe)
        piece = dict(_grid(system, queries.numpy(), asked, known, bench.progress))
        bench.pieces.save(belongs, piece)
    return {name: Run(**run) for name, run in piece.items()}


def _grid(
    system: Cnn,
    queries: NDArray[np.float32],
    asked: NDArray[np.int64],
    known: NDArray[np.int64],
    progress: Progress,
) -> Mapping[str, dict[str, Any]]:
    """Judge the embeddings (Q, D) of the queries under every K, L and number of probes."""
    runs: dict[str, dict[str, Any]] = {}
    for L in TABLES:
        for K in BITS:
            index = LSHIndex(LSHConfig(n_bits=K, n_tables=L), system.vectors.dim)
            index.add(system.vectors.ids, system.vectors.matrix)
            for P in PROBES:
                rankings = [_candidates_ranked(index, query, P) for query in queries]
                runs[_name(K, L, P)] = asdict(judge(rankings, asked, known, {}))
            progress(len(runs), len(BITS) * len(TABLES) * len(PROBES), "K and L")
    return runs


def _candidates_ranked(
    index: LSHIndex, query: NDArray[np.float32], n_probes: int
) -> NDArray[np.int64]:
    ids = index.candidates(index.hash(query), n_probes=n_probes).ids
    return rerank(query, index.vectors, ids, k=max(1, len(ids))).ids


def _name(K: int, L: int, n_probes: int) -> str:
    return f"K={K} L={L} probes={n_probes}"
