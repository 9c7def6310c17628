"""What several commands share: progress bars, the model, where results go."""

import argparse
import datetime
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy
import torch
from tqdm import tqdm

from .. import __version__
from ..errors import COMMAND, StoreError
from ..model.checkpoint import DEFAULT, load_checkpoint
from ..model.embedder import Embedder
from ..progress import Progress


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


def check_can_write(path: Path) -> None:
    """Refuse a place before the work of hours is done, not after it.

    Raises:
        StoreError: a file can't be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise StoreError(f"{path} can't be written ({error}); choose another place.") from error


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a result file that people can read too.

    Raises:
        StoreError: the file can't be written.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} can't be written ({error}); choose another place.") from error
    print(f"Written: {path}", file=sys.stderr)
