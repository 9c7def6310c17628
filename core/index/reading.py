"""How many buckets a query reads: as many as finding its neighbours takes.

A query that lies close to its neighbours shares a bucket with nearly all of them; one to which
the gallery is strange must read far more buckets for the same recall. So a query reads its own
bucket in every table, then the next in order of margin, and so on, and looks at the k-th best
cosine c that it has found so far. A neighbour that it still misses would have a cosine above c.
How many probes find nearly all images of a cosine c, the gallery itself tells (``fitting``), and
once so many have been read, the query stops.
"""

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from .exact import Excluded, left_out
from .families.hyperplanes import HashCode
from .lsh import MAX_PROBES, Candidates, LSHIndex, Probe
from .vectors import Embedding, checked_embedding, similarities

N_STEPS = 128  # of the cosine, from -1 to 1


@dataclass(frozen=True, slots=True, eq=False)
class ReadingRule:
    """How many probes per table are enough, by the k-th best cosine that they have found."""

    needed: NDArray[np.int32]  # (N_STEPS,) descending; place i begins at cosine -1 + 2 i / N_STEPS

    def __post_init__(self) -> None:
        self.needed.setflags(write=False)

    def enough(self, cosine: float) -> int:
        """Return how many probes per table are enough once the k-th hit has this cosine."""
        return int(self.needed[step_of(cosine)])


def step_of(cosine: float) -> int:
    """Return the place of a cosine among the steps of a rule."""
    return min(max(int((cosine + 1) * (N_STEPS / 2)), 0), N_STEPS - 1)


def most_probes(n_bits: int) -> int:
    """How many buckets of a table can be read: all 2^K, as far as probing goes."""
    return min(1 << n_bits, MAX_PROBES)


def read_by_rule(
    query: Embedding,
    code: HashCode,
    index: LSHIndex,
    rule: ReadingRule,
    *,
    k: int,
    exclude: Excluded = None,
) -> Candidates:
    """Read one bucket more in every table until the rule says that it is enough.

    It never is while fewer hits have been found than k and than the gallery has.

    Args:
        query: (D,) of unit length.
        code: of the query, by this index.
        index: whose buckets are read.
        rule: when to stop.
        k: how many hits are wanted.
        exclude: an id that is no hit, or several.

    Raises:
        SettingError: not an embedding of this gallery.
    """
    vector = checked_embedding(query, index.dim)
    own = set(left_out(exclude))
    n_others = len(index) - sum(id in index.vectors for id in own)
    tables = [index.probes(table, code) for table in range(index.config.n_tables)]
    read: list[list[Probe]] = [[] for _ in tables]
    seen = own
    best = np.empty(0, np.float32)  # the k best cosines so far
    for n_probes in count(1):
        for probes, table in zip(read, tables, strict=True):
            probes.append(next(table))
        new = {id for probes in read for id in probes[-1].ids.tolist()} - seen
        seen |= new
        if new:
            found = similarities(vector, index.vectors.rows(list(new)))
            best = np.sort(np.concatenate([best, found]))[-k:]
        if len(best) == n_others or n_probes == most_probes(index.config.n_bits):
            break
        if len(best) == k and n_probes >= rule.enough(float(best[0])):
            break
    return index.gathered(read)
