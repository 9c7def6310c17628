"""Who races, in the order in which tables name them. To add one, add a line."""

from collections.abc import Callable, Mapping

from .contestants.base import Contestant
from .contestants.exact_faiss import ExactFaiss
from .contestants.exact_numpy import ExactNumPy
from .contestants.faiss_ivf import FaissIVF
from .contestants.faiss_lsh import FaissLSH
from .contestants.hnsw import Hnsw
from .contestants.our_buckets import OurBuckets
from .contestants.our_codes import OurCodes
from .contestants.readable_lsh import ReadableLSH

CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    ExactNumPy.name: ExactNumPy,
    ExactFaiss.name: ExactFaiss,
    FaissLSH.name: FaissLSH,
    FaissIVF.name: FaissIVF,
    Hnsw.name: Hnsw,
    ReadableLSH.name: ReadableLSH,
    OurBuckets.name: OurBuckets,
    OurCodes.name: OurCodes,
}


def enter() -> tuple[dict[str, Contestant], dict[str, str]]:
    """Make every contestant whose library is there; name the library of each of the others."""
    entered: dict[str, Contestant] = {}
    missing: dict[str, str] = {}
    for name, make in CONTESTANTS.items():
        try:
            entered[name] = make()
        except ModuleNotFoundError as error:
            missing[name] = str(error.name)
    return entered, missing


def sentence_about(missing: Mapping[str, str]) -> str:
    """Say which methods don't race because their library is missing, and how to get it."""
    return (
        f"Not racing: {', '.join(missing)}, as {', '.join(sorted(set(missing.values())))} "
        "can't be imported; `pip install -r requirements-dev.txt` installs what is missing."
    )
