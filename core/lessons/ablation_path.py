"""What a switch of CBAM does to one search: embedding, then bits, then buckets, then hits.

Each step compares a search with one attention mode with the search with both gates, over the
same hyperplanes. In a search, query and gallery are embedded in the same mode:

    embedding turned by theta  ->  K·L·theta/pi bits flipped, on average over hyperplanes
                               ->  buckets left  ->  other candidates  ->  other hits
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import SettingError
from ..index.cosine import cosine
from ..index.exact import neighbour_recall
from ..language import tr
from ..model.attention import AttentionMode
from ..search import SearchResult
from .turn import Turn

REFERENCE: AttentionMode = "both"
PATH: tuple[AttentionMode, ...] = (
    "both",
    "channel",
    "spatial",
    "off",
)  # in the order of the lesson


@dataclass(frozen=True, slots=True, eq=False)
class AblationStep(Turn):
    """A search with one attention mode beside the search with both gates."""

    attention: AttentionMode
    reference: SearchResult
    result: SearchResult

    @property
    def hits_kept(self) -> float:
        """Share of the reference's hits that are hits here too; 1 where it has none."""
        before, after = (
            [hit.id for hit in result.hits] for result in (self.reference, self.result)
        )
        return neighbour_recall(after, before)


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
        raise SettingError(
            tr(
                "There is no search with {reference!r} to compare with; add one.",
                reference=REFERENCE,
            )
        )
    reference = results[REFERENCE]
    for attention, result in results.items():
        if result.code.bits.shape != reference.code.bits.shape:
            raise SettingError(
                tr(
                    "The search with {attention!r} has (tables, bits) {shape} and "
                    "{reference!r} has {expected}; use one index setting for both.",
                    attention=attention,
                    shape=result.code.bits.shape,
                    reference=REFERENCE,
                    expected=reference.code.bits.shape,
                )
            )
    return tuple(
        AblationStep(
            cosine=cosine(reference.query.embedding, results[it].query.embedding),
            before=reference.code,
            after=results[it].code,
            attention=it,
            reference=reference,
            result=results[it],
        )
        for it in PATH
        if it in results
    )


def ranks_by_id(steps: tuple[AblationStep, ...]) -> dict[int, tuple[int | None, ...]]:
    """Follow every image that is a hit in any step: id -> its rank per step, None for none.

    In the order of their first appearance, the reference's hits first.
    """
    tables = [{hit.id: hit.rank for hit in step.result.hits} for step in steps]
    ids = dict.fromkeys(id for table in tables for id in table)
    return {id: tuple(table.get(id) for table in tables) for id in ids}
