"""Examples that work, chosen by a rule: pictures whose whole way can be shown to a stranger.

Of each label, in the gallery's order, the first picture

1. for which LSH finds all of the exact scan's k hits,
2. of whose hits at least nine in ten have its label, and
3. where the place that the network weighs most is mostly object, if the gallery knows its objects.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ..galleries.base import Gallery
from ..index.exact import exact_scan, neighbour_recall, rerank
from ..index.lsh import LSHIndex
from ..index.vectors import unit_vector
from ..language import later
from ..search import SearchConfig, read_buckets

TRIES = 4  # pictures of one label that are looked at; each costs a pass through the network
LEAST = 0.9  # of the hits have the query's label

RULE = later(
    "Chosen because the search does well on them: it finds all ten of their nearest pictures, nine "
    "or more of these show the same thing, and the network looks at that thing."
)
"""The rule, for people."""

Mask = Callable[[int], NDArray[np.bool_]]
Look = Callable[[bytes], NDArray[np.float32] | None]


def worked_examples(
    gallery: Gallery, index: LSHIndex, config: SearchConfig, *, look: Look, mask: Mask | None = None
) -> Iterator[int]:
    """Yield the id of at most one picture of each label, in the order of labels.

    Args:
        gallery: with labels.
        index: over its embeddings.
        config: hits and probes.
        look: the file of a picture -> where the network looks, M_s (H, W), or None.
        mask: id -> where the object is, (H, W); None where nobody knows.
    """
    by_label: dict[str, list[int]] = {}
    for item in gallery.items:
        if item.label is not None and item.id in index.vectors:
            by_label.setdefault(item.label, []).append(item.id)
    for ids in by_label.values():
        found = (id for id in ids if _comes_out_well(gallery, index, config, id))
        for id, _ in zip(found, range(TRIES), strict=False):
            weights = look(gallery.read(id)) if mask else None
            if mask is None or (weights is not None and peak_is_object(weights, mask(id))):
                yield id
                break


def peak_is_object(weights: NDArray[np.floating], mask: NDArray[np.bool_]) -> bool:
    """Tell whether the place that weighs most is mostly object.

    Args:
        weights: (H, W) of the feature map.
        mask: where the object is in the picture, of any size.
    """
    row, column = np.unravel_index(int(weights.argmax()), weights.shape)
    height, width = mask.shape
    rows = slice(row * height // weights.shape[0], -(-(row + 1) * height // weights.shape[0]))
    columns = slice(
        column * width // weights.shape[1], -(-(column + 1) * width // weights.shape[1])
    )
    return bool(mask[rows, columns].mean() > 0.5)


def _comes_out_well(gallery: Gallery, index: LSHIndex, config: SearchConfig, id: int) -> bool:
    query = unit_vector(index.vectors.rows([id])[0], index.dim)
    code = index.hash(query)
    candidates = read_buckets(query, code, index, config, [id])
    found = rerank(query, index.vectors, candidates.ids, k=config.k, exclude=id).ids.tolist()
    exact = exact_scan(query, index.vectors, k=config.k, exclude=id).ids.tolist()
    if not exact or neighbour_recall(found, exact) < 1:
        return False
    label = gallery.items[id].label
    n_alike = len([hit for hit in found if gallery.items[hit].label == label])
    return bool(n_alike >= LEAST * len(found))
