"""``evaluate --all``: every part of the paper's section 4, each with its own result files.

``PARTS`` is the table of what there is: a part takes the options and a progress listener,
measures, writes its files to ``options.out_dir`` and prints what it found.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import SettingError
from ..evaluation import results
from ..evaluation.experiment import run_experiment
from ..evaluation.labelled_embeddings import save_labelled
from ..evaluation.pieces import pieces_of
from ..evaluation.protocol import class_numbers
from ..files import check_can_write
from ..galleries.registry import open_gallery
from ..galleries.scenes import ScenesGallery
from ..galleries.store import load_or_build
from ..index.vectors import checked_whole
from ..model.embedder import Embedder
from ..paper.tables import TABLE_1, TABLE_2
from ..progress import Progress
from .common import circumstances, progress_bar, timed

ONE_GALLERY = "scenes"  # the default where --all isn't given
GALLERIES = "corel1k,corel50,corel5k"
SEEDS = 5  # splits of each gallery
ABLATION_SEEDS = 1  # splits of each setting: there are many settings

Part = Callable[[argparse.Namespace, Progress], None]
Row = tuple[str, list[str]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options that belong to ``--all``; unset they are None, to be noticed alone."""
    group = parser.add_argument_group("the paper's experiment")
    group.add_argument("--all", action="store_true", help="measure every system, table and figure")
    group.add_argument(
        "--init",
        metavar="FILE",
        help="ImageNet weights that training starts from, or `torchvision` to download "
        "(default: torchvision)",
    )
    group.add_argument(
        "--galleries", metavar="G,G", help=f"labelled galleries (default: {GALLERIES})"
    )
    group.add_argument(
        "--only", metavar="PART,PART", help=f"some of the parts {', '.join(PARTS)} (default: all)"
    )
    group.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help=f"splits 0 … N-1 of each gallery (default: {SEEDS})",
    )
    group.add_argument(
        "--fresh",
        action="store_true",
        default=None,
        help="measure again what an earlier command has done",
    )
    group.add_argument(
        "--out-dir", type=Path, metavar="DIR", help="for the result files (default: assets/results)"
    )


def refuse_options(options: argparse.Namespace) -> None:
    """Refuse options that ``--all``, or its absence, would pass over.

    Raises:
        SettingError: such an option was given.
    """
    if options.all and options.out:
        raise SettingError("--out is for one gallery; with --all name a folder by --out-dir.")
    if options.all and options.gallery != ONE_GALLERY:
        raise SettingError("--gallery is for one gallery; with --all name some by --galleries.")
    if options.masks and (options.all or options.gallery != ONE_GALLERY):
        raise SettingError("--masks is a measurement of its own; leave --all and --gallery out.")
    if options.strangers and (options.all or options.masks or options.clutter):
        raise SettingError(
            "--strangers is a measurement of its own; leave --all, --masks and --clutter out."
        )
    if options.label_level is not None and (options.all or options.masks or options.strangers):
        raise SettingError(
            "--label-level is for one gallery's labels; leave it out with --all, --masks and "
            "--strangers."
        )
    for name in ("init", "galleries", "only", "seeds", "fresh", "out_dir"):
        is_used = options.all or (name == "init" and options.clutter)
        if not is_used and getattr(options, name) is not None:
            raise SettingError(
                f"--{name.replace('_', '-')} belongs to --all; add --all or leave it out."
            )


def run(options: argparse.Namespace) -> None:
    """Run the parts that were asked for, in the order of ``PARTS``.

    Raises:
        SettingError: a part that isn't there, or a number of seeds that is none.
        GalleryError: a data set isn't here.
        StoreError: results can't be written.
    """
    settle(options)
    with progress_bar() as progress:
        for gallery in options.galleries:
            open_gallery(gallery, progress=progress)  # what isn't here is said now, not in hours
        for name in options.only:
            PARTS[name](options, progress)


def settle(options: argparse.Namespace) -> None:
    """Fill in the defaults, split the lists, and check all that can be checked at once."""
    options.init = options.init or "torchvision"
    options.galleries = (options.galleries or GALLERIES).split(",")
    wanted = (options.only or ",".join(PARTS)).split(",")
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise SettingError(
            f"There is no part {unknown[0]!r} to evaluate; choose from {', '.join(PARTS)}."
        )
    options.only = [name for name in PARTS if name in wanted]
    options.seeds = SEEDS if options.seeds is None else options.seeds
    checked_whole("seeds", options.seeds, low=1, high=100)
    options.fresh = bool(options.fresh)
    options.out_dir = options.out_dir or results.RESULTS
    check_can_write(options.out_dir / "experiment.json")


def save(options: argparse.Namespace, name: str, result: Mapping[str, Any]) -> None:
    """Write one result file and say where."""
    print(f"Written: {results.save(name, result, options.out_dir)}", file=sys.stderr)


# The parts --------------------------------------------------------------------------------
#
# Their modules need OpenCV and more, so each imports its own: no other command waits for them.


def experiment(options: argparse.Namespace, progress: Progress) -> None:
    """Measure all systems on all splits: Tables 1 and 2."""
    from ..methods.systems import all_systems  # noqa: PLC0415

    for name in options.galleries:
        gallery = open_gallery(name, progress=progress)
        check_can_write(pieces_of(gallery.digest).folder / "piece.json")
        result = run_experiment(
            gallery,
            all_systems(gallery, init=options.init, progress=progress),
            range(options.seeds),
            circumstances=circumstances,
            fresh=options.fresh,
            progress=progress,
        )
        save(options, f"experiment-{gallery.key}", result)
        print("\n".join([*experiment_table(result, gallery.title), ""]))


def time(options: argparse.Namespace, progress: Progress) -> None:
    """Time one query of every system, stage by stage: Table 3."""
    from ..evaluation.table_3 import measure_table_3  # noqa: PLC0415

    for name in options.galleries:
        gallery = open_gallery(name, progress=progress)
        with timed() as duration:
            body = measure_table_3(gallery, init=options.init, progress=progress)
        result = {**circumstances(), **duration, **body}
        save(options, f"time-{gallery.key}", result)
        print("\n".join([*time_table(result, gallery.title), ""]))


def robustness(options: argparse.Namespace, progress: Progress) -> None:
    """Change the queries in many strengths: Figure 10."""
    from ..evaluation.figure_10 import measure_figure_10  # noqa: PLC0415

    gallery = open_gallery(options.galleries[0], progress=progress)
    with timed() as duration:
        body = measure_figure_10(gallery, init=options.init, progress=progress)
    save(options, f"robustness-{gallery.key}", {**circumstances(), **duration, **body})


def attention(options: argparse.Namespace, progress: Progress) -> None:
    """Measure how much of the attention falls on the object, on the built-in gallery's masks."""
    from .evaluate_masks import focus  # noqa: PLC0415

    gallery = ScenesGallery(progress=progress)
    save(options, "attention-scenes", focus(gallery, Embedder(), progress))


def ablations(options: argparse.Namespace, progress: Progress) -> None:
    """Change one setting at a time."""
    from ..evaluation.ablations import measure_ablations  # noqa: PLC0415

    gallery = open_gallery(options.galleries[0], progress=progress)
    seeds = range(min(options.seeds, ABLATION_SEEDS))
    with timed() as duration:
        body = measure_ablations(
            gallery,
            init=options.init,
            seeds=seeds,
            circumstances=circumstances,
            fresh=options.fresh,
            progress=progress,
        )
    save(options, f"ablations-{gallery.key}", {**circumstances(), **duration, **body})


def embeddings(options: argparse.Namespace, progress: Progress) -> None:
    """Write the first gallery's embeddings by the checkpoint that ships, and its classes."""
    gallery = open_gallery(options.galleries[0], progress=progress)
    numbers = class_numbers(gallery)
    embedder = Embedder()
    stored = load_or_build(gallery, embedder, progress=progress)
    about = {
        **circumstances(),
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "checkpoint_digest": embedder.digest,
        "attention": "both",
    }
    classes = sorted({str(item.label) for item in gallery.items})
    path = options.out_dir.parent / "embeddings" / f"{gallery.key}-labelled.safetensors"
    save_labelled(path, stored.of("both"), numbers[stored.ids], classes, about)
    print(f"Written: {path}", file=sys.stderr)


PARTS: dict[str, Part] = {
    "experiment": experiment,
    "time": time,
    "robustness": robustness,
    "attention": attention,
    "ablations": ablations,
    "embeddings": embeddings,
}


# What the terminal shows ------------------------------------------------------------------


def experiment_table(result: Mapping[str, Any], title: str) -> list[str]:
    """Lines with each system's figures, the paper's below ours, and the differences."""
    systems = result["systems"]
    rows: list[Row] = [("", ["mAP", "recall@100", "P@5", "P@10", "P@20", "P@30", "candidates"])]
    for key, system in systems.items():
        rows.append((system["title"], _measured(system)))
        printed = _printed(result["gallery"], key)
        if printed:
            rows.append(("  as the paper prints it", printed))
    return [
        f"{title}: {len(result['seeds'])} splits of {result['n_queries']} queries and "
        f"{result['n_gallery']} gallery images, mean ± deviation",
        *(f"{name:<34}" + "".join(f"{cell:>17}" for cell in cells) for name, cells in rows),
        "The paper's MAP (its equation 10) and recall, of an n that it doesn't give, stand under "
        "mAP and recall@100.",
        *(_difference(one, systems) for one in result["differences"]),
    ]


def _measured(system: Mapping[str, Any]) -> list[str]:
    mean, deviation = system["mean"], system["deviation"]
    pairs = [
        (mean["mean_average_precision"], deviation["mean_average_precision"]),
        (mean["recall"]["100"], deviation["recall"]["100"]),
        *((mean["precision"][n], deviation["precision"][n]) for n in mean["precision"]),
        (mean["candidate_ratio"], deviation["candidate_ratio"]),
    ]
    return [f"{m:.4f}" if d is None else f"{m:.4f} ± {d:.4f}" for m, d in pairs]


def _printed(gallery_key: str, system: str) -> list[str]:
    """The paper's figures of a system, or nothing where it has none; no deviations there."""
    if gallery_key == "corel1k" and system in TABLE_1:
        row = TABLE_1[system]
        figures = (row.map, row.recall, row.top5, row.top10, row.top20, row.top30)
        return [f"{figure:.4f}" for figure in figures]
    if gallery_key == "corel5k" and system in TABLE_2:
        return [f"{TABLE_2[system]:.4f}"]
    return []


def _difference(one: Mapping[str, Any], systems: Mapping[str, Any]) -> str:
    metric = {"mean_average_precision": "mAP"}.get(one["metric"], one["metric"])
    better, worse = (systems[one[side]]["title"] for side in ("better", "worse"))
    return (
        f"{better} - {worse}: {metric} {one['mean']:+.4f}, 95 % interval "
        f"{one['low']:+.4f} to {one['high']:+.4f}, {one['n_runs']} runs"
    )


def time_table(result: Mapping[str, Any], title: str) -> list[str]:
    """Lines with the median of every stage in milliseconds, one thread and all."""
    lines = [f"{title}: one query, median milliseconds over {result['n_queries']} queries"]
    for system in result["systems"].values():
        for threads, seconds in system["threads"].items():
            stages = [f"{name} {s['median_s'] * 1e3:.1f}" for name, s in seconds["stages"].items()]
            total = f"{seconds['total']['median_s'] * 1e3:.1f}"
            lines.append(f"{system['title']}, threads {threads}: {total} = {' + '.join(stages)}")
    return lines
