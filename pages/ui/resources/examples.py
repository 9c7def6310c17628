"""Examples that work, of the built-in gallery; they are looked for once in a server's life."""

from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.families.hyperplanes import Hyperplanes
from core.index.lsh import LSHConfig
from core.language import later
from core.lessons.worked_examples import worked_examples
from core.progress import Progress
from core.search import SearchConfig
from pages.ui.resources.cache import MB, Cache
from pages.ui.resources.embeddings import index
from pages.ui.resources.model import embedded_query
from pages.ui.resources.work import Work, WorkCache

_found: WorkCache[tuple[int, ...]] = WorkCache(1 * MB)
_so_far: Cache[tuple[int, ...]] = Cache(1 * MB)


def examples(
    gallery: Gallery,
    stored: StoredGallery,
    built: tuple[LSHConfig, type[Hyperplanes]],
    config: SearchConfig,
    *,
    most: int,
) -> Work[tuple[int, ...]]:
    """Return the search for examples that work, under way or done: their ids.

    Args:
        gallery: with labels.
        stored: its embeddings.
        built: how the index is.
        config: how it is asked.
        most: examples that are looked for.
    """
    key = (stored.gallery_digest, stored.embedder_digest, built, config, most)

    def task(progress: Progress) -> tuple[int, ...]:
        found: tuple[int, ...] = ()
        for id in worked_examples(
            gallery,
            index(stored, "both", *built),
            config,
            look=lambda data: embedded_query(data, "both").spatial_gate,
            mask=getattr(gallery, "mask", None),
        ):
            found = (*found, id)
            _so_far.put(key, found)
            progress(len(found), most, later("looking for examples that work"))
            if len(found) == most:
                break
        return found

    return _found.start(key, task)


def examples_so_far(
    stored: StoredGallery,
    built: tuple[LSHConfig, type[Hyperplanes]],
    config: SearchConfig,
    *,
    most: int,
) -> tuple[int, ...]:
    """Return the examples that were found until now, for the same arguments."""
    key = (stored.gallery_digest, stored.embedder_digest, built, config, most)
    return _so_far.find(key) or ()
