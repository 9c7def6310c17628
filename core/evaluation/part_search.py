"""Does the search for parts find what it should, how fast, and how small may it be?

A query is the place of an image that spatial attention weighs most, which is what the page starts
with; the image itself is no hit. Judged are the hits of the codes:

    recall        share of the exact scan's hits, image and place, that the codes find too
    same label    share of hits whose image has the query's label; beside it the search with whole
                  images, and chance
    on object     where there are masks: share of hits whose place lies on an object of the query's
                  label, for queries whose place lies on one; beside it chance: the share of all
                  other images' places that do

A place lies on an object where the object covers half of its cell or more. All is repeated for
fewer places an image, those that attention weighs most: what does it cost to keep less?
"""

from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..galleries.base import Gallery
from ..galleries.store import StoredGallery
from ..progress import Progress, silent
from ..regions.place_index import PlaceHits, PlaceIndex
from ..regions.places import Places
from .attention_focus import MaskedGallery, cell_shares

N_QUERIES = 200
ON_OBJECT = 0.5  # of a cell
SHARES = (1, 2, 4)  # all places of each image, a half, a quarter


def measure_parts(
    gallery: Gallery,
    stored: StoredGallery,
    places: Places,
    *,
    masked: MaskedGallery | None,
    kernels: Any,
    k: int = 10,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure the search for parts in one gallery.

    Args:
        gallery: whose images are searched, with a label each.
        stored: its embeddings, for the search with whole images.
        places: all of its images' places.
        masked: the same gallery where it has masks.
        kernels: the engine's.
        k: hits.
        seed: chooses the queries.
        progress: told after each query.

    Returns:
        The body of the result file: ``n_queries``, and ``kept`` with the figures of each number of
        places an image.
    """
    n_places = places.grid[0] * places.grid[1]
    firsts = places.ids[:: places.per_image]  # the heaviest place of each image
    chosen = np.random.default_rng(seed).permutation(len(firsts))[:N_QUERIES]
    queries = places.heaviest(1).embeddings()[chosen].astype(np.float32)
    truth = Truth(gallery, places, masked)
    warm = PlaceIndex.build(places.heaviest(1), kernels=kernels)  # which may compile
    warm.find(queries[0], k=k)
    kept = []
    for share in SHARES:
        some = places.heaviest(places.per_image // share)
        started = perf_counter()
        index = PlaceIndex.build(some, kernels=kernels)
        seconds = perf_counter() - started
        found, scanned = [], []
        index.find(queries[0], k=k)
        for done, (place, query) in enumerate(zip(firsts[chosen].tolist(), queries, strict=True)):
            own = [place // n_places]
            found.append(index.find(query, k=k, exclude=own))
            scanned.append(index.scan(query, k=k, exclude=own))
            progress(done + 1, len(queries), f"{some.per_image} places an image")
        kept.append(
            {
                "places_an_image": some.per_image,
                "places": len(index),
                "bytes_on_disk": int(some.rows.nbytes + some.ids.nbytes),
                "bytes_in_memory": index.nbytes,
                "index_seconds": round(seconds, 2),
                "look_up_ms": _milliseconds(found),
                "scan_ms": _milliseconds(scanned),
                "looked_at": np.mean([it.looked_at for it in found], axis=0).round().tolist(),
                "recall": float(np.mean(list(map(_recall, found, scanned)))),
                **truth.judge(firsts[chosen].tolist(), found),
            }
        )
    return {
        "n_images": len(firsts),
        "n_queries": len(queries),
        "k": k,
        "grid": list(places.grid),
        "same_label_by_whole_images": truth.of_whole_images(
            stored, (firsts[chosen] // n_places).tolist(), k
        ),
        "kept": kept,
    }


class Truth:
    """What labels and masks say of places.

    Args:
        gallery: with a label for each image.
        places: of its images.
        masked: the same gallery where it has masks.
    """

    def __init__(self, gallery: Gallery, places: Places, masked: MaskedGallery | None) -> None:
        self._n_places = places.grid[0] * places.grid[1]
        self._labels = [item.label for item in gallery.items]
        self._images = np.unique(places.ids // self._n_places).tolist()
        self._on_object: dict[int, NDArray[np.bool_]] = {}
        if masked is not None:
            for id in self._images:
                shares = cell_shares(masked.mask(id), *places.grid)
                self._on_object[id] = shares.ravel() >= ON_OBJECT

    def judge(self, asked: Sequence[int], found: Sequence[PlaceHits]) -> dict[str, Any]:
        """Judge the hits of places, given by their ids: figures, and what chance would give."""
        pairs = list(zip(asked, found, strict=True))
        images = [place // self._n_places for place in asked]
        figures: dict[str, Any] = {
            "same_label": float(np.mean([self._same_label(*pair) for pair in pairs])),
            "same_label_by_chance": float(np.mean([self._label_chance(it) for it in images])),
        }
        if self._on_object:
            on = [it for it in pairs if self._lies_on_object(*divmod(it[0], self._n_places))]
            figures |= {
                "queries_on_object": len(on),
                "on_object": float(np.mean([self._hits_on_object(*pair) for pair in on])),
                "on_object_by_chance": float(
                    np.mean([self._object_chance(place // self._n_places) for place, _ in on])
                ),
            }
        return figures

    def of_whole_images(self, stored: StoredGallery, images: Sequence[int], k: int) -> float:
        """Share of an exact scan's k hits, of whole images, that have the query's label."""
        rows, ids = stored.of("both"), stored.ids.tolist()
        shares = []
        for image in images:
            cosines = rows @ rows[ids.index(image)]
            nearest = [ids[at] for at in np.argsort(-cosines)[: k + 1].tolist()]
            hits = [it for it in nearest if it != image][:k]
            shares.append(np.mean([self._labels[it] == self._labels[image] for it in hits]))
        return float(np.mean(shares))

    def _same_label(self, asked: int, found: PlaceHits) -> float:
        label = self._labels[asked // self._n_places]
        return float(np.mean([self._labels[it] == label for it in found.images]))

    def _label_chance(self, image: int) -> float:
        others = [it for it in self._images if it != image]
        return float(np.mean([self._labels[it] == self._labels[image] for it in others]))

    def _lies_on_object(self, image: int, place: int) -> bool:
        return bool(self._on_object[image][place])

    def _hits_on_object(self, asked: int, found: PlaceHits) -> float:
        label = self._labels[asked // self._n_places]
        right = [
            self._labels[hit.image] == label and self._lies_on_object(hit.image, hit.place)
            for hit in found.hits
        ]
        return float(np.mean(right))

    def _object_chance(self, image: int) -> float:
        label = self._labels[image]
        others = [it for it in self._images if it != image]
        shares = [self._on_object[it].mean() * (self._labels[it] == label) for it in others]
        return float(np.mean(shares))


def _recall(found: PlaceHits, scanned: PlaceHits) -> float:
    wanted = {(hit.image, hit.place) for hit in scanned.hits}
    return len(wanted & {(hit.image, hit.place) for hit in found.hits}) / len(wanted)


def _milliseconds(answers: Sequence[PlaceHits]) -> float:
    return round(1e3 * median(it.seconds for it in answers), 3)
