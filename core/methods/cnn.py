"""The ResNet50 systems of the paper's tables, and their control.

| key | attention | search | |
|---|---|---|---|
| ``cnn-lsh`` | none | LSH | [19] |
| ``cnn-attention`` | CBAM | exact scan | [20] |
| ``ours`` | CBAM | LSH | the paper's own |
| ``cnn`` | none | exact scan | in no table: the control for both |

They share all that their names don't say: the backbone, the recipe, the budget, the seed. Two
that differ in their search alone share one trained network, so that a difference between any
two of them is that of attention or of hashing and of nothing else.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..index.exact import exact_scan, rerank
from ..index.lsh import LSHConfig, LSHIndex
from ..index.vectors import Vectors
from ..language import tr
from ..model.attention import AttentionMode
from ..model.checkpoint import Checkpoint, Provenance
from ..model.embedder import Embedder
from ..model.training import embed_maps
from ..progress import Progress
from .base import Pictures, User
from .trainer import Trainer

MOST_PROBES = 64  # that a calibration tries, per table
PSEUDO_QUERIES = 200  # gallery images that a calibration searches with


@dataclass(frozen=True, kw_only=True, slots=True)
class LshSearch:
    """How a system with hashing searches.

    The number of probes is found on the gallery: the largest for which its own images, as
    queries, look at no more than ``most`` of it. No query has a part in that.

    Raises:
        SettingError: a share outside 0 … 1.
    """

    lsh: LSHConfig = LSHConfig()  # noqa: RUF009  frozen
    most: float = 0.3  # candidate ratio

    def __post_init__(self) -> None:
        if not 0 < self.most <= 1:
            raise SettingError(
                tr("most is {most}; it is a share of the gallery, 0 to 1.", most=self.most)
            )


class Cnn:
    """One system: a network with or without attention, searched with or without hashing."""

    def __init__(
        self,
        trainer: Trainer,
        key: str,
        title: str,
        attention: AttentionMode,
        search: LshSearch | None,
    ) -> None:
        self.key = key
        self.title = title
        self.attention: AttentionMode = attention
        self.search = search
        self._trainer = trainer

    def settings(self) -> dict[str, Any]:
        """Return every setting as plain values."""
        search: dict[str, Any] = {"search": "exact scan"}
        if self.search:
            lsh = self.search.lsh
            search = {
                "search": "LSH",
                "K": lsh.n_bits,
                "L": lsh.n_tables,
                "hyperplanes_seed": lsh.seed,
                "most_of_the_gallery": self.search.most,
            }
        return {"attention": self.attention, **search, **self._trainer.settings()}

    def fit(
        self, gallery: Pictures, labels: NDArray[np.int64], *, seed: int, progress: Progress
    ) -> None:
        """Train on the gallery, or take the network of a system that did; embed and hash it."""
        self.recipe = replace(self._trainer.recipe, seed=seed, attention=self.attention)
        self.network = self._trainer.trained(gallery, labels, self.recipe, progress)
        embeddings = self._embed(gallery)  # (N, D)
        rows = np.arange(len(gallery))
        if self.search is None:
            self.vectors = Vectors(embeddings.shape[1])
            self.vectors.add(rows, embeddings)
            return
        self.index = LSHIndex(self.search.lsh, embeddings.shape[1])
        self.index.add(rows, embeddings)
        self.vectors = self.index.vectors
        self.n_probes = calibrated_probes(self.index, self.search.most)

    def rank(self, queries: Pictures, user: User, *, progress: Progress) -> list[NDArray[np.intp]]:
        """Rank the gallery for each query; with hashing, the candidates only."""
        rankings = []
        for done, embedding in enumerate(self._embed(queries), start=1):
            rankings.append(self._search(embedding))
            progress(done, len(queries), f"Searching with {self.title}")
        return rankings

    def embedder(self) -> Embedder:
        """Return the trained network as the app uses one, for images of any kind."""
        checkpoint = Checkpoint(self.network, self._trainer.preprocess, Provenance(), self.key)
        return Embedder(checkpoint)

    def _embed(self, pictures: Pictures) -> NDArray[np.float32]:
        maps = self._trainer.views[0]
        return embed_maps(self.network, maps, pictures.ids, self.recipe).numpy()

    def _search(self, embedding: NDArray[np.float32]) -> NDArray[np.intp]:
        if self.search is None:
            return exact_scan(embedding, self.vectors, k=len(self.vectors)).ids
        code = self.index.hash(embedding)
        ids = self.index.candidates(code, n_probes=self.n_probes).ids
        return rerank(embedding, self.vectors, ids, k=max(1, len(ids))).ids


def calibrated_probes(index: LSHIndex, most: float) -> int:
    """Return how many buckets a table may be read for a candidate ratio of at most ``most``.

    Images of the gallery, evenly spread, are the queries. At least 1, at most 64 per table.
    """
    step = -(-len(index) // PSEUDO_QUERIES)
    codes = [index.hash(embedding) for embedding in index.vectors.matrix[::step]]

    def ratio(n_probes: int) -> float:
        found = [len(index.candidates(code, n_probes=n_probes).ids) for code in codes]
        return float(np.mean(found)) / len(index)

    low, high = 1, MOST_PROBES  # more buckets never hold fewer candidates: halve the range
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if ratio(middle) <= most else (low, middle - 1)
    return low


def cnn_systems(trainer: Trainer) -> list[Cnn]:
    """Return the three systems of the tables, in their order, and the control."""
    search = LshSearch()
    return [
        Cnn(trainer, "cnn-lsh", "CNN + LSH [19]", "off", search),
        Cnn(trainer, "cnn-attention", "CNN + attention [20]", "both", None),
        Cnn(trainer, "ours", "Ours", "both", search),
        Cnn(trainer, "cnn", "CNN alone", "off", None),
    ]
