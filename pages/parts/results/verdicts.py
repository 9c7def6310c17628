"""What result files say, in words: pure functions from measured figures to sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.figures.rows import Interval, signed
from core.language import later, tr, written
from core.wording import capital, duration
from pages.ui.result_files import Result

ATTENTION = (("cnn-attention", "cnn"), ("ours", "cnn-lsh"))  # pairs that only CBAM divides
HASHING = ("ours", "cnn-attention")  # only LSH divides them
LOOK_UP = ("hash", "probe", "rerank")

TITLES = {
    "sift": "SIFT + k-means",
    "svm": later("SVM active learning [17]"),
    "vgg": "VGG-N [18]",
    "cnn-lsh": "CNN + LSH [19]",
    "cnn-attention": later("CNN + attention [20]"),
    "ours": later("Ours"),
}
"""Names of the paper's systems, for where no result file names them."""

PAPER_AND_OURS = {
    "sift": later(
        "SIFT sees neither colour nor labels, and k-means learns its words without them too. "
        "The paper gives no number of words."
    ),
    "svm": later(
        "A simulated user answers by label, three rounds of ten images; an image that was "
        "answered about stands where the other answers put it. The paper names neither the "
        "features nor the number of rounds."
    ),
    "vgg": later(
        "Trained from nothing on the gallery alone. The paper calls it VGG-N in the table and "
        "LeNet-L in the text and describes neither."
    ),
    "cnn-lsh": later(
        "Everything as in ours, but without CBAM. The paper reproduces [19] and says "
        "nothing of K, L or its training."
    ),
    "cnn-attention": later(
        "As ours, but it scans the whole gallery. The paper has it in Table 3 only."
    ),
    "ours": later(
        "The paper's system. It gives no K, L or training schedule; ours are in the file."
    ),
    "cnn": later("Our own control, in no table of the paper: neither attention nor hashing."),
}
"""What differs between a system in the paper and the same here, as far as the paper tells."""


def difference(
    experiment: Result, better: str, worse: str, metric: str = "mean_average_precision"
) -> Interval | None:
    """Return one system's mean lead over another with its interval, where it was measured."""
    label = tr(
        "{better} against {worse}",
        better=_title(experiment, better),
        worse=_title(experiment, worse),
    )
    for row in experiment.get("differences", ()):
        if row["metric"] == metric and {row["better"], row["worse"]} == {better, worse}:
            found = Interval(label, row["mean"], row["low"], row["high"])
            return found if row["better"] == better else found.reversed()
    return None


def hashing(candidate_ratio: float, effect: Interval | None) -> str:
    """Say how much of the gallery hashing looks at, and what that costs."""
    if effect is None:
        return tr("Hashing looks at **{share:.0%}** of the gallery.", share=candidate_ratio)
    told = {
        "helps": later(
            "Hashing looks at **{share:.0%}** of the gallery and gains **{mean:.4f} mAP** against "
            "an exact scan {interval}."
        ),
        "hurts": later(
            "Hashing looks at **{share:.0%}** of the gallery and loses **{mean:.4f} mAP** against "
            "an exact scan {interval}."
        ),
        "no measurable difference": later(
            "Hashing looks at **{share:.0%}** of the gallery and loses **nothing that can be "
            "measured** against an exact scan {interval}."
        ),
    }[effect.verdict]
    return tr(told, share=candidate_ratio, mean=abs(effect.mean), interval=_span(effect))


def verdict(effect: Interval) -> str:
    """Say whether a difference is measurable, which way it goes and how sure that is."""
    told = {
        "helps": later("**helps by {mean:.4f} mAP** {interval}"),
        "hurts": later("**hurts by {mean:.4f} mAP** {interval}"),
        "no measurable difference": later("makes **no measurable difference** {interval}"),
    }[effect.verdict]
    return tr(told, mean=abs(effect.mean), interval=_span(effect))


def claim(row: Mapping[str, Any]) -> str:
    """Say what became of one claim of the paper."""
    lead = Interval("", row["mean"], row["low"], row["high"])
    outcome = {
        "helps": tr(":green[:material/check: **ahead by {mean:.4f}**]", mean=lead.mean),
        "hurts": tr(":orange[:material/close: **behind by {mean:.4f}**]", mean=-lead.mean),
        "no measurable difference": tr(
            ":gray[:material/remove: **no measurable difference**, {mean}]", mean=signed(lead.mean)
        ),
    }[lead.verdict]
    return tr(
        "{claim} Measured: {outcome} mAP ({low} to {high}, {n_runs} trainings).",
        claim=tr(row["claim"]),
        outcome=outcome,
        low=signed(lead.low),
        high=signed(lead.high),
        n_runs=row["n_runs"],
    )


def beside_the_paper(key: str, title: str, paper: float | None, measured: float) -> str:
    """Say in one line how far a system lies from the paper's figure, and what differs."""
    distance = ""
    if paper is not None:
        side = (
            later("{distance:.3f} above the paper's figure.")
            if measured >= paper
            else later("{distance:.3f} below the paper's figure.")
        )
        distance = tr(side, distance=abs(measured - paper)) + " "
    return f"**{title}**: {distance}{tr(PAPER_AND_OURS.get(key, ''))}"


def where_time_goes(times: Result, threads: str) -> str | None:
    """Say what a query of ours takes, how little of it is the search, and what a scan takes."""
    ours = stages(times, "ours", threads)
    if not ours:
        return None
    total = times["systems"]["ours"]["threads"][threads]["total"]["median_s"]
    told = tr(
        "With {threads}, a query takes **{total}**, and "
        "{share:.1%} of that is the search: "
        "**{ours}** to hash, probe and rerank.",
        threads=threads_in_words(threads),
        total=duration(total),
        share=search_share(times, threads),
        ours=duration(_look_up(ours)),
    )
    scan = stages(times, "cnn-attention", threads).get("exact scan")
    if scan is not None:
        told += " " + tr(
            "An exact scan of the {n_gallery:,} images takes {scan}.",
            n_gallery=times["n_gallery"],
            scan=duration(scan),
        )
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
    return tr("one thread") if threads == "1" else tr("all threads")


def clutter(steps: Sequence[Mapping[str, Any]]) -> str:
    """Say what both gates together are worth without clutter and with the most of it."""
    told = []
    for step in (steps[0], steps[-1]):
        gain = step["gain"]["both"]
        effect = Interval("", gain["mean"], gain["low"], gain["high"])
        told.append(
            tr(
                "where the picture takes {share:.0%} of the area, attention {outcome}",
                share=step["side"] ** 2,
                outcome=verdict(effect),
            )
        )
    return f"{capital(told[0])}; {told[1]}."


def robust(variants: Mapping[str, Mapping[str, Any]]) -> str:
    """Say for each variant what remains on average over all changes and strengths."""
    told = []
    for variant in variants.values():
        changed = [row for row in variant["rows"] if row["change"] != "none"]
        precision = _mean([row["precision_at_8"] for row in changed])
        kept = _mean([row["kept_of_top_8"] for row in changed])
        told.append(
            tr(
                "**{network}**: precision@8 {precision:.3f}, {kept:.0%} kept",
                network=tr(variant["title"]),
                precision=precision,
                kept=kept,
            )
        )
    return tr("On average over every change and strength: {each}.", each="; ".join(told))


def with_deviation(mean: float, deviation: float | None) -> str:
    """Write a mean with its standard deviation over the seeds; one seed has none."""
    return (
        written(mean, ".4f")
        if deviation is None
        else f"{written(mean, '.4f')} ± {written(deviation, '.4f')}"
    )


def _span(effect: Interval) -> str:
    return tr("(95 % interval {low} to {high})", low=signed(effect.low), high=signed(effect.high))


def _title(experiment: Result, key: str) -> str:
    return tr(experiment["systems"].get(key, {}).get("title", key))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
