"""Compare answers: ``python -m tools.measure_answers``.

A gallery goes by ``index --to`` into a directory and into an S3 on 127.0.0.1 (moto). Then its own
images are the queries, each left out of its hits. By the keys of the hash tables, ids and cosines
must equal those of the in-process index with the same K, L and probes; by Hamming distance, recall
is compared with its. The first queries are also asked by the two commands, ``search --in`` and
``search``. That takes ``pip install -r requirements-dev.txt``.

    python -m tools.measure_answers                     Corel-5k, the figures of docs/scale.md
    python -m tools.measure_answers --gallery scenes --out other.json
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import numpy as np
from moto.server import ThreadedMotoServer

from core.cli.common import circumstances, write_json
from core.evaluation import results
from core.galleries import registry, store
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.exact import ExactIndex, Hits, neighbour_recall
from core.index.lsh import LSHIndex
from core.model.checkpoint import DEFAULT, load_checkpoint
from core.model.embedder import Embedder
from core.scale.calibration import kept
from core.scale.index import TableIndex
from core.scale.settings import KeySearch
from core.scale.table import Table

K = 10
N_BY_COMMAND = 3  # queries that are also asked by the commands
ROOT = Path(__file__).parents[1]


@contextmanager
def object_store() -> Iterator[str]:
    """Serve an S3 on this machine; yield the address of an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it names each request
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        boto3.client("s3").create_bucket(Bucket="tables")
        yield "s3://tables"
    finally:
        server.stop()


def command(*arguments: object) -> str:
    """Run a command of ours, and return what it printed."""
    line = [sys.executable, "-m", "core", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def same(some: Hits, others: Hits) -> bool:
    """Whether ids and cosines are equal, to the last bit."""
    return np.array_equal(some.ids, others.ids) and np.array_equal(
        some.similarities, others.similarities
    )


def compared(table: Table, stored: StoredGallery, ids: list[int]) -> dict[str, Any]:
    """Ask the table and the index in this process for the same images."""
    there = TableIndex(table)
    rows = stored.of(table.about.attention)
    here = LSHIndex.build(rows, stored.ids, config=table.about.lsh)
    scan = ExactIndex.build(rows, stored.ids)
    keys, hamming = kept(there, "keys"), kept(there, "hamming")
    assert isinstance(keys, KeySearch)
    n_equal = 0
    recalls: dict[str, list[float]] = {"by_keys": [], "by_hamming": [], "in_process": []}
    for id in ids:
        query = rows[np.searchsorted(stored.ids, id)]
        truth = scan.query(query, k=K, exclude=id).ids
        expected = here.query(query, k=K, exclude=id, n_probes=keys.n_probes)
        hits = there.query(query, k=K, exclude=id, settings=keys)
        near = there.query(query, k=K, exclude=id, settings=hamming)
        n_equal += same(hits, expected)
        for name, found in (("by_keys", hits), ("by_hamming", near), ("in_process", expected)):
            recalls[name].append(neighbour_recall(found.ids, truth))
    return {
        "n_rows": len(table),
        "n_bits": table.about.lsh.n_bits,
        "n_tables": table.about.lsh.n_tables,
        "keys": str(keys),
        "hamming": str(hamming),
        "n_queries": len(ids),
        "n_equal_by_keys": n_equal,
        "recall": {name: round(float(np.mean(it)), 4) for name, it in recalls.items()},
    }


def compared_by_command(address: str, gallery: Gallery, ids: list[int], folder: Path) -> int:
    """Return how many queries the two commands answer with equal hits, by keys."""
    table = Table.open(address)
    lsh, keys = table.about.lsh, kept(TableIndex(table), "keys")
    assert isinstance(keys, KeySearch)
    n_equal = 0
    for id in ids:
        image = folder / f"query-{id}"
        image.write_bytes(gallery.read(id))
        asked = ["search", image, "--json", "--n-probes", keys.n_probes]
        there = command(*asked, "--in", address, "--by", "keys")
        given = ["--gallery", gallery.key, "--n-bits", lsh.n_bits, "--n-tables", lsh.n_tables]
        here = command(*asked, *given)
        told = [
            [(it["id"], it["similarity"]) for it in json.loads(s)["hits"]] for s in (there, here)
        ]
        n_equal += told[0] == told[1]
    return n_equal


def measure(key: str, n_queries: int, seed: int) -> dict[str, Any]:
    """Import the gallery twice, and compare."""
    gallery = registry.open_gallery(key)
    stored = store.load_or_build(gallery, Embedder(load_checkpoint(DEFAULT)))
    rng = np.random.default_rng(seed)
    ids = rng.permutation(stored.ids)[:n_queries].tolist()
    places = {}
    with tempfile.TemporaryDirectory() as work, object_store() as bucket:
        for place, root in (("directory", work), ("S3", bucket)):
            address = f"lance://{root}/{key}"
            print(command("index", "--gallery", key, "--to", address), end="", flush=True)
            places[place] = {
                **compared(Table.open(address), stored, ids),
                "n_by_command": N_BY_COMMAND,
                "n_equal_by_command": compared_by_command(
                    address, gallery, ids[:N_BY_COMMAND], Path(work)
                ),
            }
            print(place, places[place], flush=True)
    return {"gallery": key, "title": gallery.title, "seed": seed, "places": places}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gallery", default="corel5k", help="as `index --gallery` takes it")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of queries")
    parser.add_argument("--out", type=Path, default=results.RESULTS / "answers-tables.json")
    options = parser.parse_args()
    about = {
        **circumstances(),
        "command": f"python -m tools.measure_answers --gallery {options.gallery} "
        f"--queries {options.queries} --seed {options.seed}",
    }
    write_json(options.out, {**about, **measure(options.gallery, options.queries, options.seed)})


if __name__ == "__main__":
    main()
