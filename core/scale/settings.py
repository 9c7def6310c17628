"""Three ways to ask a table, and how far each goes; a change costs nothing."""

from dataclasses import dataclass

from ..index.lsh import MAX_PROBES
from ..index.vectors import checked_whole

_MOST = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class HammingSearch:
    """The rows whose codes differ in the fewest bits, then the exact rerank."""

    n_rerank: int = 200  # rows whose cosine is computed
    n_partitions: int = 16  # of the index on the codes, once there is one, that are read

    def __post_init__(self) -> None:
        checked_whole("n_rerank", self.n_rerank, low=1, high=_MOST)
        checked_whole("n_partitions", self.n_partitions, low=1, high=_MOST)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeySearch:
    """The paper's look-up: the buckets of the L tables, then the exact rerank of all they hold."""

    n_probes: int = 8  # buckets read per table, the query's own included

    def __post_init__(self) -> None:
        checked_whole("n_probes", self.n_probes, low=1, high=MAX_PROBES)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuantisedSearch:
    """LanceDB's own codes, a bit a number (RaBitQ), then the exact rerank: for comparison.

    J. Gao, C. Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound",
    SIGMOD 2024.
    """

    n_rerank: int = 200  # rows whose cosine is computed
    n_partitions: int = 16  # of the index on the embeddings that are read

    def __post_init__(self) -> None:
        checked_whole("n_rerank", self.n_rerank, low=1, high=_MOST)
        checked_whole("n_partitions", self.n_partitions, low=1, high=_MOST)


TableSearch = HammingSearch | KeySearch | QuantisedSearch

WAYS: dict[str, type[TableSearch]] = {
    "hamming": HammingSearch,
    "keys": KeySearch,
    "rq": QuantisedSearch,
}
"""By the names that a command line gives them."""
