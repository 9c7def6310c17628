"""What the machine is told: the values of one query, stage by stage, with the sums behind them."""

from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.figures.style import VIRIDIS
from core.galleries.base import Gallery
from core.index.exact import exact_scan
from core.index.lsh import LSHIndex
from core.language import tr
from core.lessons import machine
from core.lessons.walkthrough import Walkthrough
from core.model.preprocess import PreprocessConfig
from core.search import Hit, SearchResult
from pages.ui import languages
from pages.ui.grid import Action, Address
from pages.ui.grid.gallery import tile
from pages.ui.machine.stages import STAGES
from pages.ui.pictures import data_url, image_file
from pages.ui.view import View

N_CHANNELS = 6  # that are drawn
N_GATES = 60  # points of the curve of all gates
N_CELLS = 240  # of the gallery, in the order of its ranking
N_COMPANY = 11  # gallery images that fly with the query
N_HITS = 12  # that are drawn
_SIDE = 160  # pixels of the query's picture


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """One query, and all that was made of it."""

    title: str  # of the query
    result: SearchResult
    gallery: Gallery
    index: LSHIndex
    walked: Walkthrough
    preprocess: PreprocessConfig
    shown: View

    def payload(self, start: dict[str, Any]) -> dict[str, Any]:
        """Return what the browser draws; ``start`` says what is open at first."""
        ranking = self._ranking()
        code, config = self.result.code, self.index.config
        planes, embedding = self.index.hyperplanes, self.result.query.embedding
        return {
            "start": start,
            "stages": [self._words(number) for number in range(len(STAGES))],
            "ramp": VIRIDIS,
            "gallery": self.gallery.title,
            "n": self.result.n_gallery,
            "bits": config.n_bits,
            "seed": config.seed,
            "size": self.preprocess.input_size,
            "picture": self._picture(),
            "point": asdict(machine.point_sum(self.result.query.image.pixels, self.preprocess)),
            "features": self._features(),
            "channel": self._channel(),
            "spatial": self._spatial(),
            "embedding": _rounded(embedding),
            "squares": _sums(embedding, embedding),
            "margins": _rounded(code.margins),
            "products": _sums(planes.normals, embedding - planes.centre),
            "keys": [f"{key:0{config.n_bits}b}" for key in code.keys.tolist()],
            "worth": [machine.values_of(bits) for bits in code.bits],
            "read": self._read(),
            "found": _rounded(machine.found_along(ranking, self.result.candidates.ids, N_CELLS), 3),
            "hits": self._hits(),
            "k": self.result.k,
            "nHits": len(self.result.hits),
            "nNearest": len(self.result.exact_hits),
            "recall": self.result.neighbour_recall,
            "flight": self._flight(machine.company(ranking, N_COMPANY)),
        }

    def _ranking(self) -> NDArray[np.int64]:
        """Return the ids of the whole gallery, the nearest first."""
        everything = max(1, len(self.index))
        own = self.result.own_ids
        query = self.result.query.embedding
        return exact_scan(query, self.index.vectors, k=everything, exclude=own).ids

    def _words(self, number: int) -> dict[str, Any]:
        stage, lesson = STAGES[number], self.lesson(number)
        return {
            "id": stage.name,
            "title": tr(stage.title),
            "says": tr(stage.says),
            "lesson": [lesson.label, lesson.address(languages.named())],
        }

    def lesson(self, number: int) -> Action:
        """Return the way to what teaches a stage, with the view."""
        stage = STAGES[number]
        params = View.params(self.shown) | ({"part": stage.part} if stage.part else {})
        return Action(label=tr(stage.lesson), page=stage.page, params=params)

    def _picture(self) -> str:
        small = ImageOps.fit(Image.fromarray(self.result.query.image.pixels), (_SIDE, _SIDE))
        return data_url(image_file(np.asarray(small)))

    def _features(self) -> dict[str, Any]:
        maps = self.walked.features  # (C, H, W)
        weight = self.walked.refined.mean(axis=(1, 2))  # (C,)
        channels = np.argsort(-weight, kind="stable")[:N_CHANNELS]
        return {
            "shape": list(maps.shape),
            "channels": channels.tolist(),
            "maps": [_rounded(maps[it].ravel(), 2) for it in channels],
            "sum": float(maps[channels[0]].sum(dtype=np.float64)),
        }

    def _channel(self) -> dict[str, Any] | None:
        steps = self.walked.channel
        if steps is None:
            return None
        n = len(steps.gate)
        along = np.linspace(0, n - 1, min(n, N_GATES)).round().astype(int)
        return {
            "curve": _rounded(steps.gate[steps.order[along]], 3),
            "open": int((steps.gate > 0.5).sum()),
            "sum": asdict(machine.channel_sum(steps, self.walked.strongest)),
        }

    def _spatial(self) -> dict[str, Any] | None:
        steps = self.walked.spatial
        if steps is None:
            return None
        return {
            "gate": _rounded(steps.gate.ravel(), 3),
            "low": float(steps.gate.min()),
            "high": float(steps.gate.max()),
            "sum": asdict(machine.place_sum(steps)),
        }

    def _read(self) -> dict[str, Any]:
        read = machine.reading(self.result)
        n_bits = self.index.config.n_bits
        return {
            "tables": [
                [
                    [f"{it.key:0{n_bits}b}", it.flipped, round(it.cost, 7), len(it.ids)]
                    for it in probes
                ]
                for probes in read.tables
            ],
            "places": read.n_places,
            "different": read.n_different,
            "own": read.n_own,
            "candidates": read.n_candidates,
        }

    def _hits(self) -> list[dict[str, Any]]:
        hits = self.result.hits[:N_HITS]
        if not hits:
            return []
        rows = self.index.vectors.rows([hit.id for hit in hits])
        sums = _sums(rows, self.result.query.embedding)
        return [self._image(hit.id) | _of(hit, it) for hit, it in zip(hits, sums, strict=True)]

    def _flight(self, ids: list[int]) -> list[dict[str, Any]]:
        """Return images with how far they lie from all hyperplanes; the query comes first."""
        own = {"name": self.title, "label": tr("the query"), "src": self._picture()}
        rows = [own | {"margins": _rounded(self.result.code.margins, 3)}]
        if ids:
            margins = machine.margins_of(self.index, ids)
            rows += [
                self._image(id) | {"margins": _rounded(mine, 3)}
                for id, mine in zip(ids, margins, strict=True)
            ]
        return rows

    def _image(self, id: int) -> dict[str, Any]:
        item = self.gallery.items[id]
        picture = tile(self.gallery, id, self.shown).picture
        src = picture.url if isinstance(picture, Address) else picture and data_url(picture)
        return {"name": item.name, "label": item.label or PurePath(item.name).name, "src": src}


def _of(hit: Hit, sum: list[Any]) -> dict[str, Any]:
    return {"rank": hit.rank, "cosine": round(hit.similarity, 4), "relevant": hit.relevant} | {
        "sum": sum
    }


def _sums(left: NDArray[np.floating], right: NDArray[np.floating]) -> list[Any]:
    """Write sums by their largest terms: [[[place, left, right], …], rest, total], nested as is."""
    terms = machine.largest_terms(left, right)
    triples = np.stack([terms.places, terms.left, terms.right], axis=-1)  # (…, T, 3)
    return _nested(_rounded(triples), _rounded(terms.rest), _rounded(terms.total))


def _nested(triples: Any, rest: Any, total: Any) -> list[Any]:
    if isinstance(rest, float):
        return [triples, rest, total]
    return [_nested(*each) for each in zip(triples, rest, total, strict=True)]


def _rounded(values: NDArray[np.floating], digits: int = 4) -> Any:
    """Return nested lists of numbers with few digits."""
    return np.asarray(values, np.float64).round(digits).tolist()
