"""The engine's kernels, races with it, and its choice of settings."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from core.benchmark import live
from core.benchmark.data import DataSet
from core.engine import compilation
from core.engine.kernels import readable
from core.index.lsh import LSHConfig
from core.language import tr
from core.progress import Progress
from pages.ui.resources.cache import MB
from pages.ui.resources.work import Work, WorkCache

_engine: WorkCache[Any] = WorkCache(1 * MB)  # functions, which are there in any case
_races: WorkCache[live.Finish] = WorkCache(8 * MB)  # each 40 KB: 800 times
_choosers: WorkCache[live.Chooser] = WorkCache(200 * MB)  # 75 MB for 50,000 images


def engine() -> Work[Any]:
    """Return the loading of the engine's kernels, under way or done.

    Another process compiles them: nobody's page or query waits for that, but who measures the
    engine.
    """
    return _engine.start("", compilation.load)


@cache
def compiling() -> Work[Any]:
    """Start loading the engine's kernels, once per process: what fails would fail again."""
    return engine()


def compiled_kernels() -> Any | None:
    """Return the engine's compiled kernels once they are there; nobody waits for them."""
    work = compiling()
    if not work.wait(0) or work.error:
        return None
    kernels = work.result()
    return None if kernels is readable else kernels


def why_numpy() -> str:
    """Say why NumPy answers in place of the engine."""
    work = compiling()
    if not work.wait(0):
        return tr("The engine is still being compiled, so NumPy answers. The hits are the same.")
    if work.error:
        return tr("NumPy answers, with the same hits. {error}", error=work.error)
    return tr(
        "numba can't be imported here, so the engine can't be compiled and NumPy answers. The hits "
        "are the same."
    )


def forget_measurements(digests: Collection[str]) -> None:
    """Let go of what was measured with the embeddings of these galleries."""
    for made in (_races, _choosers):
        made.drop(digests)


def find_race(
    key: str, config: LSHConfig, n_probes: int, *, attempt: int
) -> Work[live.Finish] | None:
    """Return a race that has been started: see ``start_race``."""
    return _races.find((*_digests(key), config, n_probes, attempt))


def start_race(
    key: str,
    config: LSHConfig,
    n_probes: int,
    *,
    attempt: int,
    data: Callable[[Progress], DataSet],
    kernels: Any,
) -> Work[live.Finish]:
    """Start a race, or return the one that goes on or has ended.

    Args:
        key: of the data.
        config: K, L and the seed.
        n_probes: buckets read per table.
        attempt: another number is another race.
        data: draws or takes the gallery.
        kernels: the engine's.
    """
    return _races.start(
        (*_digests(key), config, n_probes, attempt),
        lambda progress: live.race_live(
            data(progress), config, n_probes=n_probes, kernels=kernels, progress=progress
        ),
    )


def chooser(
    key: str, k: int, data: Callable[[Progress], DataSet], kernels: Any
) -> Work[live.Chooser]:
    """Return the engine over some data, ready to choose its settings: under way or done."""
    return _choosers.start(
        (*_digests(key), k),
        lambda progress: live.Chooser(data(progress), k=k, kernels=kernels, progress=progress),
    )


def _digests(key: str) -> list[str]:
    """Take a key apart, so that what was made of a gallery is found by the gallery's digest."""
    return key.split("-")
