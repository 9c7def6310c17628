"""Everything about one query: why each image came up, or didn't, and what would have changed it.

A search result holds what the search did (``core.search.SearchResult``). ``Evidence`` looks at it
from the side of one gallery image: in each table, which bits differ from the query's, and as which
probe its bucket comes up. From that follows what would have found it: more probes in the same
tables, or more tables with the same probes. A seed draws all hyperplanes one after another, table
by table, so an index of more tables begins with the very tables of a smaller one.

``as_json`` and ``as_csv`` write it all down, for whoever wants to redo the query by hand.
"""

import csv
import io
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .. import __version__, wording
from ..galleries.base import Gallery
from ..index.exact import Hits, exact_scan, rerank
from ..index.families import HashFamily
from ..index.families.hyperplanes import MAX_TABLES, bit_values
from ..index.lsh import LSHIndex
from ..index.multi_probe import flips_in_order
from ..index.vectors import similarities
from ..language import ENGLISH, later, speaking, tr
from ..search import SearchConfig, SearchResult

MOST_PROBES = 1_024  # per table: where the search for the right probe ends
MOST_TABLES = MAX_TABLES  # where the search for the right table ends

Outcome = Literal["query", "hit", "outranked", "missed", "far"]

STEPS = (
    "Tables, bits, probes and ranks count from 1, ids from 0.",
    "margins[table][bit] is the scalar product of hyperplanes[table][bit] and query.embedding "
    "- centre; a bit is 1 where its margin is >= 0.",
    "A key is its table's bits as a binary number, bit 1 highest. Each gallery image lies in "
    "the bucket of its own key in each table.",
    "Probe 1 of a table reads the bucket of the query's key. Each further one flips a set of "
    "bits; the sets come in the order of their cost, the sum of the squared margins.",
    "Candidates are the images in the buckets of `probes`, each once, without the query itself.",
    "Hits are the k candidates of the highest cosine, exact hits the k images of the whole "
    "gallery; equal cosines go to the lower id.",
    "Uniform hyperplanes are numpy.random.default_rng(seed).standard_normal((L, K, D), "
    "dtype=numpy.float32), each divided by its length; their centre is 0. Leaning ones are "
    "those times the square root of the covariance matrix of the gallery's embeddings, each "
    "divided by its length again; their centre is the mean of the embeddings.",
)
"""How to redo the query from the numbers that ``as_json`` writes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InTable:
    """One gallery image beside the query, as one table sees both."""

    table: int  # 0 … L-1
    key: int  # the image's
    differing: tuple[int, ...]  # bits, 0 … K-1, that are not the query's: the Hamming distance
    query_margins: tuple[float, ...]  # of those bits
    image_margins: tuple[float, ...]  # of those bits; the signs are the opposite ones
    cost: float  # sum of the squared query margins: by this the probes are ordered
    probe: int | None  # which probe of the table reads its bucket; None: none of MOST_PROBES
    is_read: bool  # whether the search read that bucket


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """Why one gallery image came up or did not."""

    id: int
    name: str
    label: str | None
    similarity: float  # cosine to the query
    angle: float  # degrees
    exact_rank: int | None  # in the exact scan of the whole gallery; None for the query itself
    candidate_rank: int | None  # among the candidates; None for what is no candidate
    outcome: Outcome
    tables: tuple[InTable, ...]  # all L
    least_probes: int | None  # per table that find it in any of the L; None: over MOST_PROBES
    least_tables: int | None  # that find it with the same probes; None: over MOST_TABLES

    @property
    def nearest(self) -> InTable:
        """The table whose probes come to it first."""
        return min(self.tables, key=lambda it: (it.probe or MOST_PROBES + 1, it.cost))

    @property
    def found_by(self) -> tuple[int, ...]:
        """Tables that found it."""
        return tuple(it.table for it in self.tables if it.is_read)


class Evidence:
    """One search, looked at from all sides.

    Attributes:
        result: the search.
        index: that it asked.
        gallery: the images.
        config: k and the probes.
        ranking: the exact scan's ranking of the whole gallery, without the query itself.
        reranked: all candidates by cosine, without the query itself; the first k are the hits.
    """

    def __init__(
        self, result: SearchResult, index: LSHIndex, gallery: Gallery, config: SearchConfig
    ) -> None:
        self.result = result
        self.index = index
        self.gallery = gallery
        self.config = config
        embedding, own = result.query.embedding, result.own_ids
        everything = max(1, len(index))
        self.ranking: Hits = exact_scan(embedding, index.vectors, k=everything, exclude=own)
        self.reranked: Hits = rerank(
            embedding, index.vectors, result.candidates.ids, k=everything, exclude=own
        )
        self._exact_ranks = _ranks(self.ranking)
        self._candidate_ranks = _ranks(self.reranked)

    @cached_property
    def missed(self) -> tuple[Explained, ...]:
        """The exact scan's hits that no table found, the nearest first."""
        return tuple(
            self.explain(hit.id)
            for hit in self.result.exact_hits
            if hit.id not in self._candidate_ranks
        )

    def rank(self, id: int) -> int | None:
        """Return an image's rank in the exact scan; the query itself has none."""
        return self._exact_ranks.get(id)

    def explain(self, id: int) -> Explained:
        """Say why this gallery image came up or did not.

        Raises:
            SettingError: the index has no such id.
        """
        row = self.index.vectors.rows([id])[0]  # (D,)
        similarity = float(similarities(self.result.query.embedding, row[np.newaxis])[0])
        tables = self._in_tables(row)
        places = [it.probe for it in tables if it.probe is not None]
        return Explained(
            id=id,
            name=self.gallery.items[id].name,
            label=self.gallery.items[id].label,
            similarity=similarity,
            angle=float(np.degrees(np.arccos(np.clip(similarity, -1, 1)))),
            exact_rank=self.rank(id),
            candidate_rank=self._candidate_ranks.get(id),
            outcome=self._outcome(id),
            tables=tables,
            least_probes=min(places, default=None),
            least_tables=self._least_tables(row),
        )

    def _outcome(self, id: int) -> Outcome:
        if id == self.result.query_id:
            return "query"
        place = self._candidate_ranks.get(id)
        if place is not None:
            return "hit" if place <= self.config.k else "outranked"
        return "missed" if self._exact_ranks[id] <= self.config.k else "far"

    def _in_tables(self, row: NDArray[np.float32]) -> tuple[InTable, ...]:
        """Set the bits of one embedding (D,) beside the query's."""
        ours, theirs = self.result.code, self.index.hash(row)
        seen = []
        for table, places in enumerate(self._places):
            differing = np.flatnonzero(ours.bits[table] != theirs.bits[table])
            margins = ours.margins[table, differing]
            key = int(theirs.keys[table])
            probe = places.get(key)
            seen.append(
                InTable(
                    table=table,
                    key=key,
                    differing=tuple(differing.tolist()),
                    query_margins=tuple(margins.tolist()),
                    image_margins=tuple(theirs.margins[table, differing].tolist()),
                    cost=float(np.square(margins, dtype=np.float64).sum()),
                    probe=probe,
                    is_read=probe is not None and probe <= self.result.n_probes,
                )
            )
        return tuple(seen)

    def _least_tables(self, row: NDArray[np.float32]) -> int | None:
        """How many tables of this seed it takes until one finds an embedding (D,)."""
        keys = self._more_tables.hash(row).keys.tolist()  # (MOST_TABLES,)
        found = (n for n, key in enumerate(keys, start=1) if key in self._read_keys[n - 1])
        return next(found, None)

    @cached_property
    def _places(self) -> list[dict[int, int]]:
        """For each table: key -> which probe reads it, as far as MOST_PROBES."""
        code = self.result.code
        limit = max(MOST_PROBES, self.result.n_probes)
        pairs = zip(code.margins, code.keys.tolist(), strict=True)
        return [probe_order(margins, key, limit) for margins, key in pairs]

    @cached_property
    def _more_tables(self) -> HashFamily:
        """Hash functions of MOST_TABLES: of the index, and those that would follow."""
        return self.index.draw(MOST_TABLES)

    @cached_property
    def _read_keys(self) -> list[dict[int, int]]:
        """For each of MOST_TABLES tables: the keys that a query's probes would read."""
        code = self._more_tables.hash(self.result.query.embedding)
        pairs = zip(code.margins, code.keys.tolist(), strict=True)
        return [probe_order(margins, key, self.result.n_probes) for margins, key in pairs]


def probe_order(margins: NDArray[np.float32], key: int, n_probes: int) -> dict[int, int]:
    """Return which bucket each probe of one table reads: key -> 1, 2, 3 and so on.

    Args:
        margins: (K,) of the query.
        key: of the query.
        n_probes: how many are asked for; there are 2^K at most.
    """
    values = bit_values(len(margins)).tolist()
    sets = islice(flips_in_order(margins), n_probes)
    return {
        key ^ sum(values[bit] for bit in flipped): probe
        for probe, (flipped, _) in enumerate(sets, start=1)
    }


def gallery_keys(index: LSHIndex) -> dict[int, list[int]]:
    """Read off every bucket which key each id has in each table: id -> (L,)."""
    n_tables = index.config.n_tables
    keys: dict[int, list[int]] = {id: [0] * n_tables for id in sorted(index.vectors.ids.tolist())}
    for table in range(n_tables):
        for key in index.bucket_sizes(table):
            for id in index.bucket(table, key).tolist():
                keys[id][table] = key
    return keys


def _ranks(hits: Hits) -> dict[int, int]:
    return {id: rank for rank, id in enumerate(hits.ids.tolist(), start=1)}


# In words ---------------------------------------------------------------------------------


def verdict(image: Explained, k: int) -> str:
    """Say in one sentence what became of an image in a search for k hits."""
    if image.outcome == "query":
        return tr("It is the query itself, which is left out of its own results.")
    if image.outcome in ("hit", "outranked"):
        found = tr(
            "{tables} of {n_tables} read its bucket",
            tables=listed(image.found_by, "table"),
            n_tables=len(image.tables),
        )
        nearer = _nearer((image.candidate_rank or 1) - 1)
        if image.outcome == "hit":
            return tr(
                "It is hit {rank}: {found}, and {nearer} to the query.",
                rank=image.candidate_rank,
                found=found,
                nearer=nearer,
            )
        return tr(
            "It is a candidate but no hit: {found}, but {nearer}, and k = {k} ends before it.",
            found=found,
            nearer=nearer,
            k=k,
        )
    if image.outcome == "far":
        return tr(
            "No probe read its bucket in any table, and nothing is lost: its exact rank is "
            "{rank}, beyond the first {k}.",
            rank=image.exact_rank,
            k=k,
        )
    nearest = image.nearest
    bits = listed(nearest.differing, "bit")
    return tr(
        "It is number {rank} of the exact scan and was missed: no probe read its bucket in any "
        "table, and in table {table}, which came closest, {across}.",
        rank=image.exact_rank,
        table=nearest.table + 1,
        across=(
            tr("{bits} lies on the other side", bits=bits)
            if len(nearest.differing) == 1
            else tr("{bits} lie on the other side", bits=bits)
        ),
    )


def _nearer(n: int) -> str:
    if n == 0:
        return tr("no candidates are closer")
    return tr("1 candidate is closer") if n == 1 else tr("{n} candidates are closer", n=n)


_PHRASES = {
    "bit": (later("no bit"), later("bit {which}"), later("bits {which}")),
    "table": (later("no table"), later("table {which}"), later("tables {which}")),
}


def listed(numbers: Sequence[int], what: Literal["bit", "table"]) -> str:
    """Name things that count from 0 as people count: ``table 1``, ``bits 2, 5 and 7``."""
    return joined([str(number + 1) for number in numbers], what)


def joined(items: Sequence[str], what: Literal["bit", "table"]) -> str:
    """Join several things into one phrase: ``bits a, b and c``."""
    none, one, many = _PHRASES[what]
    if not items:
        return tr(none)
    return tr(one if len(items) == 1 else many, which=wording.joined(items))


# To take away -----------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """Versions of what took part."""
    return {
        "hashlight": __version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "torch": version("torch"),
    }


def as_json(
    evidence: Evidence, *, title: str, model_digest: str, address: str, others: Sequence[int] = ()
) -> dict[str, Any]:
    """Return all of it, complete enough to redo the query by hand (``STEPS``).

    Args:
        evidence: of one query.
        title: of the query image.
        model_digest: of the embedder.
        address: that shows this query.
        others: ids that are explained beside the hits and the exact scan's.
    """
    result, index, gallery = evidence.result, evidence.index, evidence.gallery
    cosines = dict(
        zip(evidence.ranking.ids.tolist(), _plain(evidence.ranking.similarities), strict=True)
    )
    explained = dict.fromkeys([hit.id for hit in (*result.hits, *result.exact_hits)])
    explained |= dict.fromkeys(others)
    return {
        "what": "The evidence of one query",
        "address": address,
        "versions": versions(),
        "gallery": {
            "key": gallery.key,
            "title": gallery.title,
            "digest": gallery.digest,
            "n_searched": result.n_gallery,
        },
        "model": {"digest": model_digest, "attention": result.query.attention},
        "settings": _settings(evidence),
        "steps": list(STEPS),
        "query": {
            "title": title,
            "id": result.query_id,
            "label": result.query_label,
            "digest": result.query.image.digest,
            "embedding": _plain(result.query.embedding),
            "margins": _plain(result.code.margins),
            "keys": result.code.keys.tolist(),
        },
        "hyperplanes": _plain(index.hyperplanes.normals),
        "centre": _plain(np.broadcast_to(index.hyperplanes.centre, index.dim)),
        "probes": _probes(evidence),
        "images": [
            {
                "id": id,
                "name": gallery.items[id].name,
                "label": gallery.items[id].label,
                "keys": keys,
                "cosine": cosines.get(id),  # none for the query itself
            }
            for id, keys in gallery_keys(index).items()
        ],
        "candidates": evidence.reranked.ids.tolist(),
        "hits": [asdict(hit) for hit in result.hits],
        "exact_hits": [asdict(hit) for hit in result.exact_hits],
        "missed": [image.id for image in evidence.missed],
        "neighbour_recall": result.neighbour_recall,
        "candidate_ratio": result.candidate_ratio,
        "explained": [_explained(evidence, id) for id in explained],
        "limits": {"least_probes": MOST_PROBES, "least_tables": MOST_TABLES},
        "seconds": result.seconds,
    }


def as_csv(
    evidence: Evidence, *, title: str, model_digest: str, address: str, others: Sequence[int] = ()
) -> str:
    """Return one row per candidate and per image that the exact scan ranks first.

    Every row repeats query, settings, digests and versions: it can stand alone, and the rows of
    several queries can be put below each other.

    Args:
        evidence: of one query.
        title: of the query image.
        model_digest: of the embedder.
        address: that shows this query.
        others: ids that get a row in any case.
    """
    rows = dict.fromkeys(evidence.reranked.ids.tolist())
    rows |= dict.fromkeys([*(hit.id for hit in evidence.result.exact_hits), *others])
    constant = {
        "query": title,
        "gallery": evidence.gallery.key,
        "gallery_digest": evidence.gallery.digest,
        "model_digest": model_digest,
        "attention": evidence.result.query.attention,
        **_settings(evidence),
        **versions(),
        "address": address,
    }
    images = [_row(evidence.explain(id)) | constant for id in rows]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(images[0]) if images else list(constant))
    writer.writeheader()
    writer.writerows(sorted(images, key=lambda row: row["exact_rank"] or 0))
    return file.getvalue()


def _settings(evidence: Evidence) -> dict[str, Any]:
    index = evidence.index
    manner = {"hyperplanes": index.hyperplanes.manner}
    return manner | asdict(index.config) | asdict(evidence.config)


def _row(image: Explained) -> dict[str, Any]:
    return {
        "id": image.id,
        "name": image.name,
        "label": image.label,
        "cosine": image.similarity,
        "angle_degrees": image.angle,
        "exact_rank": image.exact_rank,
        "candidate_rank": image.candidate_rank,
        "outcome": image.outcome,
        "n_tables_found_by": len(image.found_by),
        "hamming_by_table": " ".join(str(len(it.differing)) for it in image.tables),
        "least_probes": image.least_probes,
        "least_tables": image.least_tables,
    }


def _probes(evidence: Evidence) -> list[dict[str, Any]]:
    probes, probe_number, last = [], 0, -1
    for probe in evidence.result.candidates.probes:
        probe_number = probe_number + 1 if probe.table == last else 1
        last = probe.table
        probes.append(
            {
                "table": probe.table + 1,
                "probe": probe_number,
                "key": probe.key,
                "flipped_bits": [bit + 1 for bit in probe.flipped],
                "cost": probe.cost,
                "ids": probe.ids.tolist(),
            }
        )
    return probes


def _explained(evidence: Evidence, id: int) -> dict[str, Any]:
    image = evidence.explain(id)
    tables = [
        {
            "table": it.table + 1,
            "key": it.key,
            "differing_bits": [bit + 1 for bit in it.differing],
            "query_margins": list(it.query_margins),
            "image_margins": list(it.image_margins),
            "cost": it.cost,
            "probe": it.probe,
            "is_read": it.is_read,
        }
        for it in image.tables
    ]
    embedding = _plain(evidence.index.vectors.rows([id])[0])
    with speaking(ENGLISH):  # as all of the file is
        details = {"verdict": verdict(image, evidence.config.k), "tables": tables}
    return asdict(image) | details | {"embedding": embedding}


def _plain(array: NDArray[np.floating]) -> list[Any]:
    """Return nested lists in which each number has no more digits than it takes to read it back."""
    numbers: list[Any] = array.astype(str).astype(np.float64).tolist()
    return numbers
