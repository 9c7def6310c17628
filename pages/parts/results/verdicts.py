"""What result files say, in words: pure functions from measured figures to sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.figures.rows import Interval, signed
from core.wording import duration
from pages.ui.result_files import Result

ATTENTION = (("cnn-attention", "cnn"), ("ours", "cnn-lsh"))  # pairs that only CBAM divides
HASHING = ("ours", "cnn-attention")  # only LSH divides them
LOOK_UP = ("hash", "probe", "rerank")

TITLES = {
    "sift": "SIFT + k-means",
    "svm": "SVM active learning [17]",
    "vgg": "VGG-N [18]",
    "cnn-lsh": "CNN + LSH [19]",
    "cnn-attention": "CNN + attention [20]",
    "ours": "Ours",
}
"""Names of the paper's systems, for where no result file names them."""

PAPER_AND_OURS = {
    "sift": "SIFT sees neither colour nor labels, and k-means learns its words without them too. "
    "The paper gives no number of words.",
    "svm": "A simulated user answers by label, three rounds of ten images; an image that was "
    "answered about stands where the other answers put it. The paper names neither the features "
    "nor the number of rounds.",
    "vgg": "Trained from nothing on the gallery alone. The paper calls it VGG-N in the table and "
    "LeNet-L in the text and describes neither.",
    "cnn-lsh": "Everything as in ours, but without CBAM. The paper reproduces [19] and says "
    "nothing of K, L or its training.",
    "cnn-attention": "As ours, but it scans the whole gallery. The paper has it in Table 3 only.",
    "ours": "The paper's system. It gives no K, L or training schedule; ours are in the file.",
    "cnn": "Our own control, in no table of the paper: neither attention nor hashing.",
}
"""What differs between a system in the paper and the same here, as far as the paper tells."""


def difference(
    experiment: Result, better: str, worse: str, metric: str = "mean_average_precision"
) -> Interval | None:
    """Return one system's mean lead over another with its interval, where it was measured."""
    label = f"{_title(experiment, better)} against {_title(experiment, worse)}"
    for row in experiment.get("differences", ()):
        if row["metric"] == metric and {row["better"], row["worse"]} == {better, worse}:
            found = Interval(label, row["mean"], row["low"], row["high"])
            return found if row["better"] == better else found.reversed()
    return None


def hashing(candidate_ratio: float, effect: Interval | None) -> str:
    """Say how much of the gallery hashing looks at, and what that costs."""
    told = f"Hashing looks at **{candidate_ratio:.0%}** of the gallery"
    if effect is None:
        return f"{told}."
    outcome = {
        "helps": f"gains **{effect.mean:.4f} mAP**",
        "hurts": f"loses **{-effect.mean:.4f} mAP**",
        "no measurable difference": "loses **nothing that can be measured**",
    }[effect.verdict]
    return f"{told} and {outcome} against an exact scan {_span(effect)}."


def verdict(effect: Interval) -> str:
    """Say whether a difference is measurable, which way it goes and how sure that is."""
    if effect.verdict == "no measurable difference":
        return f"makes **no measurable difference** {_span(effect)}"
    return f"**{effect.verdict} by {abs(effect.mean):.4f} mAP** {_span(effect)}"


def claim(row: Mapping[str, Any]) -> str:
    """Say what became of one claim of the paper."""
    lead = Interval("", row["mean"], row["low"], row["high"])
    outcome = {
        "helps": f":green[:material/check: **ahead by {lead.mean:.4f}**]",
        "hurts": f":orange[:material/close: **behind by {-lead.mean:.4f}**]",
        "no measurable difference": f":gray[:material/remove: **no measurable difference**, "
        f"{signed(lead.mean)}]",
    }[lead.verdict]
    return (
        f"{row['claim']} Measured: {outcome} mAP "
        f"({signed(lead.low)} to {signed(lead.high)}, {row['n_runs']} trainings)."
    )


def beside_the_paper(key: str, title: str, paper: float | None, measured: float) -> str:
    """Say in one line how far a system lies from the paper's figure, and what differs."""
    distance = ""
    if paper is not None:
        side = "above" if measured >= paper else "below"
        distance = f"{abs(measured - paper):.3f} {side} the paper's figure. "
    return f"**{title}**: {distance}{PAPER_AND_OURS.get(key, '')}"


def where_time_goes(times: Result, threads: str) -> str | None:
    """Say what a query of ours takes, how little of it is the search, and what a scan takes."""
    ours = stages(times, "ours", threads)
    if not ours:
        return None
    total = times["systems"]["ours"]["threads"][threads]["total"]["median_s"]
    told = (
        f"With {threads_in_words(threads)}, a query takes **{duration(total)}**, and "
        f"{search_share(times, threads):.1%} of that is the search: "
        f"**{duration(_look_up(ours))}** to hash, probe and rerank."
    )
    scan = stages(times, "cnn-attention", threads).get("exact scan")
    if scan is not None:
        told += f" An exact scan of the {times['n_gallery']:,} images takes {duration(scan)}."
    return told


def search_share(times: Result, threads: str) -> float | None:
    """Return which share of the time of a query of ours it takes to hash, probe and rerank."""
    ours = stages(times, "ours", threads)
    if not ours:
        return None
    total: float = times["systems"]["ours"]["threads"][threads]["total"]["median_s"]
    return _look_up(ours) / total


def _look_up(ours: Mapping[str, float]) -> float:
    return sum(ours.get(stage, 0.0) for stage in LOOK_UP)


def stages(times: Result, key: str, threads: str) -> dict[str, float]:
    """Median seconds by stage of one system; empty where it wasn't measured."""
    measured = times["systems"].get(key, {}).get("threads", {}).get(threads, {})
    return {stage: it["median_s"] for stage, it in measured.get("stages", {}).items()}


def threads_in_words(threads: str) -> str:
    """Name a number of threads as the result files give it."""
    return "one thread" if threads == "1" else "all threads"


def clutter(steps: Sequence[Mapping[str, Any]]) -> str:
    """Say what both gates together are worth without clutter and with the most of it."""
    told = []
    for step in (steps[0], steps[-1]):
        gain = step["gain"]["both"]
        effect = Interval("", gain["mean"], gain["low"], gain["high"])
        told.append(
            f"where the picture takes {step['side'] ** 2:.0%} of the area, attention "
            + verdict(effect)
        )
    return f"{told[0][0].upper()}{told[0][1:]}; {told[1]}."


def robust(variants: Mapping[str, Mapping[str, Any]]) -> str:
    """Say for each variant what remains on average over all changes and strengths."""
    told = []
    for variant in variants.values():
        changed = [row for row in variant["rows"] if row["change"] != "none"]
        precision = _mean([row["precision_at_8"] for row in changed])
        kept = _mean([row["kept_of_top_8"] for row in changed])
        told.append(f"**{variant['title']}**: precision@8 {precision:.3f}, {kept:.0%} kept")
    return "On average over every change and strength: " + "; ".join(told) + "."


def with_deviation(mean: float, deviation: float | None) -> str:
    """Write a mean with its standard deviation over the seeds; one seed has none."""
    return f"{mean:.4f}" if deviation is None else f"{mean:.4f} ± {deviation:.4f}"


def _span(effect: Interval) -> str:
    return f"(95 % interval {signed(effect.low)} to {signed(effect.high)})"


def _title(experiment: Result, key: str) -> str:
    title: str = experiment["systems"].get(key, {}).get("title", key)
    return title


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
