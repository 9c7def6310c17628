"""The engine's kernels, to be read: NumPy, one query after the other.

``compiled`` has the same functions at machine speed, and the tests hold one against the other.
They take plain arrays, and a few named ones together (``structures``).

Distances are whole numbers here, and estimates are made of them in the same steps, so both agree
to the last bit. Only inner products with embeddings differ, in their seventh digit: a sum of floats
depends on its order.
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ...index.exact import best
from ...index.families.hyperplanes import bit_values
from ...index.families.structured import FULL_WEIGHT, HEAVIEST, PLANES, Rotations, margins
from ...index.multi_probe import flips_in_order
from ...index.reading import step_of
from .structures import (
    BucketReach,
    BucketStore,
    CellReach,
    CellStore,
    Codes,
    Desk,
    GalleryRows,
    Ids,
    Positions,
    Store,
    Tables,
)

Floats = NDArray[np.float32]
BoundCells = tuple[CellStore, Desk]
BoundBuckets = tuple[BucketStore, Desk]

WORD = 64  # bits
STEPS = (0, 1, 0.32, 0.19, 0.11)  # by depth, of the largest margin: fits normal ones best
MOST = 2**11 - 1  # the largest number of a point that is compared with centres
LAST = 255  # the largest distance of two sketches; all beyond count as this


def dense_margins(query: Floats, normals: Floats) -> Floats:
    """Signed distances of a query (D,) to hyperplanes (L, K, D): (L, K)."""
    distances: Floats = np.vecdot(normals, query)
    return distances


def pack(margins: Floats, n_words: int) -> Codes:
    """Signs of the first margins as codes (n, W): bit j % 64 of word j // 64 is margin j >= 0."""
    bits = (margins[:, : WORD * n_words] >= 0).reshape(len(margins), n_words, WORD)
    return _words(bits.astype(np.uint64))


def hash_codes(embeddings: NDArray[np.floating], rotations: Rotations, n_words: int) -> Codes:
    """Codes of embeddings (n, D): (n, W)."""
    return pack(margins(embeddings, rotations), n_words)


def graded_codes(
    embeddings: NDArray[np.floating], rotations: Rotations, n_words: int, depth: int
) -> tuple[Codes, Floats]:
    """Codes of embeddings (n, D) that also say how far from each hyperplane they lie.

    Every margin is rounded to one of 2^B steps, B = ``depth``, the same number of them on either
    side. The first bits of all steps are the sides, as ``hash_codes`` gives them; the second bits
    follow, and so on.

    Returns:
        codes (n, B W), and scales (n, 2): what makes ``estimates`` right on average.
    """
    all_margins = margins(embeddings, rotations)[:, : WORD * n_words]
    width = np.float32(STEPS[depth]) * np.abs(all_margins).max(axis=1, keepdims=True)
    steps = np.floor(np.divide(all_margins, width, where=width > 0, out=0 * all_margins))
    half = 1 << (depth - 1)
    grades = np.clip(steps, -half, half - 1).astype(np.int64) + half  # 0 … 2^B - 1
    shifts = np.arange(depth - 1, -1, -1).reshape(-1, 1)
    bits = (grades[:, np.newaxis] >> shifts & 1).astype(np.uint64)  # (n, B, 64 W)
    codes = _words(bits.reshape(len(bits), -1, WORD))
    wide = embeddings.astype(np.float32)
    squares = np.square(wide - rotations.centre, dtype=np.float64).sum(axis=1)
    along = ((grades - half + 0.5) * all_margins).sum(axis=1)
    scales = np.empty((len(codes), 2), np.float32)
    scales[:, 0] = np.divide(squares, along, where=along > 0, out=0 * along)
    scales[:, 1] = wide.astype(np.float64) @ rotations.centre.astype(np.float64)
    return codes, scales


def estimates(code: Codes, planes: Codes, unit: np.float32, codes: Codes, scales: Floats) -> Floats:
    """What graded codes (n, B W) say of the cosine to a query, but for a number of its own: (n,).

    The margins of two vectors have the inner product of the vectors themselves. In place of a
    vector's margins stand its steps, and its length divided by how far they reach along it makes
    up for that (J. Gao and C. Long, "RaBitQ: Quantizing High-Dimensional Vectors with a
    Theoretical Error Bound for Approximate Nearest Neighbor Search", SIGMOD 2024: unbiased). The
    offset is what centring took away: the inner product with the centre.

    Args:
        code: (W,) of the query, the sides alone.
        planes: (PLANES, W) how much each side counts (``weigh``).
        unit: half of what a weight of 1 stands for (``half_units``).
        codes: of the vectors.
        scales: (n, 2) of the vectors, factor and offset.
    """
    depth = codes.shape[1] // len(code)
    by_bit = codes.reshape(len(codes), depth, len(code))
    apart = sum(
        weighted_distances(code, planes, by_bit[:, bit]) << (depth - 1 - bit)
        for bit in range(depth)
    )
    (most,) = weighted_distances(code, planes, ~code[np.newaxis])
    balance = ((1 << depth) - 1) * most - 2 * apart
    found: Floats = balance.astype(np.float32) * unit * scales[:, 0] + scales[:, 1]
    return found


def half_units(margins: Floats, n_words: int) -> Floats:
    """Half the margin that a weight of 1 stands for, of each query (n,)."""
    largest = np.abs(margins[:, : WORD * n_words]).max(axis=1)
    units: Floats = FULL_WEIGHT * largest / np.float32(2 * HEAVIEST)
    return units


def weigh(margins: Floats, n_words: int) -> Codes:
    """How much each bit of a query should count, as planes of bits (n, PLANES, W).

    A fragile bit says little: a neighbour may well lie on the other side of a hyperplane that is
    near. So a bit weighs its margin, rounded to 0 … 7. Bit p of all weights is plane p, which
    makes the weighted distance three counts of ones (``weighted_distances``).
    """
    sizes = np.abs(margins[:, : WORD * n_words])
    largest = sizes.max(axis=1, keepdims=True)
    scale = np.divide(HEAVIEST, FULL_WEIGHT * largest, where=largest > 0, out=0 * largest)
    weights = np.minimum((sizes * scale + np.float32(0.5)).astype(np.uint64), HEAVIEST)
    weights = np.where(largest > 0, weights, 0).reshape(len(margins), 1, n_words, WORD)
    planes = weights >> np.arange(PLANES, dtype=np.uint64).reshape(-1, 1, 1) & np.uint64(1)
    return _words(planes)


def _words(bits: NDArray[np.uint64]) -> Codes:
    """Bits (…, 64) as words (…), the first bit lowest."""
    words: Codes = np.bitwise_or.reduce(bits << np.arange(WORD, dtype=np.uint64), axis=-1)
    return words


def weighted_distances(code: Codes, planes: Codes, codes: Codes) -> NDArray[np.int64]:
    """Sum of the weights of the bits in which one code (W,) differs from each of many: (n,)."""
    differs = (code ^ codes)[:, np.newaxis] & planes  # (n, PLANES, W)
    counts = np.bitwise_count(differs).sum(axis=-1, dtype=np.int64)  # (n, PLANES)
    weighed: NDArray[np.int64] = counts @ (1 << np.arange(PLANES))
    return weighed


def sketch_distances(code: Codes, planes: Codes, sketches: Codes) -> NDArray[np.int64]:
    """Weighted distances of the first S words of codes, given word by word (S, n), as bytes.

    To fit into a byte, the distance is counted in steps of 2, 4, …, and far is far.
    """
    own, weights = code[: len(sketches)], planes[:, : len(sketches)]
    (most,) = weighted_distances(own, weights, ~own[np.newaxis])
    near: NDArray[np.int64] = weighted_distances(own, weights, sketches.T) >> coarseness(most)
    return np.minimum(near, LAST)


def coarseness(most: int) -> int:
    """By how many bits distances up to ``most`` are shifted: a stranger's, half of it, must fit."""
    return max(0, int(most).bit_length() - 9)


def highest(scores: Floats, n: int) -> NDArray[np.intp]:
    """Places of the n highest scores and of all that are tied with the last of them, ascending."""
    if n >= len(scores):
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, -n)[-n])


def products_with_centres(point: Floats, tiles: NDArray[np.int16], n_cells: int) -> Floats:
    """Inner products of a point (E,) with centres (``cells.in_tiles``), up to one factor: (C,).

    In whole numbers, so that they don't depend on the order of the sum: 12 bits for the point and
    16 for centres, whose products with 256 numbers fit into 32.
    """
    largest = np.abs(point).max()
    scale = np.float32(MOST) / largest if largest > 0 else np.float32(0)
    n_tiles, n_pairs, _ = tiles.shape
    whole = np.zeros(2 * n_pairs, np.int64)
    whole[: len(point)] = point * scale
    by_pair = tiles.reshape(n_tiles, n_pairs, -1, 2)
    by_tile = np.einsum("tpck,pk->tc", by_pair, whole.reshape(n_pairs, 2))
    products: Floats = by_tile.reshape(-1)[:n_cells].astype(np.float32)
    return products


def bind(index: Store, desk: Desk) -> tuple[Store, Desk]:
    """Return an index and a desk as the searches take them: as they are.

    ``compiled`` takes them over once, and not for each query.
    """
    return index, desk


def search_cells(
    bound: BoundCells, n_queries: int, reach: CellReach, ids: Ids, cosines: Floats
) -> int:
    """Cells, sketches, codes, cosines: each stage leaves fewer vectors to the next.

    Of the vectors in the nearest cells, so many go on by their sketches, and so many of these by
    their whole codes, as ``reach`` says; those tied with the last go on too.

    Args:
        bound: the codes, cell by cell, and the desk (``bind``), whose memory only ``compiled``
            needs: a byte for each vector, eight for each cell, and 64. What each stage looked at
            are sketches, codes, embeddings.
        n_queries: Q, how many queries lie on the desk.
        reach: how far to go.
        ids: (Q k,) where the k best of each query are written, -1 where there are fewer.
        cosines: (Q k,) theirs, -2 there.

    Returns:
        how many hits the last query has.
    """
    (rotations, gallery, lists), desk = bound
    queries, k = desk.queries[:n_queries], len(ids) // n_queries
    n_words = lists.codes.shape[1] // lists.depth
    n_sketch, n_rerank = max(reach.n_sketch, k + 1), max(reach.n_rerank, k + 1)
    margins_of_queries, n_found = margins(queries, rotations), 0
    planes, units = weigh(margins_of_queries, n_words), half_units(margins_of_queries, n_words)
    for i, code in enumerate(pack(margins_of_queries, n_words)):
        room = 2 * lists.centres.shape[1]
        point = queries[i] if queries.shape[1] <= room else margins_of_queries[i, :room]
        products = products_with_centres(point, lists.centres, len(lists.starts) - 1)
        read = highest(products, reach.n_cells)
        stretches = [np.arange(lists.starts[c], lists.starts[c + 1]) for c in read]
        positions = np.concatenate(stretches)
        sketches = lists.sketches[: reach.n_words, positions]
        sketched = sketch_distances(code, planes[i], sketches)
        kept = positions[within(sketched, n_sketch)]
        guessed = estimates(code, planes[i], units[i], lists.codes[kept], lists.scales[kept])
        chosen = lists.order[kept[highest(guessed, n_rerank)]]
        desk.looked_at[i] = len(positions), len(kept), len(chosen)
        n_found = _rerank(desk, i, gallery, chosen, ids[k * i :][:k], cosines[k * i :][:k])
    return n_found


def search_buckets(
    bound: BoundBuckets,
    n_queries: int,
    probed: Ids,
    reach: BucketReach,
    ids: Ids,
    cosines: Floats,
) -> int:
    """Buckets, sketches, codes, cosines: the paper's tables, with codes before the rerank.

    A candidate is found in several tables, so ``reach.n_sketch`` counts entries of buckets. Those
    tied with the last go on too, in each stage.

    Args:
        bound: the buckets and the desk (``bind``), whose memory only ``compiled`` needs: zeros,
            five bytes for each row, one for each position, eight for each bucket that is read, and
            96. What each stage looked at are entries of buckets, codes, embeddings.
        n_queries: Q, how many queries lie on the desk.
        probed: (Q, L, P) keys whose buckets are read, -1 for none; (0, L, P) where they are to be
            made of the first margins to the same hyperplanes (``probe_keys``).
        reach: how far to go.
        ids: (Q k,) as ``search_cells``.
        cosines: (Q k,) theirs.

    Returns:
        as ``search_cells``.
    """
    (rotations, gallery, tables), desk = bound
    queries, k = desk.queries[:n_queries], len(ids) // n_queries
    n_sketch, n_rerank = max(reach.n_sketch, k + 1), max(reach.n_rerank, k + 1)
    n_words, (_, n_tables, n_probes) = tables.codes.shape[1], probed.shape
    margins_of_queries, n_found = margins(queries, rotations), 0
    if not len(probed):
        first_margins = margins_of_queries[:, : n_tables * tables.n_bits]
        of_tables = first_margins.reshape(-1, n_tables, tables.n_bits)
        probed = np.array([probe_keys(each, n_probes) for each in of_tables])
    planes, units = weigh(margins_of_queries, n_words), half_units(margins_of_queries, n_words)
    members = tables.members.reshape(-1)
    for i, code in enumerate(pack(margins_of_queries, n_words)):
        entered = positions_in(*find_buckets(probed[i], tables))
        kept = chosen = np.unique(members[entered])
        if reach.n_rerank:
            sketches = tables.sketches[: reach.n_words, entered]
            near = within(sketch_distances(code, planes[i], sketches), n_sketch)
            kept = np.unique(members[entered[near]])
            guessed = estimates(code, planes[i], units[i], tables.codes[kept], tables.scales[kept])
            chosen = kept[highest(guessed, n_rerank)]
        desk.looked_at[i] = len(entered), len(kept), len(chosen)
        n_found = _rerank(desk, i, gallery, chosen, ids[k * i :][:k], cosines[k * i :][:k])
    return n_found


def read_tables(
    bound: BoundBuckets, margins: Floats, needed: Positions, most: int, ids: Ids, cosines: Floats
) -> int:
    """Read one bucket more in every table, and rerank, until that is enough (``ReadingRule``).

    Args:
        bound: as ``search_buckets``; of the desk the first query is asked. What was looked at are
            three times the images that were read.
        margins: (L, K) of it, to the hyperplanes of the tables.
        needed: how many probes are enough, by the step of the k-th best cosine.
        most: how many probes are read at most; 1 or more.
        ids: (k,) as ``search_cells``.
        cosines: (k,) theirs.

    Returns:
        how many hits there are.
    """
    (_, gallery, tables), desk = bound
    n_bits, n, members = margins.shape[1], tables.members.shape[1], tables.members.reshape(-1)
    most = min(most, 1 << n_bits)
    probed = probe_keys(margins, most)
    candidates = np.empty(0, np.int32)
    for n_probes in range(1, most + 1):
        entered = positions_in(*find_buckets(probed[:, n_probes - 1 : n_probes], tables))
        candidates = np.union1d(candidates, members[entered])
        n_found = _rerank(desk, 0, gallery, candidates, ids, cosines)
        if len(candidates) == n:
            break
        if n_found == len(ids) and n_probes >= needed[step_of(cosines[-1])]:
            break
    desk.looked_at[0] = len(candidates)
    return n_found


def within(distances: NDArray[np.int64], n: int) -> NDArray[np.intp]:
    """Positions of the n smallest distances and of all that are tied with the last of them."""
    if n >= len(distances):
        return np.arange(len(distances))
    return np.flatnonzero(distances <= np.partition(distances, n - 1)[n - 1])


def probe_keys(margins: Floats, n_probes: int) -> NDArray[np.int64]:
    """The keys that each table's probes read, in order of margin (``flips_in_order``): (L, P).

    Args:
        margins: (L, K) of the query.
        n_probes: P. Where a table has fewer keys, the others are -1.
    """
    n_tables, n_bits = margins.shape
    probed = np.full((n_tables, n_probes), -1)
    values = bit_values(n_bits)
    for table, own in enumerate((margins >= 0) @ values):
        for p, (flipped, _) in enumerate(islice(flips_in_order(margins[table]), n_probes)):
            probed[table, p] = int(own) ^ int(values[list(flipped)].sum())
    return probed


def find_buckets(probed: Ids, tables: Tables) -> tuple[Ids, Ids]:
    """At which positions the buckets of the probed keys (L, P) begin and end: two of (L, P)."""
    keys, directory = tables.keys, tables.directory
    firsts, lasts = np.zeros((2, *probed.shape), np.int64)
    shift = tables.n_bits - (directory.shape[1] - 1).bit_length() + 1
    for table, p in np.argwhere(probed >= 0):
        key = probed[table, p]
        low, high = directory[table, key >> shift], directory[table, (key >> shift) + 1]
        both = low + np.searchsorted(keys[table, low:high], [key, key + 1])
        firsts[table, p], lasts[table, p] = table * keys.shape[1] + both
    return firsts, lasts


def positions_in(firsts: Ids, lasts: Ids) -> Ids:
    """All positions of buckets (L, P), probe by probe: (E,)."""
    begins, ends = firsts.T.ravel(), lasts.T.ravel()
    sizes = ends - begins
    before = np.cumsum(sizes) - sizes
    found: Ids = np.repeat(begins - before, sizes) + np.arange(sizes.sum())
    return found


def _rerank(
    desk: Desk, i: int, gallery: GalleryRows, chosen: Positions, ids: Ids, cosines: Floats
) -> int:
    """Write the chosen rows that are best for query i, ties to the lower id; how many there are."""
    chosen = chosen[gallery.ids[chosen] != desk.exclude[i]]
    scores = np.vecdot(gallery.rows[chosen].astype(np.float32), desk.queries[i])
    top = best(gallery.ids[chosen], scores, len(ids))
    ids[:], cosines[:] = -1, -2
    ids[: len(top)] = gallery.ids[chosen[top]]
    cosines[: len(top)] = scores[top]
    return len(top)
