"""Multi-probe: in which order to read the buckets beside a query's own.

A neighbour that misses the query's bucket mostly misses it by one bit with a small margin. So the
buckets next door are read too, the likeliest first: Lv, Josephson, Wang, Charikar and Li,
"Multi-Probe LSH" (VLDB 2007). ``core.index.lsh`` reads them.
"""

import heapq
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def flips_in_order(margins: NDArray[np.float32]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield every set of bits to flip, with its cost, the cheapest first: 2^K sets in all.

    A neighbour whose bit differs lies beyond that hyperplane, at least |margin| away. If the
    hyperplanes of a set were perpendicular to each other, the sum of their squared margins
    would be the squared distance to the nearest point beyond all of them; random directions
    in many dimensions nearly are. That sum is the cost.

    Only the sets asked for are made. Number the bits by rising cost, so that bit 0 is the most
    fragile. Every set but the first two comes from exactly one cheaper set, by one of two steps
    on its highest bit j: *shift* replaces j by j + 1, *expand* adds j + 1. A heap that holds
    the steps from all sets yielded so far therefore has the next cheapest set on top.

    Args:
        margins: (K,) of one table.
    """
    yield (), 0.0
    costs = np.square(margins, dtype=np.float64)
    by_cost = np.argsort(costs, kind="stable").tolist()
    rising = costs[by_cost].tolist()
    # Each entry: the set's cost, the cost without its highest bit j, the bits below j, j.
    heap: list[tuple[float, float, tuple[int, ...], int]] = [(rising[0], 0.0, (), 0)]
    while heap:
        cost, lower_cost, lower, j = heapq.heappop(heap)
        chosen = (*lower, j)
        yield tuple(sorted([by_cost[i] for i in chosen])), cost
        if j + 1 < len(rising):
            step = rising[j + 1]
            heapq.heappush(heap, (lower_cost + step, lower_cost, lower, j + 1))  # shift
            heapq.heappush(heap, (cost + step, cost, chosen, j + 1))  # expand
