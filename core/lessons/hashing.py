"""What random hyperplanes should do, and what an index really does (section 3.3).

All theory here follows from one sentence: two images with the angle theta between them share a
bit with probability p = 1 - theta/pi, and so a bucket in at least one of L tables of K bits
with probability 1 - (1 - p^K)^L. Both are in ``core.index.families.hyperplanes``.

That is a mean over all hyperplanes that could have been drawn. An index has drawn some, and they
serve all its images, so what one index does lies around the mean and not on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..index.exact import best
from ..index.families.hyperplanes import collision_probability, retrieval_probability
from ..index.lsh import Candidates, LSHIndex
from ..index.vectors import similarities

DEGREES = 180
CENTRES = np.arange(0.5, DEGREES, dtype=np.float64)  # (180,) middle of each bin, in degrees

ONE_SEED = 0.1
"""How far recall and candidate ratio of one seed lie from the prediction at most.

Measured on Corel-1k and the built-in gallery, with a dozen hyperplanes or more; fewer stray
farther.
"""

_MOST_PAIRS = 1_000_000  # that a sample holds: a second's work at most


# Recall and cost: predicted, measured, chosen -----------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class PairSample:
    """Some images as queries, each against all others of its gallery."""

    ids: NDArray[np.int64]  # (n,) of the gallery, ascending
    rows: NDArray[np.intp]  # (m,) of the queries, among the ids
    wanted: NDArray[np.bool_]  # (m, n) what a look-up should find; never the query itself
    wanted_angles: NDArray[np.int64]  # (180,) wanted pairs by the degree that their angle is in
    other_angles: NDArray[np.int64]  # (180,) all other pairs


@dataclass(frozen=True, slots=True)
class RecallAndCost:
    """What a look-up finds, and what it costs to look at."""

    recall: float  # share of the wanted images that are candidates
    candidate_ratio: float  # candidates / N, the query itself left out


def sample_pairs(
    ids: NDArray[np.int64],
    embeddings: NDArray[np.float32],
    *,
    labels: Sequence[str | None] | None,
    k: int,
    n_queries: int = 200,
) -> PairSample:
    """Take queries evenly out of a gallery, and all angles to its other images.

    Args:
        ids: (n,) ascending.
        embeddings: (n, D) of unit length.
        labels: of each image: wanted is what has the query's label. None: wanted are the k
            nearest of each query, as the exact scan finds them.
        k: see ``labels``.
        n_queries: at most so many; fewer in a large gallery.
    """
    n = len(ids)
    m = min(n, n_queries, max(1, _MOST_PAIRS // n))
    rows = np.linspace(0, n - 1, m).round().astype(np.intp)
    wanted = np.zeros((m, n), dtype=np.bool_)
    counts = np.zeros((2, DEGREES), dtype=np.int64)  # of others, of wanted
    for mine, row in zip(wanted, rows.tolist(), strict=True):
        cosines = similarities(embeddings[row], embeddings)  # (n,)
        if labels is None:
            mine[[it for it in best(ids, cosines, k + 1).tolist() if it != row][:k]] = True
        elif labels[row] is not None:
            mine[:] = [label == labels[row] for label in labels]
            mine[row] = False
        degrees = degrees_of(cosines)
        np.add.at(counts, (mine.astype(int), np.minimum(degrees, DEGREES - 1).astype(int)), 1)
        counts[0, int(degrees[row])] -= 1  # the query beside itself is no pair
    return PairSample(ids, rows, wanted, wanted_angles=counts[1], other_angles=counts[0])


def predict(sample: PairSample, n_bits: int, n_tables: int) -> RecallAndCost:
    """What to expect of K bits and L tables, one probe each: the mean of the curve over pairs."""
    found = retrieved_at(CENTRES, n_bits, n_tables)  # (180,)
    every = sample.wanted_angles + sample.other_angles
    return RecallAndCost(_mean(found, sample.wanted_angles), _mean(found, every))


def measure(sample: PairSample, index: LSHIndex) -> RecallAndCost:
    """What an index over that gallery does with these queries, one probe per table."""
    found = looked_at = 0
    for id, wanted in zip(sample.ids[sample.rows].tolist(), sample.wanted, strict=True):
        code = index.hash(index.vectors.rows([id])[0])
        candidates = index.candidates(code).ids
        found += int(wanted[np.searchsorted(sample.ids, candidates)].sum())
        looked_at += len(candidates) - 1  # the query is in its own bucket
    n_pairs = len(sample.rows) * (len(sample.ids) - 1)
    return RecallAndCost(_share(found, int(sample.wanted.sum())), _share(looked_at, n_pairs))


def dot_products(outcome: RecallAndCost, n_gallery: int, n_bits: int, n_tables: int) -> float:
    """What a look-up costs, in dot products of D numbers: K·L to hash, one per candidate.

    The exact scan costs N.
    """
    return n_bits * n_tables + outcome.candidate_ratio * n_gallery


def choose(
    sample: PairSample, recall: float, *, n_bits: Iterable[int], n_tables: Iterable[int]
) -> tuple[int, int]:
    """Return the K and L that cost least of those expected to reach a recall.

    The candidates alone would always ask for as many tables and bits as there may be; the
    hashing is counted too. Where nothing reaches the recall, what comes closest is taken.

    Args:
        sample: pairs of the gallery.
        recall: the share of the wanted images that has to be found.
        n_bits: every K that may be chosen.
        n_tables: every L that may be chosen.
    """
    n, tables = len(sample.ids) - 1, list(n_tables)

    def rank(setting: tuple[int, int]) -> tuple[float, float]:
        outcome = predict(sample, *setting)
        return max(0.0, recall - outcome.recall), dot_products(outcome, n, *setting)

    return min(((K, L) for K in n_bits for L in tables), key=rank)


def retrieved_at(degrees: NDArray[np.float64], n_bits: int, n_tables: int) -> NDArray[np.float64]:
    """Probability that images so many degrees apart share a bucket: 1 - (1 - p^K)^L."""
    return retrieval_probability(
        collision_probability(np.cos(np.deg2rad(degrees))), n_bits, n_tables
    )


# Probes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What each further probe per table brings; step 1 reads the query's own buckets."""

    first: NDArray[np.int64]  # (n,) the step at which each candidate was found
    n_candidates: NDArray[np.int64]  # (P,) after each step
    n_found: NDArray[np.int64]  # (P,) true neighbours among them


def probe_steps(
    candidates: Candidates, neighbours: NDArray[np.int64], *, exclude: int | None = None
) -> Steps:
    """Take a look-up apart, probe by probe.

    A true neighbour among the candidates is among the hits as well, because they are reranked
    by the same cosine: so found / k is the neighbour recall@k.

    Args:
        candidates: of a query, with every probe that was read.
        neighbours: (k,) ids of the exact scan.
        exclude: the query's own id, when it is in the gallery: no candidate.
    """
    step = probe_numbers(candidates)
    n_steps = int(step.max())
    read = np.concatenate([probe.ids for probe in candidates.probes])
    first = np.full(len(candidates.ids), n_steps + 1)
    when = np.repeat(step, [len(probe.ids) for probe in candidates.probes])
    np.minimum.at(first, np.searchsorted(candidates.ids, read), when)
    counted = candidates.ids != exclude
    true = counted & np.isin(candidates.ids, neighbours)
    return Steps(
        first,
        np.bincount(first[counted], minlength=n_steps + 1)[1:].cumsum(),
        np.bincount(first[true], minlength=n_steps + 1)[1:].cumsum(),
    )


def found_in_any_order(
    differing: NDArray[np.integer], n_bits: int, n_probes: int
) -> NDArray[np.float64]:
    """Return how many neighbours probes find that ignore margins, on average over their orders.

    The fewest flipped bits come first, and among as many any bucket is as likely as another. A
    neighbour whose key differs in d bits lies in one of the C(K, d) buckets that do.

    Args:
        differing: (k, L) bits in which each neighbour's key differs from the query's.
        n_bits: K.
        n_probes: P, buckets that are read in each table.

    Returns:
        (P,) after 1, 2 … P probes per table.
    """
    buckets = np.array([comb(n_bits, d) for d in range(n_bits + 1)])
    nearer = buckets.cumsum() - buckets  # with fewer flipped bits, and so read before
    read = np.arange(1, n_probes + 1)[:, None, None] - nearer[differing]
    missed = (1 - np.clip(read / buckets[differing], 0, 1)).prod(axis=2)
    found: NDArray[np.float64] = (1 - missed).sum(axis=1)
    return found


def probe_numbers(candidates: Candidates) -> NDArray[np.int64]:
    """Number the probes of each table from 1, in the order in which they were read."""
    tables = np.array([probe.table for probe in candidates.probes])
    return np.arange(len(tables)) - np.searchsorted(tables, tables) + 1


# Buckets (Figures 8 and 9) ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """How one hash table has spread its gallery."""

    n_buckets: int  # that hold something
    empty_share: float  # of all 2^K keys
    largest_key: int
    largest: int  # images in the largest bucket
    alone_share: float  # of the images: as a query, each would find nothing in this table
    mean_read: float  # images that a query of the gallery meets here, itself left out


def table_statistics(sizes: dict[int, int], n_bits: int) -> TableStatistics:
    """Describe one table by the sizes of its buckets, key -> images, none empty."""
    counts = np.array(list(sizes.values()))
    n = int(counts.sum())
    largest = max(sizes, key=lambda key: (sizes[key], -key))
    return TableStatistics(
        n_buckets=len(sizes),
        empty_share=1 - len(sizes) / 2**n_bits,
        largest_key=largest,
        largest=sizes[largest],
        alone_share=float((counts == 1).sum() / n),
        mean_read=float((counts * (counts - 1)).sum() / n),
    )


def degrees_of(cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """Angles between 0 and 180 degrees; the largest bin takes 180 itself."""
    degrees: NDArray[np.float64] = np.rad2deg(np.arccos(np.clip(cosines, -1, 1), dtype=np.float64))
    return degrees


def _mean(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Mean of values that occur so many times; 0 of none."""
    n = int(counts.sum())
    return float(values @ counts) / n if n else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
