"""The common protocol on a table: ask it as any other index.

LanceDB finds rows by their codes or keys; their cosines are computed here, from the very numbers
that the in-process indexes have, so equal rows give equal hits.
"""

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..index import persistence
from ..index.exact import MAX_K, Excluded, Hits, HitsBatch, best, left_out
from ..index.families.hyperplanes import HashCode
from ..index.lsh import Candidates, HashTables, LSHConfig
from ..index.vectors import (
    Embedding,
    Vectors,
    as_matrix,
    check_one_id_each,
    checked_additions,
    checked_embedding,
    checked_embeddings,
    checked_exclusions,
    checked_ids,
    checked_new_ids,
    checked_whole,
    id_is_taken,
    id_is_unknown,
    mean_of,
    similarities,
)
from .about import About
from .settings import WAYS, HammingSearch, KeySearch, QuantisedSearch, TableSearch
from .table import IN_MEMORY, Rows, Table


class TableIndex(HashTables):
    """An index whose rows lie in a table."""

    def __init__(self, table: Table, settings: TableSearch | None = None) -> None:
        self.table = table
        self.settings = settings or HammingSearch()
        self.config = table.about.lsh
        self.functions = table.about.functions

    @classmethod
    def build(
        cls,
        embeddings: ArrayLike,
        ids: ArrayLike | None = None,
        *,
        config: LSHConfig | None = None,
        settings: TableSearch | None = None,
        address: str = IN_MEMORY,
    ) -> Self:
        """Write a gallery to a new table.

        Args:
            embeddings: (N, D), rows of unit length.
            ids: (N,) whole numbers, 0 or more; 0 … N-1 where left out.
            config: K, L and the seed.
            settings: how queries are answered that don't say it themselves.
            address: of the table; by default it lives in memory.

        Raises:
            SettingError: not embeddings or ids.
            StoreError: there is a table already, or it can't be written.
        """
        rows = as_matrix(embeddings)
        checked = checked_embeddings(rows, rows.shape[1])
        new_ids = np.arange(len(rows)) if ids is None else checked_new_ids(ids)
        check_one_id_each(new_ids, len(rows))
        about = About(
            lsh=config or LSHConfig(), centre=mean_of(rows), half=rows.dtype == np.float16
        )
        index = cls(Table.create(address, about), settings)
        index.table.upsert(new_ids, checked, {})
        return index

    def __len__(self) -> int:
        return len(self.table)

    @property
    def dim(self) -> int:
        """Length D of an embedding."""
        return self.table.about.dim

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        Raises:
            SettingError: as ``checked_additions``; or an id is there already.
        """
        new_ids, rows = checked_additions(ids, embeddings, self.dim)
        taken = self.table.known(new_ids)
        if len(taken):
            raise id_is_taken(int(taken[0]))
        self.table.upsert(new_ids, rows, {})

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """
        gone = checked_ids(ids, distinct=True)
        unknown = np.setdiff1d(gone, self.table.known(gone))
        if len(unknown):
            raise id_is_unknown(int(unknown[0]), len(self))
        self.table.delete(gone.tolist())

    def query(
        self,
        embedding: Embedding,
        *,
        k: int,
        exclude: Excluded = None,
        settings: TableSearch | None = None,
    ) -> Hits:
        """Return the k best of what one of the three ways finds.

        Args:
            embedding: (D,) of unit length.
            k: how many hits at most.
            exclude: ids to leave out.
            settings: the way, and how far it goes; by default the index's own.

        Raises:
            SettingError: a number outside its range, or not an embedding of this gallery.
            StoreError: the table can't be read.
        """
        checked_whole("k", k, low=1, high=MAX_K)
        vector = checked_embedding(embedding, self.dim)
        own = left_out(exclude)
        rows = self.found(vector, k + len(own), settings or self.settings)
        return ranked(vector, rows, k=k, exclude=own)

    def found(self, vector: NDArray[np.float32], k: int, settings: TableSearch) -> Rows:
        """Return the rows that are to be ranked for k hits, for a checked embedding (D,)."""
        match settings:
            case HammingSearch():
                code = self.table.about.codes(vector[np.newaxis])[0]
                n = max(k, settings.n_rerank)
                return self.table.nearest_codes(code, n, n_partitions=settings.n_partitions)
            case KeySearch():
                return self._in_buckets(self.hash(vector), settings.n_probes)
            case QuantisedSearch():
                return self.table.nearest_embeddings(
                    vector, max(k, settings.n_rerank), n_partitions=settings.n_partitions
                )

    def query_batch(
        self,
        embeddings: ArrayLike,
        *,
        k: int,
        exclude: ArrayLike | None = None,
        settings: TableSearch | None = None,
    ) -> HitsBatch:
        """Answer many queries (Q, D); each gets what ``query`` gives it.

        Raises:
            SettingError: as ``query``.
        """
        queries = checked_embeddings(embeddings, self.dim)
        own = checked_exclusions(exclude, len(queries)).tolist()
        shape = (len(queries), min(checked_whole("k", k, low=1, high=MAX_K), len(self)))
        batch = HitsBatch(np.full(shape, -1), np.full(shape, -2, np.float32))
        for row, (vector, one) in enumerate(zip(queries, own, strict=True)):
            hits = self.query(vector, k=k, exclude=one, settings=settings)
            batch.ids[row, : len(hits)] = hits.ids
            batch.similarities[row, : len(hits)] = hits.similarities
        return batch

    def candidates(self, code: HashCode, *, n_probes: int = 1) -> Candidates:
        """Read ``n_probes`` buckets per table, all of them in one request.

        Raises:
            SettingError: ``n_probes`` is outside 1 … 4,096, or the code is of another index.
        """
        rows = self._in_buckets(code, n_probes)
        return _Read(self.config, self.functions, rows).candidates(code, n_probes=n_probes)

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        """Ids (n,) in one bucket, ascending; none where nothing has that key.

        Raises:
            SettingError: no such table.
        """
        entry = (self._checked_table(table) << self.config.n_bits) | key
        return np.sort(self.table.in_buckets(np.array([entry])).ids)

    def save(self, folder: Path) -> None:
        """Copy all embeddings into a file, with what codes and keys can be made of again.

        A table that lies at an address needs none: ``Table.open`` finds it there.

        Raises:
            StoreError: it can't be written.
        """
        rows = self.table.all_rows()
        vectors = Vectors.from_matrix(rows.embeddings.reshape(-1, self.dim), rows.ids)
        way = next(name for name, kind in WAYS.items() if isinstance(self.settings, kind))
        about = {"table": self.table.about.as_text(), "way": way, "settings": asdict(self.settings)}
        persistence.save_vectors(folder, type(self).__name__, vectors, about)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote into a table in memory.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        vectors, about, _ = persistence.load_vectors(folder, cls.__name__)
        table = Table.create(IN_MEMORY, About.from_text(about["table"]))
        table.upsert(vectors.ids, vectors.matrix, {})
        return cls(table, WAYS[about["way"]](**about["settings"]))

    def _in_buckets(self, code: HashCode, n_probes: int) -> Rows:
        KeySearch(n_probes=n_probes)  # checks it
        keys = [
            [key for key, _ in islice(self.functions.neighbours(code, table), n_probes)]
            for table in range(self.config.n_tables)
        ]
        entries = self.table.about.entries(np.array(keys).T)
        return self.table.in_buckets(entries.reshape(-1))


class _Read(HashTables):
    """The hash tables of some rows."""

    def __init__(self, config: LSHConfig, functions: object, rows: Rows) -> None:
        self.config = config
        self.functions = functions  # type: ignore[assignment]
        self._rows = rows

    def bucket(self, table: int, key: int) -> NDArray[np.int64]:
        entry = (self._checked_table(table) << self.config.n_bits) | key
        return np.sort(self._rows.ids[self._rows.entries[:, table] == entry])


def ranked(vector: NDArray[np.float32], rows: Rows, *, k: int, exclude: Excluded = None) -> Hits:
    """Rank rows by their cosine to an embedding (D,); ties go to the lower id."""
    kept = ~np.isin(rows.ids, left_out(exclude))
    ids, scores = rows.ids[kept], similarities(vector, rows.embeddings[kept])
    top = best(ids, scores, k)
    return Hits(ids=ids[top], similarities=scores[top])
