"""What a map is told, as bytes: the length of a header, the header in JSON, then raw arrays."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.figures.style import VIRIDIS
from core.galleries.base import Gallery
from core.galleries.maps.layout import Layout
from core.index.lsh import LSHIndex
from core.index.vectors import similarities
from core.lessons.landing import land
from core.search import SearchResult
from pages.ui import languages
from pages.ui.grid import Action
from pages.ui.grid.gallery import links_to
from pages.ui.pictures import data_url, image_file
from pages.ui.view import View

NO_LABEL = 0xFFFF
ANY = "~image~"  # stands for an image's name in an address

_TYPES = {"f32": np.float32, "u32": np.uint32, "u16": np.uint16}
_SIDE = 80  # pixels of the query's own picture


def payload(
    result: SearchResult,
    gallery: Gallery,
    *,
    index: LSHIndex,
    keys: NDArray[np.int64],
    places: Layout,
    actions: Sequence[Action],
    shown: View,
    sheet: dict[str, Any] | None,
    says: dict[str, Any],
    start: dict[str, Any],
    is_finished: bool,
) -> bytes:
    """Write down what the map shows.

    Args:
        result: of the search.
        gallery: that was searched.
        index: that was searched, its vectors in the order of ``places``.
        keys: (n, L) of the gallery's images, in the same order.
        places: (n, 2) of the gallery's images.
        actions: what can be done with each image.
        shown: the view that links keep, but for the query.
        sheet: where the small pictures are, if they are drawn.
        says: what the script has to hear, its texts.
        start: what it is coloured by when it is opened.
        is_finished: whether places and pictures are those that stay.
    """
    ids, matrix = index.vectors.ids, index.vectors.matrix
    cosines = similarities(result.query.embedding, matrix)  # (n,)
    names = [gallery.items[id].name for id in ids.tolist()]
    labels = sorted({item.label for item in gallery.items if item.label is not None})
    number = {label: at for at, label in enumerate(labels)} | {None: NO_LABEL}
    row_of = {id: row for row, id in enumerate(ids.tolist())}
    own = [row_of[id] for id in result.own_ids if id in row_of]
    row = own[0] if own else None
    header = says | {
        "gallery": gallery.digest,
        "title": gallery.title,
        "names": names,
        "labels": labels,
        "bits": index.config.n_bits,
        "query": {
            "row": row,
            "place": (land(places, cosines) if row is None else places[row]).tolist(),
            "picture": _picture(result) if row is None else None,
            "keys": result.code.keys.tolist(),
        },
        "hits": [row_of[hit.id] for hit in result.hits],
        "exact": [row_of[hit.id] for hit in result.exact_hits],
        "own": own,
        "probes": _probes(result, index.config.n_tables),
        "sheet": sheet,
        "actions": _addresses(actions, shown),
        "ramp": VIRIDIS,
        "start": start,
        "unfinished": not is_finished,
    }
    label = np.array([number[gallery.items[id].label] for id in ids.tolist()], np.uint16)
    return packed(
        header,
        places=places.ravel(),
        keys=keys.T.ravel(),
        cosines=cosines,
        label=label,
    )


def packed(header: dict[str, Any], **arrays: NDArray[Any]) -> bytes:
    """Write a header and arrays one after the other.

    Args:
        header: what is no array.
        arrays: name -> numbers; of whole ones, ``keys`` have 32 bits, all others 16.
    """
    typed = {name: _typed(name, values) for name, values in arrays.items()}
    about = [[name, kind, values.nbytes] for name, (kind, values) in typed.items()]
    text = json.dumps(header | {"arrays": about}, ensure_ascii=False).encode()
    blocks = [values.tobytes() for _, values in typed.values()]
    return b"".join([len(text).to_bytes(4, "little"), text, *blocks])


def _typed(name: str, values: NDArray[Any]) -> tuple[str, NDArray[Any]]:
    kind = "f32" if values.dtype.kind == "f" else "u32" if name == "keys" else "u16"
    return kind, np.ascontiguousarray(values, np.dtype(_TYPES[kind]).newbyteorder("<"))


def _probes(result: SearchResult, n_tables: int) -> list[list[int]]:
    """Return the keys that were read in each table, in their order."""
    keys: list[list[int]] = [[] for _ in range(n_tables)]
    for probe in result.candidates.probes:
        keys[probe.table].append(probe.key)
    return keys


def _addresses(actions: Sequence[Action], shown: View) -> list[tuple[str, str | None]]:
    """Return what the actions are called, and where they lead with any image's name."""
    language = languages.named()
    links = {action.label: action.address(language) for action in links_to(ANY, shown)}
    return [(action.label, links.get(action.label)) for action in actions]


def _picture(result: SearchResult) -> str:
    """Return the address of a small square picture of the query."""
    small = ImageOps.fit(Image.fromarray(result.query.image.pixels), (_SIDE, _SIDE))
    return data_url(image_file(np.asarray(small)))
