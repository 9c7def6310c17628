"""Kill every kind of work, meet every fault, and write assets/results/kill.json."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from core.cli.common import circumstances, write_json
from tools.kill import faults, works
from tools.kill.trials import Work, kill

ROOT = Path(__file__).parents[2]


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
    options = parser.parse_args()
    torch.set_num_threads(1)  # threads don't survive a fork
    start = time.perf_counter()
    outcomes, met = [], []
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        for work in all_works(stack, folder):
            outcomes.append(kill(work, options.kills, options.seed, folder).as_json())
            print(outcomes[-1], file=sys.stderr, flush=True)
        for fault in faults.FAULTS:
            (folder / fault.__name__).mkdir()
            met.append(faults.meet(fault, folder / fault.__name__))
            print(met[-1], file=sys.stderr, flush=True)
    result = {
        **circumstances(),
        "command": f"python -m tools.kill --seed {options.seed} --kills {options.kills}",
        "seed": options.seed,
        "seconds": round(time.perf_counter() - start),
        "works": outcomes,
        "faults": met,
    }
    write_json(ROOT / "assets" / "results" / "kill.json", result)
    failed = any(it["failures"] for it in outcomes) or any("failed" in it for it in met)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
