"""Paint the built-in gallery: 12 categories, each picture with the exact mask of its object."""

import argparse
from pathlib import Path

from ..locations import ASSETS
from ..scenery.render import render_all
from .common import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--out", type=Path, default=ASSETS / "scenes", metavar="DIR", help="(default: the shipped)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed, another gallery")
    parser.add_argument("--per-category", type=int, default=60, help="(default: 60)")


def run(options: argparse.Namespace) -> None:
    """Paint all of them."""
    with progress_bar() as progress:
        render_all(
            options.out, seed=options.seed, per_category=options.per_category, progress=progress
        )
    print(f"Written: {options.out}")
