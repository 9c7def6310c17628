"""From a source of images to a table: restartable at any moment, without loss or duplicates.

What is done is what the table holds: an import lists the source, leaves out the images whose
names are there already, and embeds the rest. One process writes, some rows at a time; each write
is there whole or not at all, and replaces rows of the same id. So whoever kills it loses no more
than the rows that were not written yet, and the next run embeds those.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import Any, NamedTuple

import numpy as np

from ..errors import GalleryError
from ..galleries.store import StoredGallery
from ..images import thumbnail
from ..index.families.hyperplanes import Hyperplanes
from ..index.fitting import fit
from ..index.lsh import LSHConfig
from ..language import tr
from ..progress import Progress, silent
from .about import About
from .embedded import THUMBNAIL, EmbeddedImages, Failure, Image
from .sources import GalleryImages, ImageSource, Listed
from .table import Table, exists

SAMPLE = 1_000  # images that K, L and the centre are chosen with: the first that are embedded
AT_ONCE = 256  # rows in one write

_MOST_BITS = 22
_COPIED_AT_ONCE = 64  # images

Embed = Callable[[Sequence[Image]], Iterator[EmbeddedImages]]
"""Embeds images: ``embed_on_ray`` with its settings, or ``copied``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePlan:
    """How a table is made, where there is none yet."""

    embedder: str  # digest of checkpoint and preprocessing
    attention: str = "both"
    lsh: LSHConfig | None = None  # None: what fits the sample
    sample: int = SAMPLE
    at_once: int = AT_ONCE


class Imported(NamedTuple):
    """What an import has come to."""

    table: Table
    n_new: int  # images that were not there before, damaged ones among them
    unread: dict[str, str]  # why images couldn't be read, by name; the next import tries again


def import_images(
    source: ImageSource, address: str, embed: Embed, plan: TablePlan, *, progress: Progress = silent
) -> Imported:
    """Bring all images of a source into a table, and its indexes up to date.

    Args:
        source: of the images.
        address: of the table; it is made where there is none.
        embed: does the work.
        plan: what the table is made with, or has been.
        progress: told how many images are done.

    Raises:
        GalleryError: no image can be searched.
        StoreError: the table can't be written, or holds embeddings of another model.
    """
    listed = list(source.images())
    table = _open(address, plan)
    todo = _todo(listed, table)
    writer = _Writer(address, plan, source.title, len(listed), todo, table)
    what = f"Embedding {source.title}"
    progress(len(listed) - len(todo), len(listed), what)
    n_done = len(listed) - len(todo)
    for some in embed(list(todo.values())):
        writer.take(some)
        n_done += len(some.ids) + len(some.failures)
        progress(n_done, len(listed), what)
    table = writer.finish()
    if todo:
        table.make_indexes()
        table.compact()
    return Imported(table, len(todo), writer.unread)


def no_longer_listed(source: ImageSource, table: Table) -> list[int]:
    """Return the ids of rows whose image the source no longer lists."""
    names = {it.name for it in source.images()}
    return sorted(table.ids_of([it for it in table.done() if it not in names]).values())


def copied(source: GalleryImages, stored: StoredGallery, attention: str) -> Embed:
    """Return what takes embeddings that are stored already, instead of computing them."""
    place = {id: row for row, id in enumerate(stored.ids.tolist())}
    matrix = stored.of(attention)

    def embed(images: Sequence[Image]) -> Iterator[EmbeddedImages]:
        for start in range(0, len(images), _COPIED_AT_ONCE):
            some = images[start : start + _COPIED_AT_ONCE]
            at = {it.id: int(it.address.rpartition("#")[2]) for it in some}
            good = [it for it in some if at[it.id] in place]
            gallery = source.gallery
            yield EmbeddedImages(
                ids=np.array([it.id for it in good], np.int64),
                embeddings=matrix[[place[at[it.id]] for it in good]],
                thumbnails=[thumbnail(gallery.read(at[it.id]), max_side=THUMBNAIL) for it in good],
                digests=[gallery.items[at[it.id]].digest for it in good],
                failures={
                    it.id: Failure(stored.failures[at[it.id]], gallery.items[at[it.id]].digest)
                    for it in some
                    if at[it.id] not in place
                },
            )

    return embed


def _open(address: str, plan: TablePlan) -> Table | None:
    """Open the table, if there is one; refuse one that was made otherwise."""
    if not exists(address):
        return None
    table = Table.open(address)
    table.about.check_embedder(plan.embedder, plan.attention)
    if plan.lsh:
        table.about.check_settings(plan.lsh)
    return table


def _todo(listed: Sequence[Listed], table: Table | None) -> dict[int, Image]:
    """Return what is not done yet, by id, in an order that is random and always the same.

    An id is the place in the list, unless an image that came earlier has it.
    """
    done = {} if table is None else table.done()
    ids = {} if table is None else table.ids_of(list(done))
    taken = set(ids.values())
    free = max([*taken, len(listed) - 1]) + 1 if listed else 0
    todo: dict[int, Image] = {}
    for place, it in enumerate(listed):
        if it.name in done and it.digest in (None, done[it.name]):
            continue
        id = ids.get(it.name, place)
        if it.name not in ids and id in taken:
            id, free = free, free + 1
        todo[id] = Image(id, it.name, it.label, it.address)
    order = np.random.default_rng(0).permutation(len(todo))
    images = list(todo.values())
    return {images[place].id: images[place] for place in order.tolist()}


@dataclass(slots=True)
class _Writer:
    """Writes rows as they come; makes the table once the sample is there."""

    address: str
    plan: TablePlan
    title: str
    n_images: int
    images: dict[int, Image]
    table: Table | None
    unread: dict[str, str] = field(default_factory=dict)
    _waiting: list[EmbeddedImages] = field(default_factory=list)

    def take(self, some: EmbeddedImages) -> None:
        """Take embedded images; write once there are enough."""
        self._waiting.append(some)
        n = sum(len(it.ids) + len(it.failures) for it in self._waiting)
        if n >= (self.plan.sample if self.table is None else self.plan.at_once):
            self._write()

    def finish(self) -> Table:
        """Write what is left, and return the table."""
        self._write()
        if self.table is None or not len(self.table):
            raise GalleryError(tr("{title} has no image that can be searched.", title=self.title))
        return self.table

    def _write(self) -> None:
        good = [it for it in self._waiting if len(it.ids)]
        if self.table is None and not good:
            return  # failures wait for a table
        failures = {id: it for some in self._waiting for id, it in some.failures.items()}
        self._waiting = []
        if good:
            ids = np.concatenate([it.ids for it in good])
            embeddings = np.concatenate([it.embeddings for it in good])
            if self.table is None:
                self.table = self._make(embeddings[np.argsort(ids)])
            details = self._details(ids.tolist())
            details["thumbnail"] = [one for it in good for one in it.thumbnails]
            details["digest"] = [one for it in good for one in it.digests]
            self.table.upsert(ids, embeddings, details)
        self._note(failures)

    def _note(self, failures: Mapping[int, Failure]) -> None:
        """Write which images are damaged; what couldn't be read is tried again another time."""
        assert self.table is not None
        unread = {id: it.why for id, it in failures.items() if it.digest is None}
        self.unread |= {self.images[id].name: why for id, why in unread.items()}
        damaged = {id: it for id, it in failures.items() if it.digest is not None}
        if damaged:
            details = self._details(list(damaged))
            details["failure"] = [it.why for it in damaged.values()]
            details["digest"] = [it.digest for it in damaged.values()]
            self.table.note_failures(np.array(list(damaged), np.int64), details)

    def _make(self, embeddings: Any) -> Table:
        """Choose K and L for the whole gallery by the sample, and make the table."""
        lsh = self.plan.lsh
        if lsh is None:
            is_all = self.n_images <= len(embeddings)
            bits = None if is_all else min(round(log2(self.n_images)), _MOST_BITS)
            lsh = fit(embeddings, n_bits=bits, family=Hyperplanes).lsh
        about = About(
            lsh=lsh,
            centre=embeddings.mean(axis=0).astype(np.float32),
            embedder=self.plan.embedder,
            attention=self.plan.attention,
            title=self.title,
        )
        return Table.create(self.address, about)

    def _details(self, ids: Sequence[int]) -> dict[str, list[Any]]:
        images = [self.images[id] for id in ids]
        return {
            "name": [it.name for it in images],
            "label": [it.label for it in images],
            "address": [it.address for it in images],
        }
