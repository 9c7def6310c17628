"""Results as an entry of the result file, and as text: a table per data set, and one of all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .data import DataSet, intrinsic_dimension
from .growth import EXACT, lead_from, summary
from .race import OperatingPoint, Placing, Plan, RaceResult

COLUMNS = (
    *("method", "setting", "recall@10", "recall@100", "median ms", "p95 ms", "× exact"),
    *("batch q/s", "all threads", "build s", "bytes/vector"),
)


def entry_of(result: RaceResult, data: DataSet, plan: Plan) -> dict[str, Any]:
    """Write a race as the body of its data set's entry in the result file."""
    n, dim = data.gallery.shape
    distances = np.sqrt(2 - 2 * result.similarities.clip(-1, 1))
    return {
        "title": data.title,
        "family": data.family,
        "n": n,
        "dim": dim,
        "dtype": str(data.gallery.dtype),
        "intrinsic_dimension": intrinsic_dimension(distances),
        "wanted_recall_at_10": plan.wanted,
        "threads": plan.threads,
        "tuning_queries": result.n_tuning,
        "test_queries": result.n_test,
        "contestants": {name: _placing(it, n) for name, it in result.placings.items()},
        "left_out": dict(result.left_out),
    }


def _placing(it: Placing, n: int) -> dict[str, Any]:
    batches = it.batches and {
        "recall_at_100": it.batches.recall_at_100,
        "batch_queries_per_second": {
            str(threads): rate for threads, rate in it.batches.queries_per_second.items()
        },
    }
    return {
        "parameters": dict(it.built.parameters),
        "build_seconds": it.built.seconds,
        "extra_bytes": it.built.extra_bytes,
        "extra_bytes_per_vector": it.built.extra_bytes / n,
        "setting": dict(it.test.setting),
        "reached": it.is_reached,
        **_point(it.test),
        **(batches or {}),
        "curve": [{**_point(point), "candidates": point.candidates} for point in it.curve],
    }


def _point(it: OperatingPoint) -> dict[str, Any]:
    return {
        "setting": dict(it.setting),
        "recall": it.recall,
        "recall_error": it.recall_error,
        "median_seconds": it.median_seconds,
        "p95_seconds": it.p95_seconds,
        "timed_queries": len(it.seconds),
    }


def table(entry: Mapping[str, Any]) -> str:
    """Show one data set: a line per contestant, then who was left out and why."""
    rows = [
        (
            name,
            setting_text(it["setting"]) + ("" if it["reached"] else " (too little)"),
            f"{it['recall']:.3f}",
            f"{it['recall_at_100']:.3f}",
            _milliseconds(it["median_seconds"]),
            _milliseconds(it["p95_seconds"]),
            f"{exact_seconds(entry) / it['median_seconds']:.3g}",
            *(f"{rate:,.0f}" for rate in _rates(it["batch_queries_per_second"])),
            f"{it['build_seconds']:.2f}",
            f"{it['extra_bytes_per_vector']:.0f}",
        )
        for name, it in entry["contestants"].items()
    ]
    head = (
        f"{entry['title']} · {entry['dtype']} · intrinsic dimension "
        f"{entry['intrinsic_dimension']:.0f} · wanted recall@10 {entry['wanted_recall_at_10']}"
    )
    left_out = [f"{name}: left out. {reason}" for name, reason in entry["left_out"].items()]
    return "\n".join([head, "", *_aligned([COLUMNS, *rows]), *left_out])


def overview(data_sets: Mapping[str, Mapping[str, Any]]) -> str:
    """Show the median milliseconds of one query: a line per method, a column per data set.

    In brackets stands what doesn't reach the wanted recall.
    """
    names = dict.fromkeys(name for it in data_sets.values() for name in it["contestants"])
    rows = [
        (name, *(_cell(it["contestants"].get(name)) for it in data_sets.values())) for name in names
    ]
    return "\n".join(_aligned([("ms per query, one thread", *data_sets), *rows]))


def growth_lines(data_sets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say how the time of each method grows, where two sizes or more tell it."""
    lines = []
    for family, methods in summary(data_sets).items():
        for name, it in methods.items():
            if it["exponent"] is not None:
                crossing = lead_from(data_sets, family, name)
                ahead = f"; faster than the exact scan from {crossing:,.0f}" if crossing else ""
                ahead = "" if name.startswith(EXACT) else ahead
                lines.append(f"{family}: {name} grows as N^{it['exponent']:.2f}{ahead}")
    return lines


def setting_text(setting: Mapping[str, Any]) -> str:
    """Write a setting: ``ef 40``; ``K 9, L 8``."""
    return ", ".join(f"{name} {value}" for name, value in setting.items())


def exact_seconds(entry: Mapping[str, Any]) -> float:
    """Median seconds of the faster exact scan."""
    return min(
        float(it["median_seconds"])
        for name, it in entry["contestants"].items()
        if name.startswith(EXACT)
    )


def _cell(measured: Mapping[str, Any] | None) -> str:
    if measured is None:
        return ""
    text = _milliseconds(measured["median_seconds"])
    return text if measured["reached"] else f"({text})"


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.3g}"


def _rates(by_threads: Mapping[str, float]) -> tuple[float, float]:
    """Return the rate on one thread and the rate on all."""
    return by_threads["1"], by_threads[max(by_threads, key=int)]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set columns: the first flush left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
