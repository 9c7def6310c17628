"""Who races, in the order in which tables name them. To enter, add a line."""

from collections.abc import Callable, Mapping

from .contestants import Contestant, ExactFaiss, ExactNumPy, FaissIVF, FaissLSH, Hnsw, ReadableLSH
from .ours import OurBuckets, OurCodes

CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    "exact scan, NumPy": ExactNumPy,
    "exact scan, faiss": ExactFaiss,
    "faiss IndexLSH + RefineFlat": FaissLSH,
    "faiss IndexIVFFlat": FaissIVF,
    "hnswlib": Hnsw,
    "LSHIndex, NumPy": ReadableLSH,
    "ours: buckets": OurBuckets,
    "ours: codes": OurCodes,
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
        "can't be imported; `pip install --group peers` installs what is missing."
    )
