"""Kill every kind of work, meet every fault, and write assets/results/kill.json."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from core.cli.common import circumstances, write_json
from core.files import lock
from tools.kill import faults, imports, works
from tools.kill.trials import Work, kill

RESULT = Path(__file__).parents[2] / "assets" / "results" / "kill.json"


def all_works(stack: ExitStack, folder: Path) -> Iterator[Work]:
    """Every kind of work; what some need for it ends with the stack."""
    yield works.download(stack.enter_context(works.serving()))
    yield works.indexing()
    yield works.indexing(at_once=3)
    yield works.training()
    yield works.saving(folder)
    yield works.keeping()


def main() -> int:
    """Run from the command line; return 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.kill", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="other moments (default: 0)")
    parser.add_argument("--kills", type=int, default=100, help="of each work (default: 100)")
    parser.add_argument("--work", help="this one alone, by its name; or faults")
    options = parser.parse_args()
    torch.set_num_threads(1)  # threads don't survive a fork
    outcomes, met = [], []
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        slow = [imports.importing(folder)] if options.work == imports.NAME else []
        for work in (*all_works(stack, folder), *slow):
            if options.work in (None, work.name):
                outcomes.append(kill(work, options.kills, options.seed, folder).as_json())
                print(outcomes[-1], file=sys.stderr, flush=True)
        for fault in faults.FAULTS if options.work in (None, "faults") else ():
            (folder / fault.__name__).mkdir()
            met.append(faults.meet(fault, folder / fault.__name__))
            print(met[-1], file=sys.stderr, flush=True)
    _write(outcomes, met, options)
    failed = any(it["failures"] for it in outcomes) or any("failed" in it for it in met)
    return 1 if failed else 0


def _write(
    outcomes: list[dict[str, Any]], met: list[dict[str, str]], options: argparse.Namespace
) -> None:
    """Put the figures in the place of earlier ones of the same works."""
    now = circumstances()
    about = {"seed": options.seed, "date": now["date"]}
    new = {it["work"]: it | about for it in outcomes}
    with lock(RESULT):
        before = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
        killed = {it["work"]: it for it in before.get("works", ())} | new
        command = f"python -m tools.kill --seed {options.seed} --kills {options.kills}"
        result = now | {"command": command, "works": list(killed.values())}
        write_json(RESULT, result | {"faults": met or before.get("faults", [])})


if __name__ == "__main__":
    sys.exit(main())
