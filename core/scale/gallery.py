"""A table as a gallery of the app: what pages show comes from its rows, when it is shown."""

from collections.abc import Sequence

import numpy as np

from ..errors import GalleryError
from ..files import file_digest
from ..galleries.base import GalleryItem, LeftOut, digest_of
from ..galleries.names import slug
from ..galleries.store import StoredGallery
from ..galleries.tables import title_of
from ..language import tr
from ..progress import Progress, silent
from .table import Table

MOST_IMAGES = 200_000  # whose embeddings pages hold in memory: 1 KB each


class TableGallery:
    """The images of a table; the picture of one is its thumbnail, and lies in its row.

    An id here is a place among the rows, in the order of their own ids.
    """

    def __init__(self, address: str, *, progress: Progress = silent) -> None:
        """Read names, labels and digests.

        Args:
            address: of the table.
            progress: told when it begins and ends.

        Raises:
            GalleryError: it is too large for pages, or empty.
            StoreError: there is no such table.
        """
        self._table = Table.open(address)
        self.key = slug(f"table-{title_of(address)}")
        self.title = self._table.about.title
        n = len(self._table)
        if not 0 < n <= MOST_IMAGES:
            raise GalleryError(
                tr(
                    "{address} has {n:,} images, and pages show tables of 1 to {most_images:,}; "
                    "ask it with `search --in {address}`.",
                    address=address,
                    n=n,
                    most_images=MOST_IMAGES,
                )
            )
        progress(0, n, tr("Opening {title}", title=self.title))
        rows = self._table.names()
        self._row_ids = [row["id"] for row in rows]
        self.items: Sequence[GalleryItem] = tuple(
            GalleryItem(id, row["name"], row["label"], row["digest"]) for id, row in enumerate(rows)
        )
        # Not that of a folder with these images: what is made of its embeddings, in all modes and
        # unrounded, is no table's, and the other way round.
        self.digest = file_digest(f"{digest_of(self.items)} in {address}".encode())
        failures = self._table.failures()
        self.left_out = tuple(LeftOut(name, why) for name, why in failures.items())
        progress(n, n, tr("Opening {title}", title=self.title))

    def read(self, id: int) -> bytes:
        """Return the thumbnail of one image.

        Raises:
            GalleryError: its row is gone.
        """
        row = self._row_ids[id]
        found = self._table.details([row], ["thumbnail"])
        if row not in found:
            raise GalleryError(
                tr(
                    "{name} is no longer in {title}; reload.",
                    name=self.items[id].name,
                    title=self.title,
                )
            )
        thumbnail: bytes = found[row]["thumbnail"]
        return thumbnail

    def embeddings(self, embedder_digest: str) -> StoredGallery:
        """Return the embeddings, of the one attention mode that the table has.

        Raises:
            StoreError: they are of another model.
        """
        about = self._table.about
        about.check_embedder(embedder_digest, about.attention)
        rows = self._table.all_rows()
        place = {row: id for id, row in enumerate(self._row_ids)}
        ours = np.array([place.get(row, -1) for row in rows.ids.tolist()], np.int64)
        order = np.argsort(ours)[np.count_nonzero(ours < 0) :]  # newer rows are not shown yet
        return StoredGallery(
            gallery_digest=self.digest,
            embedder_digest=embedder_digest,
            modes=(about.attention,),
            ids=ours[order],
            embeddings=rows.embeddings[order][np.newaxis],
            failures={},
        )
