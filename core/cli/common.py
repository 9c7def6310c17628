"""What several commands share: progress bars, the model, where results go."""

import argparse
import datetime
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy
import torch
from tqdm import tqdm

from .. import __version__, files
from ..errors import COMMAND
from ..galleries.base import Gallery, LeftOut
from ..galleries.labels import LabelledByFolders
from ..galleries.store import StoredGallery
from ..model.checkpoint import DEFAULT, load_checkpoint
from ..model.embedder import Embedder
from ..progress import Progress
from .printing import printable

MOST_LINES = 20  # about files that are left out; `search --json` names all


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Draw one bar on stderr for each kind of work, with the time that is left.

    A kind of work ends where the total changes or the count starts again.
    """
    bar: tqdm[Any] | None = None

    def show(done: int, total: int, what: str) -> None:
        nonlocal bar
        if bar is None or bar.total != total or done < bar.n:
            if bar is not None:
                bar.close()
            bar = tqdm(total=total, initial=done, file=sys.stderr, leave=False, dynamic_ncols=True)
        bar.set_description(what, refresh=False)
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def add_gallery(parser: argparse.ArgumentParser, default: str = "scenes") -> None:
    """Add ``--gallery``."""
    parser.add_argument(
        "--gallery",
        default=default,
        metavar="G",
        help=f"scenes, corel1k, corel5k, …, or a folder or zip of images (default: {default})",
    )


def add_label_level(parser: argparse.ArgumentParser) -> None:
    """Add ``--label-level``."""
    parser.add_argument(
        "--label-level",
        type=int,
        metavar="N",
        help="of a folder or zip: the N-th folder in an image's path is its label, 0 for none "
        "(default: the first level whose folders differ and are not train, test, images, …)",
    )


def all_left_out(gallery: Gallery, stored: StoredGallery) -> list[LeftOut]:
    """Return what can't be found: left out when the gallery was opened, or damaged."""
    damaged = [LeftOut(gallery.items[id].name, why) for id, why in stored.failures.items()]
    return [*gallery.left_out, *damaged]


def tell_about(gallery: Gallery, stored: StoredGallery) -> None:
    """Say on stderr how a person's images are labelled, and what is left out of them."""
    if isinstance(gallery, LabelledByFolders):
        now = gallery.label_levels[gallery.label_level]
        some = ", ".join(now.labels[:5]) + ", …" * (len(now.labels) > 5)
        others = [str(it.level) for it in gallery.label_levels if it.level != now.level]
        what = (
            f"folder {now.level} of the path ({len(now.labels)}: {some})" if now.level else "none"
        )
        how = f"; --label-level takes {', '.join(others)} too" if others else ""
        print(printable(f"Labels: {what}{how}."), file=sys.stderr)
    left_out = all_left_out(gallery, stored)
    for it in left_out[:MOST_LINES]:
        print(printable(f"Left out {it.name}: {it.reason}"), file=sys.stderr)
    if len(left_out) > MOST_LINES:
        print(f"Left out {len(left_out) - MOST_LINES:,} more files.", file=sys.stderr)


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """Add ``--checkpoint``."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=DEFAULT,
        metavar="FILE",
        help="weights that `train` wrote (default: those that ship)",
    )


def embedder_of(options: argparse.Namespace) -> Embedder:
    """Load the checkpoint that ``--checkpoint`` names."""
    return Embedder(load_checkpoint(options.checkpoint))


def circumstances() -> dict[str, Any]:
    """When, where and with what a figure was measured, and by which command."""
    return {
        "command": " ".join([COMMAND, *sys.argv[1:]]),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": {
            "processor": torch.cpu.get_capabilities().get("cpu_name", platform.processor()),
            "cores": torch.get_num_threads(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "hashlight": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": version("torchvision"),
            "numpy": numpy.__version__,
        },
    }


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Give a dictionary that has the ``seconds`` of the block once it is left."""
    duration: dict[str, float] = {}
    started = perf_counter()
    yield duration
    duration["seconds"] = round(perf_counter() - started, 1)


def difference(interval: Mapping[str, float]) -> str:
    """Write a difference and its 95 % interval, with their signs."""
    return f"{interval['mean']:+.4f} ({interval['low']:+.3f} to {interval['high']:+.3f})"


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a result file that people can read too, and say where.

    Raises:
        StoreError: the folder can't be written or is full.
        ValueError: a figure is NaN or infinite, which JSON can't say.
    """
    files.write_json(path, value)
    print(f"Written: {path}", file=sys.stderr)
