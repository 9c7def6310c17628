"""Pictures of a gallery as tiles, with what can be done with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from core.errors import HashlightError
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr, written
from core.search import Hit, SearchResult
from pages.ui import navigation, resources
from pages.ui.grid import Action, Address, Fact, Tile
from pages.ui.grid.dialogs import compare, explain
from pages.ui.view import View

SIDE = 224  # pixels of a thumbnail: sharp where it is enlarged as well


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FoundBy:
    """The search that pictures were found by, or not: what their menus compare them with."""

    result: SearchResult
    stored: StoredGallery


def thumbnail(gallery: Gallery, id: int) -> tuple[bytes | None, str]:
    """Return a small JPEG of a gallery image, or None and why there is none."""
    try:
        return resources.gallery_thumbnail(gallery, id, max_side=SIDE), ""
    except HashlightError as error:
        return None, str(error)


def _picture(gallery: Gallery, id: int) -> tuple[bytes | Address | None, str]:
    """Return a thumbnail, or its address where its gallery is everybody's."""
    if not resources.is_public(gallery):
        return thumbnail(gallery, id)
    try:
        ratio = resources.thumbnail_ratio(gallery, id, max_side=SIDE)
    except HashlightError as error:
        return None, str(error)
    return Address(f"thumbnails/{gallery.key}/{gallery.items[id].digest}/{SIDE}.jpg", ratio), ""


def tile(
    gallery: Gallery,
    id: int,
    shown: View,
    *,
    alt: str = "",
    facts: Sequence[Fact] = (),
    first: Action | None = None,
    searched: FoundBy | None = None,
    outline: tuple[float, float, float, float] | None = None,
) -> Tile:
    """Make a tile of a gallery image.

    Args:
        gallery: where the image is from.
        id: its id there.
        shown: the view that its links keep, but for the query.
        alt: what the image is; by default its label, or else its name.
        facts: the lines below it.
        first: what a click does; by default it searches with the image.
        searched: the search that it is compared with, where there is one.
        outline: of the part of it that is meant, as a ``Tile`` has it.
    """
    item = gallery.items[id]
    picture, problem = _picture(gallery, id)
    return Tile(
        name=item.name,
        picture=picture,
        alt=problem or alt or item.label or PurePath(item.name).name,
        title=item.name,
        facts=tuple(facts),
        actions=tuple(actions_of(gallery, id, shown, first=first, searched=searched)),
        outline=outline,
    )


def hit_tiles(
    hits: Sequence[Hit],
    gallery: Gallery,
    shown: View,
    *,
    searched: FoundBy | None = None,
    marks: dict[int, Fact] | None = None,
) -> list[Tile]:
    """Make a tile of each hit: rank and similarity, one mark, and the label.

    Args:
        hits: the best first.
        gallery: where they are from.
        shown: the view that their links keep, but for the query.
        searched: the search that found them.
        marks: id -> who found the image and who did not.
    """
    marks = marks or {}
    return [
        tile(
            gallery,
            hit.id,
            shown,
            alt=tr("Rank {rank}: {label}", rank=hit.rank, label=hit.label or hit.name),
            facts=[
                Fact(f"{hit.rank} · {written(hit.similarity, '.3f')}"),
                *([marks[hit.id]] if hit.id in marks else []),
                relevance(hit.label or PurePath(hit.name).name, hit.relevant),
            ],
            searched=searched,
        )
        for hit in hits
    ]


def relevance(what: str, relevant: bool | None) -> Fact:
    """Say what an image is, and whether it is relevant.

    Args:
        what: its label, or its name where it has none.
        relevant: None where nobody can tell.
    """
    return Fact(what, "faint" if relevant is None else "good" if relevant else "bad")


def actions_of(
    gallery: Gallery,
    id: int,
    shown: View,
    *,
    first: Action | None = None,
    searched: FoundBy | None = None,
) -> list[Action]:
    """Return what can be done with a gallery image; the arguments are those of ``tile``."""
    actions = links_to(gallery.items[id].name, shown)
    if first:
        actions = [first, *(it for it in actions if it.label != first.label)]
    if searched:
        result, stored = searched.result, searched.stored
        actions += [
            Action(
                label=tr("Compare with the query"),
                show=lambda: compare(result, gallery, id),
            ),
            Action(
                label=tr("Why here?"),
                show=lambda: explain(result, gallery, stored, shown, id),
            ),
        ]
    return actions


def links_to(name: str, shown: View) -> list[Action]:
    """Return the pages that an image of the gallery can be the query of.

    Args:
        name: of the image.
        shown: the view that the links keep, but for the query.
    """
    # Without the part of the page that the view may belong to: these lead to other pages.
    params = View.params(shown.with_query("image", name))
    return [
        Action(label=tr("Search with this"), page=navigation.SEARCH, params=params),
        Action(label=tr("Inspect"), page=navigation.INSPECT, params=params),
        Action(label=tr("Find a part of it"), page=navigation.REGIONS, params=params),
    ]
