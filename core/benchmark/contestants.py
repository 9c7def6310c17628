"""The methods that race, one small class each behind the same two verbs: fit and query.

What is chosen when building is a constant of the class and named by ``parameters``; what is
chosen per query is a setting, from cheap to dear. Everyone gets the same contiguous unit
vectors, float32 or float16, and answers with ids = row numbers. ``query`` is asked for one query
on one thread, ``batch`` for many on as many threads as it is told; the race limits the threads
of BLAS and OpenMP around both, so a class minds only threads of another kind.

Needs NumPy; each of the others imports its library when it is made.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..index.exact import best
from ..index.lsh import LSHConfig, LSHIndex
from .data import Matrix
from .judge import blocks, scan

Setting = Mapping[str, int | float]
Ids = NDArray[np.int64]
Queries = NDArray[np.float32]

LARGEST_COPY = 300_000_000  # numbers: a method that copies the vectors takes up to 1.2 GB for it
FLOAT = 4  # bytes


class Contestant(Protocol):
    """One way to search."""

    def refusal(self, n: int, dim: int) -> str | None:
        """Say in a sentence why it doesn't race on N vectors of D numbers, or nothing."""

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Build the index of vectors (N, D)."""

    def parameters(self) -> Mapping[str, Any]:
        """What was chosen for building."""

    def settings(self) -> Sequence[Setting]:
        """The settings a query can be asked with, from cheap to dear."""

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Find k ids for one query (D,), best first; fewer, or -1, where it finds fewer."""

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Find ids (Q, k) for queries (Q, D); -1 where it finds fewer."""

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """How many vectors are compared with the query exactly; None where nobody can tell."""

    def extra_bytes(self) -> int:
        """Bytes that the index takes beyond one copy of the vectors."""


class ExactNumPy:
    """The exact scan: one product with the whole gallery."""

    def refusal(self, n: int, dim: int) -> str | None:
        """Race always: everyone is measured against it."""
        return None

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Keep the vectors."""
        self._vectors = vectors
        self._ids = np.arange(len(vectors))

    def parameters(self) -> Mapping[str, Any]:
        """There is nothing to choose."""
        return {}

    def settings(self) -> Sequence[Setting]:
        """There is nothing to set."""
        return [{}]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Score all, rank the best."""
        return best(self._ids, self._scores(query), k)

    def _scores(self, query: Queries) -> NDArray[np.float32]:
        if self._vectors.dtype == np.float32:
            scores: NDArray[np.float32] = self._vectors @ query
            return scores
        return np.concatenate([block @ query for _, block in blocks(self._vectors)])

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Score blocks of the gallery against all queries at once."""
        return scan(self._vectors, queries, k)[0]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """All of them."""
        return len(self._vectors)

    def extra_bytes(self) -> int:
        """None: the vectors are all there is."""
        return 0


class _Faiss:
    """What faiss indexes share."""

    _index: Any
    _setting: Setting | None = None

    def __init__(self) -> None:
        import faiss  # noqa: PLC0415  optional: a peer

        self._faiss = faiss

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where a float32 copy of the vectors leaves room for the others."""
        return _too_large(n, dim)

    def parameters(self) -> Mapping[str, Any]:
        """There is nothing to choose."""
        return {}

    def settings(self) -> Sequence[Setting]:
        """There is nothing to set."""
        return [{}]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Search with one query."""
        self._use(setting)
        ids: Ids = self._index.search(query[np.newaxis], k)[1][0]
        return ids

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Search with many."""
        self._use(setting)
        ids: Ids = self._index.search(queries, k)[1]
        return ids

    def _use(self, setting: Setting) -> None:
        """Set the index up for a setting, once for all its queries."""
        if setting is not self._setting:
            self._setting = setting
            for name, value in setting.items():
                setattr(self._index, name, value)

    def _add(self, vectors: Matrix) -> None:
        """Add float32 vectors in one go, so that faiss takes no more memory than they need."""
        if vectors.dtype == np.float32:
            self._index.add(vectors)
        else:
            for _, block in blocks(vectors):
                self._index.add(block)


class ExactFaiss(_Faiss):
    """faiss IndexFlatIP."""

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Copy the vectors."""
        self._index = self._faiss.IndexFlatIP(vectors.shape[1])
        self._add(vectors)

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """All of them."""
        return int(self._index.ntotal)

    def extra_bytes(self) -> int:
        """None: the vectors are all there is."""
        return 0


class FaissLSH(_Faiss):
    """faiss IndexLSH, its best reranked by IndexRefineFlat: a scan of sign codes.

    As people use it: a random rotation, and a threshold of 0 for every bit.
    """

    N_BITS = 1024

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Encode the vectors, and copy them for the reranking."""
        self._codes = self._faiss.IndexLSH(vectors.shape[1], self.N_BITS)
        self._index = self._faiss.IndexRefineFlat(self._codes)
        self._index.train(vectors)
        self._add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """Bits of a code."""
        return {"bits": self.N_BITS}

    def settings(self) -> Sequence[Setting]:
        """How many times k are reranked; faiss takes fractions."""
        most = max(1, min(2048, self._index.ntotal // 100))
        return [{"k_factor": it / 10} for it in steps(10, 10 * most)]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What is reranked."""
        return min(int(k * setting["k_factor"]), int(self._index.ntotal))

    def extra_bytes(self) -> int:
        """The codes, and the rotation."""
        n, dim = self._index.ntotal, self._index.d
        return int(n * self.N_BITS // 8 + dim * self.N_BITS * FLOAT)


class FaissIVF(_Faiss):
    """faiss IndexIVFFlat: k-means cells, of which a query reads the nearest.

    Where the gallery is float16, the cells hold float16 as well.
    """

    MOST_TRAINING = 160_000  # vectors that k-means sees, forty for each of 4,000 cells
    LARGEST = 2_000_000  # vectors; as its cells are the root of N, building grows as N√N

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where it is built in minutes."""
        if n > self.LARGEST:
            return f"To build it takes long; it is kept to {self.LARGEST:,} vectors."
        return None

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Find the cells by k-means, and put the vectors into them."""
        faiss, (n, dim) = self._faiss, vectors.shape
        self.n_cells = min(n, round(4 * n**0.5))
        self._cells = faiss.IndexFlatIP(dim)
        kind, metric = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        if vectors.dtype == np.float32:
            self._index = faiss.IndexIVFFlat(self._cells, dim, self.n_cells, metric)
        else:
            self._index = faiss.IndexIVFScalarQuantizer(
                self._cells, dim, self.n_cells, kind, metric, False
            )
        self._index.cp.min_points_per_centroid = 1  # no warning where cells are small
        step = -(-n // self.MOST_TRAINING)
        self._index.train(vectors[::step].astype(np.float32, copy=False))
        self._add(vectors)

    def parameters(self) -> Mapping[str, Any]:
        """How many cells there are."""
        return {"nlist": self.n_cells}

    def settings(self) -> Sequence[Setting]:
        """How many cells are read."""
        return [{"nprobe": it} for it in steps(1, self.n_cells)]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What the cells hold that are read."""
        cells = self._cells.search(query[np.newaxis], int(setting["nprobe"]))[1][0]
        return int(sum(self._index.invlists.list_size(int(cell)) for cell in cells))

    def extra_bytes(self) -> int:
        """An id per vector, and the centres of the cells."""
        return int(8 * self._index.ntotal + self.n_cells * self._index.d * FLOAT)


class Hnsw:
    """hnswlib: a graph of near neighbours, walked greedily."""

    M, EF_CONSTRUCTION = 16, 100

    def __init__(self) -> None:
        import hnswlib  # noqa: PLC0415  optional: a peer

        self._hnswlib = hnswlib
        self._ef = 0

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where a float32 copy of the vectors leaves room for the others."""
        return _too_large(n, dim)

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Link the vectors one by one."""
        self._shape = n, dim = vectors.shape
        self._index = self._hnswlib.Index(space="ip", dim=dim)
        self._index.init_index(
            max_elements=n, M=self.M, ef_construction=self.EF_CONSTRUCTION, random_seed=0
        )
        self._index.add_items(vectors, num_threads=threads)

    def parameters(self) -> Mapping[str, Any]:
        """Links per vector, and how long the list is while building."""
        return {"M": self.M, "ef_construction": self.EF_CONSTRUCTION}

    def settings(self) -> Sequence[Setting]:
        """How long the list of nearest so far is."""
        return [{"ef": it} for it in steps(10, 1600)]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Walk the graph."""
        ids: Ids = self.batch(query, k, setting, 1)[0]
        return ids

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """Walk it with many."""
        if (ef := max(int(setting["ef"]), k)) != self._ef:
            self._index.set_ef(ef)
            self._ef = ef
        ids = self._index.knn_query(queries, k, num_threads=threads)[0]
        return ids.astype(np.int64)  # type: ignore[no-any-return]

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """Nobody can tell: the library doesn't say."""
        return None

    def extra_bytes(self) -> int:
        """The links and labels: all but the vectors."""
        n, dim = self._shape
        return int(self._index.index_file_size() - n * dim * FLOAT)


class ReadableLSH:
    """The index that the lessons show, ``core.index.lsh``, in NumPy and dictionaries."""

    L = 8
    LARGEST = 30_000_000  # numbers

    def refusal(self, n: int, dim: int) -> str | None:
        """Race where it can be built in seconds."""
        if n > 100_000 or n * dim > self.LARGEST:
            return f"Written to be read, it takes no more than {self.LARGEST:,} numbers."
        return None

    def fit(self, vectors: Matrix, threads: int) -> None:
        """Hash the vectors into tables, about 8 of them to a bucket."""
        n, dim = vectors.shape
        n_bits = max(4, round(np.log2(n / 8)))
        self._index = LSHIndex(LSHConfig(n_bits=n_bits, n_tables=self.L), dim)
        self._index.add(np.arange(n), vectors)

    def parameters(self) -> Mapping[str, Any]:
        """K and L."""
        return {"K": self._index.config.n_bits, "L": self.L}

    def settings(self) -> Sequence[Setting]:
        """How many buckets of each table are read."""
        most = min(2**self._index.config.n_bits, 4096)
        return [{"n_probes": it} for it in steps(1, most, per_doubling=1)]

    def query(self, query: Queries, k: int, setting: Setting) -> Ids:
        """Hash, probe, rerank."""
        return self._index.query(query, k=k, n_probes=int(setting["n_probes"])).ids

    def batch(self, queries: Queries, k: int, setting: Setting, threads: int) -> Ids:
        """One after the other."""
        ids = np.full((len(queries), k), -1)
        for row, query in zip(ids, queries, strict=True):
            found = self.query(query, k, setting)
            row[: len(found)] = found
        return ids

    def candidates(self, query: Queries, k: int, setting: Setting) -> int | None:
        """What the buckets hold that are read."""
        code = self._index.hash(query)
        return len(self._index.candidates(code, n_probes=int(setting["n_probes"])).ids)

    def extra_bytes(self) -> int:
        """An id per vector and table, and the hyperplanes; dictionaries come on top."""
        return int(8 * len(self._index) * self.L + self._index.hyperplanes.nbytes)


def steps(low: int, high: int, *, per_doubling: int = 4) -> list[int]:
    """Whole numbers from low to high, each a little more than the one before."""
    n = max(0, int(np.ceil(per_doubling * np.log2(max(high, 1) / low))))
    grown = (low * 2 ** (np.arange(n + 1) / per_doubling)).round().astype(int)
    return sorted({min(it, max(low, high)) for it in grown.tolist()})


def _too_large(n: int, dim: int) -> str | None:
    if n * dim <= LARGEST_COPY:
        return None
    return f"Its own float32 copy of the vectors would take {n * dim * FLOAT / 1e9:.0f} GB."
