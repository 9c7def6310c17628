"""Race our index against the exact scan, faiss, hnswlib and other libraries, on this machine.

Every method takes turns on the same vectors: drawn from a seed, embeddings and places of real
galleries, or a file of vectors of your own, .npy or HDF5 as ann-benchmarks and VIBE publish them.
The figures go to a result file that the Benchmark page shows; data sets that aren't measured now
stay in it as they are. `benchmark model` measures the model's speed instead.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .. import locations
from ..benchmark import data, growth, memory, patience, registry, report, sources
from ..benchmark.contestants.base import Contestant
from ..benchmark.race import Plan, judge_of, race
from ..benchmark.vector_files import is_vector_file
from ..errors import COMMAND, GalleryError
from ..evaluation import results
from ..evaluation.labelled_embeddings import load_labelled
from ..files import check_can_write, write_json
from ..index.vectors import checked_whole
from ..language import tr
from ..progress import Progress
from . import benchmark_model
from .common import circumstances, progress_bar

DATA_SETS = (
    *("scenes", "corel1k", "corel5k", "places256-corel5k-100k", "places-corel5k-100k"),
    *("clusters-1k", "clusters-10k", "clusters-100k", "hard-10k", "hard-100k"),
    *("reduced-10k", "reduced-100k", "reduced-1m", "reduced-10m"),
)
QUICK_DATA_SETS = ("corel1k", "clusters-1k", "clusters-10k", "hard-10k")
QUICK = Plan(
    rounds=1, n_tuning=100, n_test=200, tuning_budget=0.1, test_budget=0.5, batch_budget=0.05
)
CORELS_EMBEDDINGS = locations.ASSETS / "embeddings" / "corel1k-labelled.safetensors"
SHIPPED = {"corel1k": lambda: load_labelled(CORELS_EMBEDDINGS).embeddings}
OUT = results.RESULTS / "index-speed.json"
PEERS = (
    *("faiss-cpu", "hnswlib", "rabitqlib", "scann", "scalable-vs"),
    "numba",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options, and the command `model`."""
    parser.set_defaults(measure=run_index)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="DATASET",
        help=f"some of {', '.join(DATA_SETS)}, another size of these kinds, another gallery's key, "
        "or the path of a file, .npy or .hdf5 (default: all of these)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{', '.join(QUICK_DATA_SETS)}, with fewer queries; written only with --out",
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    parser.add_argument(
        "--threads", type=int, help="for building and for batches (default: all cores)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the result file (default: in assets/results)"
    )
    commands = parser.add_subparsers(metavar="[model]")
    summary = (benchmark_model.__doc__ or "").splitlines()[0]
    model = commands.add_parser("model", help=summary, description=benchmark_model.__doc__)
    model.formatter_class = argparse.RawDescriptionHelpFormatter
    benchmark_model.configure(model)
    model.set_defaults(measure=benchmark_model.run)


def run(options: argparse.Namespace) -> None:
    """Measure the index, or the model."""
    options.measure(options)


def run_index(options: argparse.Namespace) -> None:
    """Race on each data set, print its table, and write after each."""
    out = options.out or (None if options.quick else OUT)
    checked_whole("seed", options.seed, low=0, high=2**63 - 1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = checked_whole("threads", options.threads or cores, low=1, high=1024)
    names = options.only or (QUICK_DATA_SETS if options.quick else DATA_SETS)
    for name in names:
        sources.check_name(name)
    if out:
        check_can_write(out)
    entered, missing = registry.enter()
    if missing:
        print(registry.sentence_about(missing))
    plan = replace(QUICK if options.quick else Plan(), threads=threads)
    measured: dict[str, Any] = {}
    for name in names:
        with progress_bar() as progress:
            try:
                data_set = sources.open_data(
                    name, options.seed, threads=threads, shipped=SHIPPED, progress=progress
                )
            except GalleryError as error:
                if options.only:
                    raise
                print(f"Left out {name}: {error}")
                continue
            entry = run_heats(data_set, entered, plan, progress)
        measured[data_set.name] = {**_circumstances(), "seed": options.seed, **entry}
        del data_set  # the next one needs the memory
        print(f"\n{report.table(entry)}", flush=True)
        if out:
            write(out, measured)
    print(f"\n{report.overview(measured)}")
    for line in report.growth_lines(measured):
        print(line)


def run_heats(
    data_set: data.DataSet, entered: Mapping[str, Any], plan: Plan, progress: Progress
) -> dict[str, Any]:
    """Race on one data set; who doesn't fit into memory beside the others races after them."""
    heats, left_out = _heats(entered, data_set.gallery, plan.threads, progress)
    progress(0, len(heats), tr("Finding the true neighbours"))
    judge = judge_of(data_set)
    entries = []
    for names in heats:
        contestants, _ = registry.enter(names)
        result = race(data_set, contestants, plan, judge=judge, progress=progress)
        entries.append(report.entry_of(result, data_set, plan))
        del contestants
    entry = report.joined(entries)
    entry["left_out"] |= left_out
    return entry


def _heats(
    entered: Mapping[str, Contestant], gallery: data.Matrix, threads: int, progress: Progress
) -> tuple[list[list[str]], dict[str, str]]:
    """Say who races beside whom, and of each who doesn't race, why."""
    needs = {name: it.needs_to_build(gallery) for name, it in entered.items()}
    room = memory.free_bytes()
    left_out = {name: why for name, it in entered.items() if (why := it.refusal(*gallery.shape))}
    left_out |= memory.heats(needs, room)[1]
    fitting = [name for name in entered if name not in left_out]
    left_out |= patience.too_slow(fitting, gallery, threads, progress=progress)
    racing = {name: needs[name] for name in entered if name not in left_out}
    return memory.heats(racing, room)[0], left_out


def write(path: Path, measured: dict[str, Any]) -> None:
    """Put what is measured into the result file, beside what an earlier run measured.

    Raises:
        StoreError: the file is damaged, or can't be written.
    """
    try:
        earlier = results.read(path).get("data_sets", {})
    except FileNotFoundError:
        earlier = {}
    merged = earlier | measured
    first = {name: merged[name] for name in DATA_SETS if name in merged}
    data_sets = first | merged
    write_json(
        path,
        {**_circumstances(), "data_sets": data_sets, "growth": growth.summary(data_sets)},
    )


def _circumstances() -> dict[str, Any]:
    """Add the versions of those who race; of a file's path, the command keeps the name alone."""
    found = circumstances()
    words = [Path(it).name if is_vector_file(it) else it for it in sys.argv[1:]]
    found["command"] = " ".join([COMMAND, *words])
    for package in PEERS:
        try:
            found["versions"][package] = version(package)
        except PackageNotFoundError:
            continue
    return found
