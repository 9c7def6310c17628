"""What a class asks for first, made before it comes: the opening gallery's indexes, for every K.

A hundred visitors who open a link together and try the bits of a code ask for a dozen indexes in
one second. What fits each of them takes 0.1 s to find, and all hundred wait for that. So each is
made in advance, once the engine has compiled, with pauses: who is here already hardly notices.
"""

from time import perf_counter, sleep

from streamlit import runtime

from core.galleries.store import StoredGallery
from core.index.lsh import LSHConfig
from core.model.attention import AttentionMode
from core.progress import Progress
from pages.ui.resources.benchmark import compiling
from pages.ui.resources.cache import MB
from pages.ui.resources.embeddings import crossing, fast_index, fitting, index, keys
from pages.ui.resources.work import WorkCache

BITS = tuple(range(4, 17))  # the K that are made: fewer or more find everything or nothing

_ready: WorkCache[None] = WorkCache(1 * MB)


def make_ready(stored: StoredGallery, attention: AttentionMode) -> None:
    """Begin to make what visitors of this gallery will ask for, once per process.

    Only in a server: where a script runs by itself, nobody comes after it.
    """
    if runtime.exists():
        _ready.start(
            (stored.gallery_digest, attention), lambda said: _make(stored, attention, said)
        )


def _make(stored: StoredGallery, attention: AttentionMode, progress: Progress) -> None:
    compiling().wait()
    for done, n_bits in enumerate(BITS):
        progress(done, len(BITS), "")
        began = perf_counter()
        _make_for(stored, attention, n_bits)
        sleep(perf_counter() - began)


def _make_for(stored: StoredGallery, attention: AttentionMode, n_bits: int) -> None:
    """Make all that a page looks up for one K: see ``pages.ui.answers``."""
    seed = LSHConfig().seed
    fits = fitting(stored, attention, n_bits=n_bits, n_tables=0, seed=seed, family=None)
    built = fits.lsh, fits.family
    index(stored, attention, *built)
    fast_index(stored, attention, *built)
    keys(stored, attention, *built)
    crossing(stored, attention, fits)
