"""What a switch of CBAM does to one search: embedding, then bits, then buckets, then hits.

Each step compares a search with one attention mode with the search with both gates, over the
same hyperplanes. In a search, query and gallery are embedded in the same mode:

    embedding turned by theta  ->  K·L·theta/pi bits flipped, on average over hyperplanes
                               ->  buckets left  ->  other candidates  ->  other hits
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..index.cosine import cosine
from ..index.exact import neighbour_recall
from ..index.families.hyperplanes import collision_probability
from ..model.attention import AttentionMode
from ..search import SearchResult

REFERENCE: AttentionMode = "both"
PATH: tuple[AttentionMode, ...] = (
    "both",
    "channel",
    "spatial",
    "off",
)  # in the order of the lesson


@dataclass(frozen=True, slots=True, eq=False)
class AblationStep:
    """A search with one attention mode beside the search with both gates."""

    attention: AttentionMode
    reference: SearchResult
    result: SearchResult

    @property
    def degrees(self) -> float:
        """How far the query's embedding turned: theta."""
        return 180 * self._flip_probability

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """(L, K) which bits of the query's code differ."""
        differ: NDArray[np.bool_] = self.reference.code.bits != self.result.code.bits
        return differ

    @property
    def n_flipped(self) -> int:
        """How many of the K·L bits differ."""
        return int(self.flipped.sum())

    @property
    def expected_flips(self) -> float:
        """K·L·theta/pi: what theory expects over all draws of hyperplanes."""
        return self._flip_probability * self.flipped.size

    @property
    def key_kept(self) -> NDArray[np.bool_]:
        """(L,) in which tables no bit flipped, so that the query kept its bucket."""
        kept: NDArray[np.bool_] = self.reference.code.keys == self.result.code.keys
        return kept

    @property
    def hits_kept(self) -> float:
        """Share of the reference's hits that are hits here too; 1 where it has none."""
        before, after = (
            [hit.id for hit in result.hits] for result in (self.reference, self.result)
        )
        return neighbour_recall(after, before)

    @property
    def _flip_probability(self) -> float:
        pair = (result.query.embedding for result in (self.reference, self.result))
        return 1 - collision_probability(cosine(*pair))


def ablation_path(results: Mapping[AttentionMode, SearchResult]) -> tuple[AblationStep, ...]:
    """Compare searches for one query with the one in which both gates are on.

    Args:
        results: a search per attention mode, ``both`` among them, with the same hyperplanes.

    Returns:
        A step per mode in the order of ``PATH``; the first is the reference itself.

    Raises:
        SettingError: the reference is missing, or a code is of another size.
    """
    if REFERENCE not in results:
        raise SettingError(f"There is no search with {REFERENCE!r} to compare with; add one.")
    reference = results[REFERENCE]
    for attention, result in results.items():
        if result.code.bits.shape != reference.code.bits.shape:
            raise SettingError(
                f"The search with {attention!r} has (tables, bits) {result.code.bits.shape} and "
                f"{REFERENCE!r} has {reference.code.bits.shape}; use one index setting for both."
            )
    return tuple(AblationStep(it, reference, results[it]) for it in PATH if it in results)


def ranks_by_id(steps: tuple[AblationStep, ...]) -> dict[int, tuple[int | None, ...]]:
    """Follow every image that is a hit in any step: id -> its rank per step, None for none.

    In the order of their first appearance, the reference's hits first.
    """
    tables = [{hit.id: hit.rank for hit in step.result.hits} for step in steps]
    ids = dict.fromkeys(id for table in tables for id in table)
    return {id: tuple(table.get(id) for table in tables) for id in ids}
