"""Results as an entry of the result file, and as text: a table per data set, and one of all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..language import later
from .data import DataSet, intrinsic_dimension
from .growth import EXACT, lead_from, summary
from .race import FEW, WANTED, Level, OperatingPoint, Placing, Plan, RaceResult

MORE = 0.03  # recall above the wanted one that is told
COLUMNS = (
    *("method", "setting", "recall@10", "median ms", "p95 ms", "× exact"),
    *("batch q/s", "all threads", "build s", "bytes/vector", "adds/s", "removes/s"),
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
        "wanted_recall_at_10": WANTED,
        "rounds": plan.rounds,
        "used_by_others": result.company,
        "threads": plan.threads,
        "tuning_queries": result.n_tuning,
        "test_queries": result.n_test,
        "contestants": {name: _placing(it, n) for name, it in result.placings.items()},
        "left_out": dict(result.left_out),
    }


def joined(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the entries of one data set's heats; of the share that others used, the highest."""
    shares = [it["used_by_others"] for it in entries if it["used_by_others"] is not None]
    return {
        **entries[0],
        "used_by_others": max(shares, default=None),
        "heats": len(entries),
        "contestants": {name: it for entry in entries for name, it in entry["contestants"].items()},
        "left_out": {name: why for entry in entries for name, why in entry["left_out"].items()},
    }


def _placing(it: Placing, n: int) -> dict[str, Any]:
    return {
        "parameters": dict(it.built.parameters),
        "build_seconds": it.built.seconds,
        "extra_bytes": it.built.extra_bytes,
        "extra_bytes_per_vector": it.built.extra_bytes / n,
        "adds_per_second": it.changes.adds_per_second,
        "removes_per_second": it.changes.removes_per_second,
        **_level(it.main),
        "levels": [{"k": at.k, "wanted": at.wanted, **_level(at)} for at in it.levels],
        "curve": _curve(it.curves[FEW]),
        "curves": {str(k): _curve(curve) for k, curve in it.curves.items() if k != FEW},
    }


def _level(it: Level) -> dict[str, Any]:
    return {
        "reached": it.is_reached,
        **_point(it.test),
        "batch_queries_per_second": {str(n): rate for n, rate in it.queries_per_second.items()},
    }


def _curve(points: Sequence[OperatingPoint]) -> list[dict[str, Any]]:
    return [{**_point(point), "candidates": point.candidates} for point in points]


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
            _milliseconds(it["median_seconds"]),
            _milliseconds(it["p95_seconds"]),
            f"{exact_seconds(entry) / it['median_seconds']:.3g}",
            *(f"{rate:,.0f}" for rate in _rates(it["batch_queries_per_second"])),
            f"{it['build_seconds']:.2f}",
            f"{it['extra_bytes_per_vector']:.0f}",
            *(_rate(it[f"{what}_per_second"]) for what in ("adds", "removes")),
        )
        for name, it in entry["contestants"].items()
    ]
    head = (
        f"{entry['title']} · {entry['dtype']} · intrinsic dimension "
        f"{entry['intrinsic_dimension']:.0f} · wanted recall@10 {entry['wanted_recall_at_10']}"
    )
    left_out = [f"{name}: left out. {reason}" for name, reason in entry["left_out"].items()]
    return "\n".join([head, "", *_aligned([COLUMNS, *rows]), "", *_levels(entry), *left_out])


def _levels(entry: Mapping[str, Any]) -> list[str]:
    """A line per contestant, a column per k and wanted recall: milliseconds of a query."""
    contestants = entry["contestants"].items()
    heads = [f"@{it['k']} ≥ {it['wanted']}" for it in next(iter(contestants))[1]["levels"]]
    rows = [(name, *(level_text(level) for level in it["levels"])) for name, it in contestants]
    return _aligned([("ms per query at recall", *heads), *rows])


def level_text(level: Mapping[str, Any]) -> str:
    """Write the time at a level in ms: in brackets, with the recall, where that isn't reached.

    Where even the quickest setting finds clearly more than is wanted, the recall is told too.
    """
    text, recall = _milliseconds(level["median_seconds"]), level["recall"]
    if not level["reached"]:
        return f"({text} at {recall:.2f})"
    return f"{text} at {recall:.2f}" if recall >= level["wanted"] + MORE else text


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
    """Write a setting: ``ef 40``; ``K 9, L 8``; ``tr`` writes its numbers as any language does."""
    return later(", ".join(f"{name} {{{name}}}" for name in setting), **setting)


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


def _rate(per_second: float | None) -> str:
    return "-" if per_second is None else f"{per_second:,.0f}"


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
