"""A gallery's rows in LanceDB: embedding, code, keys, and what a hit shows.

The address says where: ``lance://DIR``, or ``lance://`` before any object store's own address,
``lance://s3://BUCKET/PREFIX`` (also ``gs://`` and ``az://``). Credentials and the endpoint are
taken from the environment, as every tool of that store takes them.

One process writes; any number read. A write is whole or not there: LanceDB gives each a new
version. A reader sees the newest one, as of a second ago, or the one that it was opened as of.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import BTree, IvfFlat, IvfRq, LabelList
from numpy.typing import NDArray

from ..errors import StoreError
from ..index.vectors import checked_whole
from ..language import tr
from .about import About

SCHEME = "lance://"
IN_MEMORY = "memory://"
KEPT_FOR = timedelta(days=7)  # how long a compaction leaves old versions to be read

_TABLE = "gallery"
_ABOUT = b"hashlight"
_ROWS_TO_TRAIN = 64  # per partition: more change nothing that was measured
_ROUNDS = 10  # of k-means
_TRIES = 5  # of a compaction, while others write
_FEWEST_TO_INDEX = 4_000  # rows: fewer are read as fast without an index
_AT_ONCE = 10_000  # ids in one request
_SETTINGS = "search"  # of the field ``code``: how far a query goes, as calibrated
_DETAILS: Mapping[str, pa.DataType] = {
    "name": pa.string(),
    "label": pa.string(),
    "address": pa.string(),  # of the image
    "digest": pa.string(),  # SHA-256 of its file
    "thumbnail": pa.binary(),  # a JPEG; of an image that can't be read, null
    "failure": pa.string(),  # the sentence that says why this image has no embedding
}

Details = Mapping[str, Sequence[Any]]
"""Columns of ``_DETAILS``, a value for each row; one that is left out is null."""


class Rows(NamedTuple):
    """Some rows of a table."""

    ids: NDArray[np.int64]  # (n,)
    embeddings: NDArray[np.float32]  # (n, D), unit length
    entries: NDArray[np.int64]  # (n, L) ``About.entries`` of their keys


class Version(NamedTuple):
    """One state that a table can be read as of."""

    number: int
    time: datetime


class Table:
    """Rows of one gallery. Make one with ``create`` or ``open``."""

    def __init__(self, rows: Any, about: About, address: str) -> None:
        self._rows = rows
        self.about = about
        self.address = address

    @classmethod
    def create(cls, address: str, about: About) -> Self:
        """Make a table without rows.

        Raises:
            StoreError: there is one already, or none can be written there.
        """
        schema = _schema(about)
        with _told(address):
            rows = _connect(address).create_table(_TABLE, schema=schema)
        return cls(rows, about, address)

    @classmethod
    def open(cls, address: str, *, as_of: datetime | None = None) -> Self:
        """Open a table.

        Args:
            address: of the table.
            as_of: read the last version that was there then, and no later one.

        Raises:
            StoreError: there is none, or none that old, or it can't be read.
        """
        if not exists(address):
            raise StoreError(
                tr(
                    "There is no table at {address}; import images with `index --to {address}`.",
                    address=address,
                )
            )
        with _told(address):
            rows = _connect(address).open_table(_TABLE)
            text = (rows.schema.metadata or {}).get(_ABOUT, b"").decode()
        table = cls(rows, About.from_text(text), address)
        if as_of:
            table._check_out(as_of)
        return table

    def __len__(self) -> int:
        with _told(self.address):
            return int(self._rows.count_rows("failure IS NULL"))

    # Writing --------------------------------------------------------------------------

    def upsert(
        self, ids: NDArray[np.int64], embeddings: NDArray[np.floating], details: Details
    ) -> None:
        """Write rows, in place of those with the same ids: all of them, or none after an error.

        Args:
            ids: (n,), each once.
            embeddings: (n, D), unit length.
            details: of the images.
        """
        if not len(ids):
            return
        rows = self.about.as_stored(embeddings)
        keys = self.about.entries(self.about.functions.keys(rows))
        columns = {
            "id": pa.array(ids, pa.int64()),
            "embedding": _fixed(rows.astype(_dtype(self.about)), self.about.dim),
            "code": _fixed(self.about.codes(rows), self.about.code_bits // 8),
            "keys": pa.array(list(keys), pa.list_(pa.int64())),
        }
        self._merge(columns, details, len(ids))

    def note_failures(self, ids: NDArray[np.int64], details: Details) -> None:
        """Write that images (n,) have no embedding; ``details`` has the reasons as ``failure``."""
        self._merge({"id": pa.array(ids, pa.int64())}, details, len(ids))

    def _merge(self, columns: Mapping[str, pa.Array], details: Details, n: int) -> None:
        given = {
            name: pa.array(details[name], kind) if name in details else pa.nulls(n, kind)
            for name, kind in _DETAILS.items()
        }
        schema = self._rows.schema
        missing = {it.name: pa.nulls(n, it.type) for it in schema}
        batch = pa.table({**missing, **columns, **given}).select(schema.names).cast(schema)
        merge = (
            self._rows.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        )
        with _told(self.address):
            merge.execute(batch, on_bad_vectors="null")  # of images that have no embedding

    def delete(self, ids: Sequence[int]) -> None:
        """Delete the rows with these ids."""
        if ids:
            with _told(self.address):
                self._rows.delete(_among("id", ids))

    def make_indexes(self, *, quantised: bool = False) -> None:
        """Index ids and keys, and divide the codes into partitions, so that a query reads some.

        Until then, and for rows that came later (``compact``), a query reads all of them.

        Args:
            quantised: also index the embeddings by LanceDB's own codes (RaBitQ).
        """
        n = len(self)
        if n < _FEWEST_TO_INDEX:
            return
        training: dict[str, Any] = {
            "num_partitions": max(1, round(n**0.5 / 2)),
            "max_iterations": _ROUNDS,
            "sample_rate": _ROWS_TO_TRAIN,
        }
        with _told(self.address):
            self._rows.create_index("id", config=BTree())
            self._rows.create_index("keys", config=LabelList())
            self._rows.create_index("code", config=IvfFlat(distance_type="hamming", **training))
            if quantised:
                config = IvfRq(distance_type="cosine", **training)
                self._rows.create_index("embedding", config=config)

    def compact(self, *, kept_for: timedelta = KEPT_FOR) -> None:
        """Join small files, index new rows, and let go of versions older than ``kept_for``.

        Where other writers come in between every time, theirs is left for the next compaction.
        """
        with _told(self.address):
            for _ in range(_TRIES):
                try:
                    self._rows.optimize(cleanup_older_than=kept_for)
                    return
                except RuntimeError as error:  # LanceDB has no kind of its own for it
                    if "Retryable commit conflict" not in str(error):
                        raise

    def keep_settings(self, text: str) -> None:
        """Keep how far a query goes, for all who open the table."""
        with _told(self.address):
            self._rows.update_field_metadata({"path": "code", "metadata": {_SETTINGS: text}})

    @property
    def settings(self) -> str | None:
        """What ``keep_settings`` was given last."""
        text = (self._rows.schema.field("code").metadata or {}).get(_SETTINGS.encode())
        return None if text is None else text.decode()

    # Versions -------------------------------------------------------------------------

    def versions(self) -> list[Version]:
        """Return all states that can be read, the oldest first."""
        with _told(self.address):
            found = self._rows.list_versions()
        return [Version(it["version"], it["timestamp"].astimezone(UTC)) for it in found]

    def _check_out(self, as_of: datetime) -> None:
        there = [it.number for it in self.versions() if it.time <= as_of]
        if not there:
            raise StoreError(
                tr(
                    "The table at {address} has no version as old as {wanted:%Y-%m-%d %H:%M}; "
                    "the oldest is of {oldest:%Y-%m-%d %H:%M}.",
                    address=self.address,
                    wanted=as_of,
                    oldest=self.versions()[0].time,
                )
            )
        with _told(self.address):
            self._rows.checkout(there[-1])

    # Reading --------------------------------------------------------------------------

    def nearest_codes(self, code: NDArray[np.uint8], n: int, *, n_partitions: int) -> Rows:
        """Return the n rows whose codes are nearest to one (code_bits / 8,)."""
        query = self._rows.search(code, "code").distance_type("hamming")
        return self._rows_of(query.nprobes(n_partitions).limit(n))

    def nearest_embeddings(
        self, embedding: NDArray[np.float32], n: int, *, n_partitions: int | None
    ) -> Rows:
        """Return the n rows nearest to an embedding (D,) by LanceDB's own codes.

        Args:
            embedding: of unit length.
            n: how many.
            n_partitions: that are read; None: no index is used, and the answer is exact.
        """
        query = self._rows.search(embedding, "embedding").distance_type("cosine")
        query = query.nprobes(n_partitions) if n_partitions else query.bypass_vector_index()
        return self._rows_of(query.limit(n))

    def in_buckets(self, entries: NDArray[np.int64]) -> Rows:
        """Return the rows that have one of these entries (n,): ``About.entries``."""
        wanted = ", ".join(map(str, entries.tolist()))
        return self._rows_of(self._rows.search().where(f"array_has_any(keys, [{wanted}])"))

    def all_rows(self) -> Rows:
        """Return every row: all of the table's embeddings at once."""
        return self._rows_of(self._rows.search().where("failure IS NULL"))

    def known(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of these ids (n,) that are there and have an embedding: ascending."""
        found = [
            it
            for some in _some_at_once(ids.tolist())
            for it in self._column("id", f"failure IS NULL AND {_among('id', some)}")
        ]
        return np.array(sorted(found), np.int64)

    def done(self) -> dict[str, str]:
        """Return the digest of each image that needs no more work, by its name."""
        with _told(self.address):
            query = self._rows.search().select(["name", "digest"])
            found = query.to_arrow()
        names, digests = found["name"].to_pylist(), found["digest"].to_pylist()
        return dict(zip(names, digests, strict=True))

    def names(self) -> list[dict[str, Any]]:
        """Return id, name, label and digest of each image that has an embedding, by id."""
        with _told(self.address):
            query = self._rows.search().where("failure IS NULL")
            rows = query.select(["id", "name", "label", "digest"]).to_arrow().to_pylist()
        return sorted(rows, key=itemgetter("id"))

    def failures(self) -> dict[str, str]:
        """Return why images have no embedding, by their names."""
        with _told(self.address):
            query = self._rows.search().where("failure IS NOT NULL").select(["name", "failure"])
            found = query.to_arrow()
        pairs = zip(found["name"].to_pylist(), found["failure"].to_pylist(), strict=True)
        return dict(sorted(pairs))

    def ids_of(self, names: Sequence[str]) -> dict[str, int]:
        """Return the ids of images by their names, those that are there."""
        quoted = ", ".join(_quoted(name) for name in names)
        return self._named(f"name IN ({quoted})") if names else {}

    def ids_of_digest(self, digest: str) -> tuple[int, ...]:
        """Return the ids of the images whose file has this digest: ascending."""
        return tuple(sorted(self._named(f"digest = {_quoted(digest)}").values()))

    def next_id(self) -> int:
        """Return the lowest id above all that are there."""
        with _told(self.address):
            ids = self._rows.search().select(["id"]).to_arrow()["id"].to_numpy()
        return int(ids.max()) + 1 if len(ids) else 0

    def details(self, ids: Sequence[int], columns: Sequence[str]) -> dict[int, dict[str, Any]]:
        """Return some columns of ``_DETAILS`` of some rows, by id."""
        if not ids:
            return {}
        with _told(self.address):
            query = self._rows.search().where(_among("id", ids)).select(["id", *columns])
            found = query.to_arrow().to_pylist()
        return {it.pop("id"): it for it in found}

    def sample(self, n: int) -> Rows:
        """Return n rows, evenly spread over the ids, or all where there are no more."""
        checked_whole("n", n, low=1, high=2**31)
        ids = np.sort(np.array(self._column("id", "failure IS NULL"), np.int64))
        chosen = ids[np.linspace(0, len(ids) - 1, min(n, len(ids))).astype(np.intp)]
        return self._rows_of(self._rows.search().where(_among("id", chosen.tolist())))

    def _named(self, condition: str) -> dict[str, int]:
        with _told(self.address):
            found = self._rows.search().where(condition).select(["name", "id"]).to_arrow()
        return dict(zip(found["name"].to_pylist(), found["id"].to_pylist(), strict=True))

    def _column(self, name: str, condition: str) -> list[Any]:
        with _told(self.address):
            found = self._rows.search().where(condition).select([name]).to_arrow()
        column: list[Any] = found[name].to_pylist()
        return column

    def _rows_of(self, query: Any) -> Rows:
        columns = ["id", "embedding", "keys"]
        if hasattr(query, "distance_type"):
            columns.append("_distance")
        with _told(self.address):
            found = query.select(columns).to_arrow().combine_chunks()
        n = len(found)
        numbers = found["embedding"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        entries = found["keys"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return Rows(
            ids=found["id"].to_numpy(),
            embeddings=self.about.as_stored(numbers.reshape(n, self.about.dim)),
            entries=entries.reshape(n, self.about.lsh.n_tables),
        )


def exists(address: str) -> bool:
    """Whether there is a table.

    Raises:
        StoreError: nobody can say.
    """
    with _told(address):
        return _TABLE in _connect(address).list_tables().tables


def _connect(address: str) -> Any:
    place = address.removeprefix(SCHEME)
    if place == address and address != IN_MEMORY:
        raise StoreError(
            tr(
                "{address!r} is not the address of a table; write {scheme}DIR or "
                "{scheme}s3://BUCKET/PREFIX.",
                address=address,
                scheme=SCHEME,
            )
        )
    if "://" not in place:
        place = str(Path(place).expanduser())
    return lancedb.connect(place, read_consistency_interval=timedelta(seconds=1))


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Tell what LanceDB can't do in a sentence."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, pa.ArrowException) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise StoreError(
            tr(
                "The table at {address} can't be used ({reason}); check the address, its "
                "permissions and the environment's settings for that store, then try again.",
                address=address,
                reason=lines[0][:200],
            )
        ) from error


def _schema(about: About) -> pa.Schema:
    numbers = pa.float16() if about.half else pa.float32()
    key = {"lance-schema:unenforced-primary-key": "true"}
    fields = [
        pa.field("id", pa.int64(), nullable=False, metadata=key),
        pa.field("embedding", pa.list_(numbers, about.dim)),
        pa.field("code", pa.list_(pa.uint8(), about.code_bits // 8)),
        pa.field("keys", pa.list_(pa.int64())),
        *(pa.field(name, kind) for name, kind in _DETAILS.items()),
    ]
    return pa.schema(fields, metadata={_ABOUT: about.as_text().encode()})


def _dtype(about: About) -> type[np.floating]:
    return np.float16 if about.half else np.float32


def _fixed(matrix: NDArray[Any], width: int) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), width)


def _among(column: str, values: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(map(str, values))})"


def _some_at_once(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
