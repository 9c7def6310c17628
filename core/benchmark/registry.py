"""Who races, in the order in which tables name them. To add one, add a line."""

from collections.abc import Collection, Mapping

from .contestants.base import Contestant
from .contestants.exact_faiss import ExactFaiss
from .contestants.exact_numpy import ExactNumPy
from .contestants.faiss_hnsw import FaissHNSW
from .contestants.faiss_ivf import FaissIVF
from .contestants.faiss_lsh import FaissLSH
from .contestants.faiss_pq import FaissPQ
from .contestants.faiss_rabitq import FaissRaBitQ
from .contestants.hnsw import Hnsw
from .contestants.our_buckets import OurBuckets
from .contestants.our_codes import OurCodes
from .contestants.promised_recall import PromisedRecall
from .contestants.readable_lsh import ReadableLSH
from .contestants.scann_tree import Scann
from .contestants.svs_vamana import SvsVamana
from .contestants.symphony_qg import SymphonyQG

CONTESTANTS: dict[str, type[Contestant]] = {
    ExactNumPy.name: ExactNumPy,
    ExactFaiss.name: ExactFaiss,
    FaissLSH.name: FaissLSH,
    FaissIVF.name: FaissIVF,
    FaissPQ.name: FaissPQ,
    FaissRaBitQ.name: FaissRaBitQ,
    FaissHNSW.name: FaissHNSW,
    Hnsw.name: Hnsw,
    SymphonyQG.name: SymphonyQG,
    Scann.name: Scann,
    SvsVamana.name: SvsVamana,
    ReadableLSH.name: ReadableLSH,
    PromisedRecall.name: PromisedRecall,
    OurBuckets.name: OurBuckets,
    OurCodes.name: OurCodes,
}


def enter(only: Collection[str] | None = None) -> tuple[dict[str, Contestant], dict[str, str]]:
    """Make every contestant whose library is there; name the library of each of the others.

    One that is built in several ways enters once for each: ``SymphonyQG, n_links 64``.

    Args:
        only: names of those who enter, as this function gives them; None for all.
    """
    entered: dict[str, Contestant] = {}
    missing: dict[str, str] = {}
    for name, kind in CONTESTANTS.items():
        for build in kind.builds:
            title = _title(name, build, several=len(kind.builds) > 1)
            if only is not None and title not in only:
                continue
            try:
                entered[title] = kind(**build)
            except ImportError as error:  # missing, or made for another processor or Python
                missing[name] = str(error.name or name)
    return entered, missing


def _title(name: str, build: Mapping[str, int | float], *, several: bool) -> str:
    return ", ".join([name, *(f"{key} {it}" for key, it in build.items())]) if several else name


def sentence_about(missing: Mapping[str, str]) -> str:
    """Say which methods don't race because their library is missing, and how to get it."""
    return (
        f"Not racing: {', '.join(missing)}, as {', '.join(sorted(set(missing.values())))} "
        "can't be imported; `pip install '.[peers]'` in the project's folder installs what is "
        "missing."
    )
