"""What every index does, and what it makes of whatever it is given.

``ExactIndex``, ``LSHIndex``, and the engine's ``CodeIndex`` and ``BucketIndex`` keep it, and one
test suite judges all of them by the exact scan. They differ in how much they find: the exact
scan all, the others what their own settings let them, which every query takes as keywords with
defaults.

* **Embeddings** are rows of D numbers and unit length, up to 0.001: what float16 rounds away is
  within that. Other lengths, NaN and infinity are refused, whichever row of however many it is.
* **Ids** are whole numbers from 0 on. On adding, one that is negative, twice there or taken is
  refused; on removing, one that is unknown or twice there. Either happens for all rows or, after
  an error, for none. Nothing is ever written into an array of the caller's.
* **k** is 1 or more. Where it is above what can be found, hits are fewer, and none in an index
  that is empty; an index may be built of no rows, and emptied by ``remove``.
* **exclude** is an id to leave out, the query's own; one that is not in the gallery leaves out
  nothing. In a batch there is one for each query, -1 for none.
* **Ties** in the cosine go to the lower id.

Reading from several threads is safe; changing an index while another thread reads is not.
"""

from pathlib import Path
from typing import Protocol, Self

from numpy.typing import ArrayLike

from .exact import Hits, HitsBatch
from .families.hyperplanes import HashCode
from .lsh import Candidates
from .vectors import Embedding


class Index(Protocol):
    """Embeddings by id, to be asked for the nearest."""

    @classmethod
    def build(cls, embeddings: ArrayLike, ids: ArrayLike | None = None) -> Self:
        """Index a gallery: embeddings (N, D), under ids (N,) or 0 … N-1.

        Raises:
            SettingError: not embeddings or ids as above.
        """

    def __len__(self) -> int:
        """How many embeddings there are."""

    def add(self, ids: ArrayLike, embeddings: ArrayLike) -> None:
        """Add embeddings (n, D) under new ids (n,): all of them, or none after an error.

        Raises:
            SettingError: not embeddings of this gallery, or not new ids.
        """

    def remove(self, ids: ArrayLike) -> None:
        """Remove these ids (n,): all of them, or none after an error.

        Raises:
            SettingError: an id is not in the gallery, or twice in ``ids``.
        """

    def query(self, embedding: Embedding, *, k: int, exclude: int | None = None) -> Hits:
        """Return the k nearest that are found to an embedding (D,), best first.

        Raises:
            SettingError: ``k`` is below 1, or not an embedding of this gallery.
        """

    def query_batch(
        self, embeddings: ArrayLike, *, k: int, exclude: ArrayLike | None = None
    ) -> HitsBatch:
        """Answer many queries (Q, D), each as ``query`` does.

        Raises:
            SettingError: as ``query``; or there isn't one id to leave out for each.
        """

    def save(self, folder: Path) -> None:
        """Write the index and its embeddings into a folder, replacing one that is there.

        Raises:
            StoreError: it can't be written.
        """

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; it answers as it did.

        Raises:
            StoreError: there is none, or it is damaged.
        """


class CandidateIndex(Index, Protocol):
    """An index that can say which hash table found what."""

    def hash(self, embedding: Embedding) -> HashCode:
        """Hash one embedding (D,).

        Raises:
            SettingError: not an embedding of this gallery.
        """

    def candidates(self, code: HashCode, *, n_probes: int = 1) -> Candidates:
        """Read ``n_probes`` buckets per table.

        Raises:
            SettingError: ``n_probes`` is outside its range, or the code is of another index.
        """
