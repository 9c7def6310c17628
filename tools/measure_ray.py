"""Measure how fast Ray's nodes embed: ``python -m tools.measure_ray`` (Linux).

One node and two nodes of two processors each take turns on this machine, each with one worker of
one torch thread. They embed the built-in gallery; the pace is that of its middle half, when models
are loaded and nobody waits for the last images. A machine that does other work meanwhile slows two
nodes down more than one, so there is a second figure: what an image costs the workers in processor
time. With a core for each node, two nodes are 2 · (cost on one) / (cost on two) as fast as one.

    python -m tools.measure_ray --rounds 3
"""

import argparse
import os
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from ray.cluster_utils import Cluster

from core.cli.common import circumstances, write_json
from core.evaluation import results
from core.galleries import registry
from core.model.checkpoint import DEFAULT, load_checkpoint
from core.model.embedder import Embedder
from core.scale.embedded import Image
from core.scale.embedding import Decode, cluster, embed_on_ray
from core.scale.sources import GalleryImages

NODES = (1, 2)
WORKER = "ray::MapWorker"  # what Ray calls a process that embeds


def load(decode: Decode) -> Embedder:
    """Make what a worker embeds with."""
    return Embedder(load_checkpoint(DEFAULT), decode=decode)


def processor_seconds() -> float:
    """Processor time of the workers that embed, which this process has started by way of others."""
    stats = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            embeds = (folder / "cmdline").read_text().startswith(WORKER)
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        ticks = int(fields[11]) + int(fields[12]) if embeds else 0
        stats[int(folder.name)] = int(fields[1]), ticks
    ours: set[int] = set()
    new = {os.getpid()}
    while new:
        ours |= new
        new = {pid for pid, (parent, _) in stats.items() if parent in ours} - ours
    return sum(stats[pid][1] for pid in ours if pid in stats) / os.sysconf("SC_CLK_TCK")


def run(source: GalleryImages, images: list[Image], n_nodes: int) -> dict[str, float]:
    """Embed the images on new nodes, and return the pace of the middle half."""
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  Ray spells it so
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in ``core.scale.embedding``
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
        for _ in range(n_nodes - 1):
            nodes.add_node(num_cpus=2)
    n_done, marks, thumbnails = 0, [], 0
    try:
        with cluster(nodes.address):
            for some in embed_on_ray(images, source, load):
                n_done += len(some.ids)
                thumbnails += sum(map(len, some.thumbnails))
                if len(images) / 4 <= n_done <= len(images) * 3 / 4:
                    marks.append((n_done, perf_counter(), processor_seconds()))
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes.shutdown()
    n, seconds, worked = np.subtract(marks[-1], marks[0]).tolist()
    return {
        "n_embedded": n_done,
        "thumbnail_bytes": thumbnails / n_done,
        "images_per_s": n / seconds,
        "worker_s_per_image": worked / n,
    }


def measure(key: str, n_images: int, rounds: int) -> dict[str, Any]:
    """Let one node and two nodes take turns."""
    source = GalleryImages(registry.open_gallery(key))
    images = [
        Image(id, it.name, it.label, it.address)
        for id, it in enumerate(list(source.images())[:n_images])
    ]
    runs: dict[int, list[dict[str, float]]] = {n: [] for n in NODES}
    for _ in range(rounds):
        for n_nodes in NODES:
            runs[n_nodes].append(run(source, images, n_nodes))
            print(n_nodes, runs[n_nodes][-1], f"load {os.getloadavg()[0]:.1f}", flush=True)
    pace, cost = (
        {n: median(it[what] for it in runs[n]) for n in NODES}
        for what in ("images_per_s", "worker_s_per_image")
    )
    return {
        "gallery": key,
        "n_images": len(images),
        "rounds": rounds,
        "nodes": {
            str(n): {
                "images_per_s": round(pace[n], 2),
                "worker_s_per_image": round(cost[n], 4),
                "n_embedded": sorted({int(it["n_embedded"]) for it in runs[n]}),
                "all_images_per_s": [round(it["images_per_s"], 2) for it in runs[n]],
            }
            for n in NODES
        },
        "thumbnail_bytes": round(runs[1][0]["thumbnail_bytes"]),
        "times_as_fast": round(pace[2] / pace[1], 2),
        "times_as_fast_by_processor_time": round(2 * cost[1] / cost[2], 2),
        "other_work_on_the_machine": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gallery", default="scenes", help="as `index --gallery` takes it")
    parser.add_argument("--images", type=int, default=640, help="of the gallery, in each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=results.RESULTS / "ray.json")
    options = parser.parse_args()
    found = measure(options.gallery, options.images, options.rounds)
    asked = f"--gallery {options.gallery} --images {options.images} --rounds {options.rounds}"
    command = f"python -m tools.measure_ray {asked}"
    write_json(options.out, {**circumstances(), "command": command, **found})


if __name__ == "__main__":
    main()
