"""Run the doors from the command line, and write what came of it to assets/results/fuzz.json."""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from core.cli.common import circumstances, write_json
from core.decoders import DecoderPool
from tools.fuzz import addresses, folders, pictures, stores, uploads, zips
from tools.fuzz.doors import Door, Report, run

ROOT = Path(__file__).parents[2]


def all_doors(pool: DecoderPool) -> tuple[Door, ...]:
    """Every door, in the order of the report."""
    images = [pictures.door(format, pool) for format in pictures.samples()]
    return (
        *images,
        zips.door(),
        uploads.door(),
        *stores.doors(),
        folders.door(),
        addresses.door(),
    )


def main() -> int:
    """Run from the command line; return 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="other cases (default: 0)")
    parser.add_argument("--share", type=float, default=1.0, help="of each door's cases")
    parser.add_argument("--door", help="this door alone (a part of its name)")
    parser.add_argument("--case", type=int, help="of that door: this case alone, by its number")
    options = parser.parse_args()
    pool = DecoderPool()
    chosen = [it for it in all_doors(pool) if (options.door or "") in it.name]
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        reports = [_run(door, options, Path(folder)) for door in chosen]
    failed = any(report.failures for report in reports)
    if options.door is None and options.case is None:
        result = {
            **circumstances(),
            "command": f"python -m tools.fuzz --seed {options.seed} --share {options.share:g}",
            "seed": options.seed,
            "seconds": round(time.perf_counter() - start),
            "doors": [report.as_json() for report in reports],
        }
        write_json(ROOT / "assets" / "results" / "fuzz.json", result)
    return 1 if failed else 0


def _run(door: Door, options: argparse.Namespace, folder: Path) -> Report:
    n = max(1, round(door.n * options.share))
    numbers: Iterator[int] | range = range(n)
    if options.case is not None:
        numbers = itertools.islice([options.case], 1)
    report = run(door, numbers, options.seed, folder)
    print(report.as_json(), file=sys.stderr, flush=True)
    return report


if __name__ == "__main__":
    sys.exit(main())
