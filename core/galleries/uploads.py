"""Photographs that somebody hands over, as a gallery in memory: files, folders and zips at once.

Nothing is written to disk. What is no image is left out with a reason, and never refuses the rest.
A photograph of many bytes is scaled down as it comes in, so that many fit in memory.
A gallery doesn't change; adding, dropping and naming give another one, with another digest where
its images are others.
"""

import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..errors import GalleryError, ImageError, enough_memory
from ..files import file_digest
from ..images import DecodedImage, check, smaller_file
from ..language import later, tr
from ..progress import Progress, silent
from ..wording import count
from .archive import ArchiveGallery
from .base import GalleryItem, LeftOut, digest_of
from .embedding import DECODERS
from .labels import LabelledByFolders, find_level, labels_from_folders
from .names import natural, shortened, why_no_name

MAX_TOTAL_BYTES = 500 * 2**20  # of all images of one gallery: they stay in memory
TITLE = later("Your photographs")
_IT = later("It")  # how a reason calls the file
AS_GIVEN_BYTES = 500_000  # of a photograph: a larger one is scaled down, and its file dropped
# Pixels of its shorter side then. No page shows more of a picture, and the network takes a third:
# of sixteen photographs, enlarged and given grain, fourteen had cosines of 0.9993 or more to
# themselves before.
SCALED_SIDE = 640

Decode = Callable[..., DecodedImage]
"""As ``core.images.decode``; a ``DecoderPool`` has one for files of strangers."""

_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # of a zip with files, and of an empty one


@dataclass(frozen=True, slots=True)
class Original:
    """A file that was scaled down and is not here any more."""

    digest: str  # of the file
    notes: tuple[str, ...]  # what was done to it, in plain words


@dataclass(frozen=True, slots=True, eq=False)
class GivenFile:
    """One file as it was handed over, or scaled down."""

    name: str  # with its folders, "/" between them
    data: bytes
    original: Original | None = None  # where it was scaled down


@dataclass(frozen=True, slots=True, eq=False)
class _PackedFile:
    """One file of a zip; all of them unpacked at once might not fit in memory."""

    name: str
    archive: ArchiveGallery
    id: int
    original: None = None

    @property
    def data(self) -> bytes:
        """Unpack it."""
        return self.archive.read(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class _Photograph:
    name: str  # no other of the gallery has it
    data: bytes
    digest: str
    original: Original | None

    @property
    def digests(self) -> set[str]:
        """Of the file, and of the one that it was before it was scaled down."""
        return {self.digest, self.original.digest} if self.original else {self.digest}


class UploadedGallery(LabelledByFolders):
    """Images in memory; ``gather`` makes one of files.

    Attributes:
        left_out: files that are no images of it, and why.
        n_bytes: of all images.
        n_scaled: of them were scaled down.
    """

    def __init__(
        self,
        photographs: Sequence[_Photograph],
        *,
        key: str,
        title: str = TITLE,
        left_out: tuple[LeftOut, ...] = (),
    ) -> None:
        self.key = key
        self.title = title
        self.left_out = left_out
        self.n_bytes = sum(len(it.data) for it in photographs)
        self.n_scaled = sum(it.original is not None for it in photographs)
        self._photographs = tuple(photographs)
        self.label_level = find_level(it.name for it in photographs)
        labels = labels_from_folders((it.name for it in photographs), self.label_level)
        self.items = tuple(
            GalleryItem(id=id, name=it.name, label=labels[it.name], digest=it.digest)
            for id, it in enumerate(photographs)
        )
        self.digest = digest_of(self.items)

    def read(self, id: int) -> bytes:
        """Return the file of one image, undecoded."""
        return self._photographs[id].data

    @property
    def digests(self) -> set[str]:
        """Of all its files, those that were scaled down too."""
        return {digest for it in self._photographs for digest in it.digests}

    def given(self, id: int) -> GivenFile:
        """Return one image as it was given to ``gather``."""
        it = self._photographs[id]
        return GivenFile(it.name, it.data, it.original)

    def with_files(
        self,
        given: Iterable[GivenFile],
        *,
        decode: Decode | None = None,
        progress: Progress = silent,
    ) -> "UploadedGallery":
        """Return this gallery with further images after its own; what is left out is added too.

        The arguments are those of ``gather``.
        """
        with enough_memory(tr("these photographs")):
            photographs, left_out = _taken_in(given, self._photographs, decode, progress)
        return UploadedGallery(
            [*self._photographs, *photographs],
            key=self.key,
            title=self.title,
            left_out=(*self.left_out, *left_out),
        )

    def without(self, ids: Collection[int]) -> "UploadedGallery":
        """Return this gallery without some of its images; those after them move up.

        Raises:
            GalleryError: none would be left.
        """
        rest = [it for id, it in enumerate(self._photographs) if id not in ids]
        if not rest:
            raise GalleryError(
                tr(
                    "{title} would have no image left; keep one, or forget the whole gallery.",
                    title=self.title,
                )
            )
        return UploadedGallery(rest, key=self.key, title=self.title, left_out=self.left_out)

    def renamed(self, title: str) -> "UploadedGallery":
        """Return the same images under another title; of a blank one, the title stays."""
        title = " ".join(title.split()) or self.title
        return UploadedGallery(self._photographs, key=self.key, title=title, left_out=self.left_out)


def gather(
    given: Sequence[GivenFile],
    *,
    key: str,
    title: str | None = None,
    decode: Decode | None = None,
    progress: Progress = silent,
) -> UploadedGallery:
    """Make a gallery of files, in their order; a zip stands for the images in it.

    Args:
        given: images, zips, and whatever else lay beside them.
        key: short name for links.
        title: name for people; by default that of the one folder or zip that all came in.
        decode: scales large photographs down; by default they stay as they are.
        progress: told about every file.

    Raises:
        GalleryError: there is no image among them.
    """
    with enough_memory(tr("these photographs")):
        photographs, left_out = _taken_in(given, (), decode, progress)
    if not photographs:
        none = tr("There is no photograph in the {files} given.", files=count(len(given), "file"))
        raise GalleryError(f"{none} {tr(left_out[0].reason)}" if left_out else none)
    return UploadedGallery(
        photographs, key=key, title=title or _title(given), left_out=tuple(left_out)
    )


def scaled_down(name: str, data: bytes, *, decode: Decode) -> GivenFile:
    """Return a photograph with as many pixels as anything here needs, once it is decoded.

    Args:
        name: of the file.
        data: the file.
        decode: turns it into pixels.

    Raises:
        ImageError: as ``decode``.
    """
    if len(data) <= AS_GIVEN_BYTES:
        decode(data, name=name)
        return GivenFile(name, data)
    image = decode(data, name=name, side=SCALED_SIDE)
    smaller = smaller_file(image, side=SCALED_SIDE)
    if len(smaller) > len(data):
        return GivenFile(name, data)
    kept = later("kept as a JPEG, the shorter side at most {side} pixels", side=SCALED_SIDE)
    return GivenFile(name, smaller, Original(image.digest, (*image.notes, kept)))


def is_zip(data: bytes) -> bool:
    """Tell whether a file is a zip; one that unpacks itself has a program before it."""
    if data.startswith(_ZIP_MARKS):
        return True
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    try:
        check(data)
    except ImageError:
        return True
    return False  # something is packed behind the image


def _title(given: Sequence[GivenFile]) -> str:
    """The name of the one folder or zip, if it is one."""
    if len(given) == 1 and is_zip(given[0].data):
        return PurePosixPath(given[0].name).stem
    parts = [PurePosixPath(it.name).parts for it in given]
    folders = {it[0] if len(it) > 1 else "" for it in parts}
    return folders.pop() or TITLE if len(folders) == 1 else TITLE


def _taken_in(
    given: Iterable[GivenFile],
    present: Sequence[_Photograph],
    decode: Decode | None,
    progress: Progress,
) -> tuple[list[_Photograph], list[LeftOut]]:
    """Tell images from what is none; scale large ones down, a few at once, with what decodes."""
    photographs, left_out = _sorted_out(given, present, progress)
    if decode is None:
        return photographs, left_out
    with ThreadPoolExecutor(DECODERS, thread_name_prefix="scale") as pool:
        smaller = [*pool.map(lambda it: _smaller(it, decode), photographs)]
    damaged = [it for it in smaller if isinstance(it, LeftOut)]
    return [it for it in smaller if isinstance(it, _Photograph)], [*left_out, *damaged]


def _smaller(it: _Photograph, decode: Decode) -> _Photograph | LeftOut:
    """Scale a large photograph down; what can't be decoded is left out."""
    if it.original or len(it.data) <= AS_GIVEN_BYTES:
        return it
    try:
        file = scaled_down(_IT, it.data, decode=decode)
    except ImageError as error:
        return LeftOut(it.name, error.sentence)
    return _Photograph(it.name, file.data, file_digest(file.data), file.original)


def _sorted_out(
    given: Iterable[GivenFile], present: Sequence[_Photograph], progress: Progress
) -> tuple[list[_Photograph], list[LeftOut]]:
    """Tell images from what is none, and from what is there already."""
    left_out: list[LeftOut] = []
    files = _in_order(list(_unpacked(given, left_out)))
    names = {it.name for it in present}
    by_digest = {digest: it.name for it in present for digest in it.digests}
    n_bytes = sum(len(it.data) for it in present)
    photographs = []
    for number, file in enumerate(files, 1):
        data = file.data
        digest = file_digest(data)
        why = _why_not(file.name, data, by_digest.get(digest), n_bytes)
        if why:
            left_out.append(LeftOut(shortened(file.name), why))
        else:
            photograph = _Photograph(_free(file.name, names), data, digest, file.original)
            photographs.append(photograph)
            names.add(photograph.name)
            by_digest[digest] = photograph.name
            n_bytes += len(data)
        progress(number, len(files), tr("reading photographs"))
    return photographs, left_out


def _in_order(files: list[GivenFile | _PackedFile]) -> list[GivenFile | _PackedFile]:
    """Those of a folder by their names: a browser hands them over in any order."""
    from_folders = all("/" in file.name for file in files)
    return sorted(files, key=lambda it: natural(it.name)) if from_folders else files


def _why_not(name: str, data: bytes, same_as: str | None, n_bytes: int) -> str:
    """Say why a file is left out; nothing where it isn't."""
    if reason := why_no_name(name):
        return reason
    if any(part.startswith(".") for part in PurePosixPath(name).parts):
        return later("It is hidden: its name, or a folder's, begins with a dot.")
    if same_as is not None:
        return later("It is the same file as {name}.", name=same_as)
    if n_bytes + len(data) > MAX_TOTAL_BYTES:
        return later(
            "There is room for {most} MB of photographs, and no more.",
            most=MAX_TOTAL_BYTES // 2**20,
        )
    try:
        check(data, name=_IT)
    except ImageError as error:
        return error.sentence
    return ""


def _unpacked(
    given: Iterable[GivenFile], left_out: list[LeftOut]
) -> Iterator[GivenFile | _PackedFile]:
    """The files themselves, and what is in the zips among them."""
    for file in given:
        if not is_zip(file.data):
            yield file
            continue
        try:
            archive = ArchiveGallery(file.data, name=file.name)
            left_out.extend(archive.left_out)
            for item in archive.items:
                yield _PackedFile(item.name, archive, item.id)
        except GalleryError as error:
            left_out.append(LeftOut(file.name, error.sentence))


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or with a number where another image has it: two cameras count alike."""
    path, number, free = PurePosixPath(name), 1, name
    while free in taken:
        number += 1
        free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return free
