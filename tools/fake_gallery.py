"""A gallery to store embeddings of, where nobody looks at the images."""

from core.files import file_digest
from core.galleries.base import GalleryItem, LeftOut, digest_of


class FakeGallery:
    """A gallery of short byte strings."""

    key, title = "fake", "Fake"
    left_out: tuple[LeftOut, ...] = ()

    def __init__(self, n: int) -> None:
        self._files = [b"image %d" % it for it in range(n)]
        self.items = tuple(
            GalleryItem(id=id, name=f"{id}.jpg", label=None, digest=file_digest(data))
            for id, data in enumerate(self._files)
        )
        self.digest = digest_of(self.items)

    def read(self, id: int) -> bytes:
        """Return a file."""
        return self._files[id]
