"""Run the doors from the command line, and write what came of it to assets/results/fuzz.json."""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from core.cli.common import circumstances, write_json
from core.decoders import DecoderPool
from core.files import lock
from tools.fuzz import addresses, folders, pictures, stores, uploads, zips
from tools.fuzz.doors import Door, Report, run

RESULT = Path(__file__).parents[2] / "assets" / "results" / "fuzz.json"


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
    with TemporaryDirectory() as folder:
        reports = [_run(door, options, Path(folder)) for door in chosen]
    if options.case is None:
        _write(reports, options)
    return 1 if any(report.failures for report in reports) else 0


def _write(reports: list[Report], options: argparse.Namespace) -> None:
    """Put the reports in the place of earlier ones of the same doors."""
    now = circumstances()
    about = {"seed": options.seed, "date": now["date"]}
    new = {report.name: report.as_json() | about for report in reports}
    with lock(RESULT):
        before = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
        doors = {it["door"]: it for it in before.get("doors", ())} | new
        command = f"python -m tools.fuzz --seed {options.seed}"
        write_json(RESULT, now | {"command": command, "doors": list(doors.values())})


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
