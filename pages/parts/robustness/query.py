"""The query that is changed, and the search that is repeated with it."""

from dataclasses import dataclass, replace

from core.evaluation.robustness import Alteration
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.lsh import LSHIndex
from core.index.reading import ReadingRule, read_by_rule
from core.lessons.shift import Shift, shift
from core.model.augment import Pixels
from core.search import find_by_digest
from pages.ui import resources
from pages.ui.answers import reading
from pages.ui.inputs import Query
from pages.ui.view import View

SIDE = 384  # pixels: Corel's longer side; a blur of 2 pixels is more in a smaller picture
UNCHANGED = Alteration()


@dataclass(frozen=True, slots=True, eq=False)
class RobustnessQuery:
    """A query in a gallery with its index, and the settings."""

    query: Query
    query_id: int | None  # where it is in the gallery: it is no hit
    pixels: Pixels  # of the query, its longer side at most SIDE
    gallery: Gallery
    index: LSHIndex
    shown: View

    @property
    def n_bits(self) -> int:
        """K·L: all bits of the code."""
        return self.shown.K * self.shown.L

    def shift(self, by: Alteration) -> Shift:
        """Change the query and search again: one pass of the network where that is new.

        Raises:
            ImageError: the query is no image.
        """
        before, after = (
            resources.altered_embedding(self.query.data, it, self.shown.attention, max_side=SIDE)
            for it in (UNCHANGED, by)
        )
        return shift(
            before,
            after,
            self.index,
            k=self.shown.k,
            n_probes=self.shown.probes,
            exclude=self.query_id,
        )


def prepare_query(
    query: Query, gallery: Gallery, stored: StoredGallery, shown: View
) -> RobustnessQuery:
    """Set up what the parts of the page share, of a settled view.

    Raises:
        ImageError: the query is no image.
    """
    query_id = find_by_digest(gallery, query.digest) if query.id is None else query.id
    index = resources.index(stored, shown.attention, *shown.built)
    how = reading(shown, stored).n_probes
    if isinstance(how, ReadingRule):  # the changed query then reads as many
        embedding = resources.altered_embedding(
            query.data, UNCHANGED, shown.attention, max_side=SIDE
        )
        code = index.hash(embedding)
        read = read_by_rule(embedding, code, index, how, k=shown.k, exclude=query_id)
        how = read.n_probes
    return RobustnessQuery(
        query=query,
        query_id=query_id,
        pixels=resources.small_picture(query.data, max_side=SIDE),
        gallery=gallery,
        index=index,
        shown=replace(shown, probes=how),
    )
