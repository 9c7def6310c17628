"""Embeddings are computed once per gallery and model, and written to disk.

The key is (digest of the gallery, digest of the embedder): the latter stands for the checkpoint
and the preprocessing, so equal keys mean equal embeddings, and no file ever grows stale.

    HOME/embeddings/
        GALLERY-EMBEDDER.safetensors       a whole gallery: all that is ever served
        GALLERY-EMBEDDER.safetensors.lock  held by the one process that builds it
        GALLERY-EMBEDDER.MODE.layout.safetensors  where each image lies on the map (``layout``)
        GALLERY-EMBEDDER.parts/            only while it is built, or after it was killed
            00000000.safetensors           one batch, named by the id of its first image

Each batch is written as soon as it is done, so a build that is killed or interrupted goes on
where it was. Galleries that ship with the program lie in ``assets/embeddings``, which is looked
through first and never written.

On disk a gallery is float16: half the size, and the cosine with the exact embedding stays above
0.999999. Parts are float32, so that an interrupted build ends in the same file as any other:
rounding twice would not.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import array_files, files, locations
from ..errors import GalleryError, SettingError, StoreError, enough_memory
from ..language import as_json, from_json, later, tr
from ..progress import Progress, silent
from .base import Gallery
from .embedding import BatchEmbedder, embed_in_batches

VERSION = 1  # of the layout: a file with another number is built again
SHIPPED = (locations.ASSETS / "embeddings",)

Notice = Callable[[str], None]
"""Called with one sentence that a person should read."""

log: Notice = logging.getLogger(__name__).warning


@dataclass(frozen=True, slots=True, eq=False)
class StoredGallery:
    """The embeddings of a gallery; the arrays are read-only, so all sessions can share them."""

    gallery_digest: str
    embedder_digest: str
    modes: tuple[str, ...]
    ids: NDArray[np.int64]  # (n,) of the images that have an embedding, ascending
    embeddings: NDArray[np.float32]  # (M, n, D), unit length: each mode is one contiguous matrix
    failures: Mapping[int, str]  # id -> the sentence that says why this image has none

    def __post_init__(self) -> None:
        self.ids.setflags(write=False)
        self.embeddings.setflags(write=False)

    def of(self, mode: str) -> NDArray[np.float32]:
        """Return the embeddings of one attention mode, (n, D), without a copy.

        Raises:
            SettingError: there is no such mode.
        """
        if mode not in self.modes:
            raise SettingError(
                tr(
                    "There are no embeddings of attention mode {mode!r}: choose one of {modes}.",
                    mode=mode,
                    modes=", ".join(self.modes),
                )
            )
        matrix: NDArray[np.float32] = self.embeddings[self.modes.index(mode)]
        return matrix


def load_or_build(
    gallery: Gallery,
    embedder: BatchEmbedder,
    *,
    home: Path | None = None,
    shipped: Sequence[Path] = SHIPPED,
    batch_size: int = 16,
    progress: Progress = silent,
    notice: Notice = log,
) -> StoredGallery:
    """Return the embeddings of a gallery, computing only those that aren't on disk yet.

    Of several processes or threads that ask for the same gallery at once, one computes and the
    others wait. Where the home can't be written, ``notice`` says so and the result is only in
    memory. Any exception, Ctrl-C and one from ``progress`` included, leaves what is done so far.

    Args:
        gallery: what to embed.
        embedder: what to embed it with.
        home: the cache directory; None means ``locations.home()``.
        shipped: directories to look in first, never written.
        batch_size: images in one forward pass, and in one part on disk.
        progress: called with how many images are done, at the start and after each batch.
        notice: called about damaged files and a home that can't be written.

    Raises:
        GalleryError: no image has an embedding, or a file has changed since the gallery was
            opened.
        CheckpointError: the embedder returns numbers that are no embeddings.
        SettingError: ``batch_size`` is less than 1.
    """
    if batch_size < 1:
        raise SettingError(
            tr(
                "A batch of {batch_size} images can't be embedded: take 1 or more.",
                batch_size=batch_size,
            )
        )
    places = [*shipped, folder_of(home)]
    build = _BuildOnDisk(_path(folder_of(home), gallery, embedder.digest), notice)
    stored, _ = _find(gallery, embedder.digest, places)
    if stored is None:
        waiting = tr("Waiting for another process that embeds {title}", title=gallery.title)
        with build.lock(lambda: progress(0, len(gallery.items), waiting)):
            # Whoever had to wait finds it now.
            stored, reasons = _find(gallery, embedder.digest, places)
            if stored is None:
                for reason in reasons:
                    notice(f"The embeddings of {gallery.title} are computed again: {reason}.")
                with enough_memory(tr("the embeddings of {title}", title=gallery.title)):
                    stored = _embed_all(gallery, embedder, build, batch_size, progress)
    build.remove_parts()
    return stored


def load(
    gallery: Gallery,
    embedder_digest: str,
    *,
    home: Path | None = None,
    shipped: Sequence[Path] = SHIPPED,
) -> StoredGallery | None:
    """Return the embeddings if they are on disk, whole and undamaged; compute nothing."""
    return _find(gallery, embedder_digest, [*shipped, folder_of(home)])[0]


def is_stored(
    gallery: Gallery,
    embedder_digest: str,
    *,
    home: Path | None = None,
    shipped: Sequence[Path] = SHIPPED,
) -> bool:
    """Whether a file of the right name is there: quick, and blind to damage (see ``load``)."""
    places = [*shipped, folder_of(home)]
    return any(_path(place, gallery, embedder_digest).is_file() for place in places)


def save(stored: StoredGallery, folder: Path) -> Path:
    """Write a gallery's file to a folder, such as ``assets/embeddings``; return its path.

    Raises:
        StoreError: the folder can't be written.
    """
    path = folder / name_of(stored.gallery_digest, stored.embedder_digest)
    _write(path, stored, np.float16)
    return path


def beside(stored: StoredGallery, what: str, *, places: Sequence[Path]) -> list[Path]:
    """Return where something that is made of a gallery's embeddings may lie.

    Args:
        stored: the embeddings.
        what: it is, a part of the file's name.
        places: the directories.
    """
    own = Path(name_of(stored.gallery_digest, stored.embedder_digest))
    name = own.with_suffix(f".{what}.safetensors").name
    return [place / name for place in places]


def folder_of(home: Path | None) -> Path:
    """Return where embeddings are kept; None means ``locations.home()``."""
    return (home or locations.home()) / "embeddings"


# Building ---------------------------------------------------------------------------------


def _embed_all(
    gallery: Gallery,
    embedder: BatchEmbedder,
    build: "_BuildOnDisk",
    batch_size: int,
    progress: Progress,
) -> StoredGallery:
    """Embed what no earlier build has written, batch by batch."""
    key = (gallery.digest, embedder.digest, embedder.modes)
    what = f"Embedding {gallery.title}"
    total = len(gallery.items)
    parts = build.parts(gallery, embedder.digest)
    covered = {id for part in parts for id in _covered(part)}
    todo = [item for item in gallery.items if item.id not in covered]
    done = total - len(todo)
    progress(done, total, what)
    with closing(embed_in_batches(gallery, embedder, todo, batch_size)) as batches:
        for batch in batches:
            part = StoredGallery(*key, batch.ids, batch.embeddings, batch.failures)
            build.write_part(part)
            parts.append(part)
            done += len(_covered(part))
            progress(done, total, what)
    failures = dict(sorted(pair for part in parts for pair in part.failures.items()))
    if len(failures) == total:
        raise nothing_to_search(gallery.title, failures.values())
    ids = np.concatenate([part.ids for part in parts])  # (n,)
    embeddings = np.concatenate([part.embeddings for part in parts], axis=1)  # (M, n, D)
    order = np.argsort(ids)
    ordered = np.take(embeddings, order, axis=1)  # [:, order] would not be contiguous
    return build.write_gallery(StoredGallery(*key, ids[order], ordered, failures))


class _BuildOnDisk:
    """The files of one build; after the first write that fails it writes nothing more."""

    def __init__(self, path: Path, notice: Notice) -> None:
        self._path = path  # of the finished gallery
        self._parts = path.with_suffix(".parts")
        self._notice = notice
        self._writable = True

    @contextmanager
    def lock(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of this gallery; call ``waiting`` if another builder has it."""
        with ExitStack() as stack:
            try:
                stack.enter_context(files.lock(self._path, waiting))
            except StoreError as error:
                self._give_up(error)
            yield

    def parts(self, gallery: Gallery, embedder_digest: str) -> list[StoredGallery]:
        """Return the batches that an earlier build finished."""
        parts, damaged = [], 0
        for path in sorted(self._parts.glob("*.safetensors")):
            try:
                parts.append(_read(path, gallery, embedder_digest))
            except array_files.DamagedFileError:
                damaged += 1
        if damaged:
            self._notice(f"Damaged parts of {gallery.title} are computed again: {damaged}.")
        return parts

    def write_part(self, part: StoredGallery) -> None:
        """Write one batch; no other part can have its first id, and so its name."""
        path = self._parts / f"{min(_covered(part)):08d}.safetensors"
        self._try_to_write(path, part, np.float32)

    def write_gallery(self, merged: StoredGallery) -> StoredGallery:
        """Write the gallery; return exactly what the next start will read."""
        self._try_to_write(self._path, merged, np.float16)
        return replace(merged, embeddings=_unit(merged.embeddings.astype(np.float16)))

    def remove_parts(self) -> None:
        """Remove the parts once the whole gallery is on disk."""
        if self._writable and self._parts.is_dir():
            shutil.rmtree(self._parts, ignore_errors=True)

    def _try_to_write(self, path: Path, stored: StoredGallery, dtype: type) -> None:
        if self._writable:
            try:
                _write(path, stored, dtype)
            except StoreError as error:
                self._give_up(error)

    def _give_up(self, error: StoreError) -> None:
        self._writable = False
        self._notice(f"{error} Until then, embeddings are computed anew at every start.")


# One gallery on disk ----------------------------------------------------------------------


def name_of(gallery_digest: str, embedder_digest: str) -> str:
    """File name of a gallery; the whole digests are inside the file."""
    return f"{gallery_digest[:16]}-{embedder_digest[:16]}.safetensors"


def _path(folder: Path, gallery: Gallery, embedder_digest: str) -> Path:
    return folder / name_of(gallery.digest, embedder_digest)


def nothing_to_search(title: str, failures: Iterable[str]) -> GalleryError:
    """Return the error of a gallery without a single embedding; why, the first failure says."""
    why = next(iter(failures), later("It is empty."))
    return GalleryError(
        tr("{title} has no image that can be searched. {why}", title=title, why=tr(why))
    )


def _find(
    gallery: Gallery, embedder_digest: str, places: Sequence[Path]
) -> tuple[StoredGallery | None, list[str]]:
    """Return the first whole gallery, and why the files before it were passed over."""
    reasons = []
    for place in places:
        path = _path(place, gallery, embedder_digest)
        try:
            stored = _read(path, gallery, embedder_digest)
            if sorted(_covered(stored)) != [item.id for item in gallery.items]:
                raise array_files.DamagedFileError("it does not hold the whole gallery")
        except FileNotFoundError:
            continue
        except array_files.DamagedFileError as error:
            reasons.append(f"{path} is not used, because {error}")
        else:
            return stored, reasons
    return None, reasons


def _covered(stored: StoredGallery) -> list[int]:
    """The ids that need no more work: embedded, or known to be broken."""
    return [*stored.ids.tolist(), *stored.failures]


def _write(path: Path, stored: StoredGallery, dtype: type) -> None:
    arrays = {"ids": stored.ids, "embeddings": stored.embeddings.astype(dtype)}
    about = {
        "version": VERSION,
        "gallery": stored.gallery_digest,
        "embedder": stored.embedder_digest,
        "modes": list(stored.modes),
        "dim": stored.embeddings.shape[-1],
        "failures": {str(id): as_json(why) for id, why in stored.failures.items()},
    }
    array_files.write(path, arrays, about)


def _read(path: Path, gallery: Gallery, embedder_digest: str) -> StoredGallery:
    """Read a gallery or one of its parts.

    Raises:
        FileNotFoundError: there is none.
        DamagedFileError: the file is damaged, or of another gallery, embedder or version.
    """
    arrays, about = array_files.read(path)
    wanted = {"version": VERSION, "gallery": gallery.digest, "embedder": embedder_digest}
    for name, value in wanted.items():
        if about.get(name) != value:
            raise array_files.DamagedFileError(f"it is of another {name}")
    return StoredGallery(
        gallery_digest=gallery.digest,
        embedder_digest=embedder_digest,
        modes=tuple(about["modes"]),
        ids=arrays["ids"],
        embeddings=_unit(arrays["embeddings"]),
        failures=dict(sorted((int(id), from_json(why)) for id, why in about["failures"].items())),
    )


def _unit(embeddings: NDArray[Any]) -> NDArray[np.float32]:
    """Undo float16's change of length; float32 (a part) stays as it is, to the last bit."""
    if embeddings.dtype == np.float32:
        return embeddings
    exact = embeddings.astype(np.float32)
    exact /= np.linalg.norm(exact, axis=-1, keepdims=True)
    return exact
