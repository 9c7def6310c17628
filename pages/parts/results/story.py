"""The results as a story: what the paper says, what we measured, and why they differ or agree."""

from dataclasses import dataclass

from core.paper.tables import TABLE_1, TABLE_3
from core.wording import duration, percent
from pages.parts.results import verdicts
from pages.ui.result_files import Result

THREADS = "1"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One question, answered twice, and the reason."""

    question: str
    paper: str
    ours: str
    why: str

    @property
    def told(self) -> str:
        """All of it as Markdown."""
        return (
            f"**{self.question}**\n\n*The paper says:* {self.paper}\n\n"
            f"*We measured:* {self.ours}\n\n*Why?* {self.why}"
        )


def chapters(experiment: Result, times: Result | None) -> tuple[Chapter, ...]:
    """Tell of attention, of hashing and of time, from the result files."""
    return _attention(experiment), _hashing(experiment), _time(times)


def _attention(experiment: Result) -> Chapter:
    effects = [verdicts.difference(experiment, *pair) for pair in verdicts.ATTENTION]
    effect = next((it for it in effects if it is not None), None)
    without = experiment["systems"]["cnn-lsh"]["mean"]["mean_average_precision"]
    with_it = experiment["systems"]["ours"]["mean"]["mean_average_precision"]
    return Chapter(
        "Does attention help?",
        f"yes. MAP rises from {TABLE_1['cnn-lsh'].map:.3f} [19] to {TABLE_1['ours'].map:.3f}.",
        f"Attention (CBAM) {verdicts.verdict(effect)}." if effect else "not yet.",
        f"Without attention our network already reaches mAP {without:.3f}, and with it "
        f"{with_it:.3f}. ResNet50 has learnt from a million photographs; what is left to gain is "
        f"{1 - without:.3f} at most. Where things are small among clutter there is more to gain: "
        "see *Clutter*, below.",
    )


def _hashing(experiment: Result) -> Chapter:
    ours = experiment["systems"]["ours"]["mean"]
    effect = verdicts.difference(experiment, *verdicts.HASHING)
    share = ours["candidate_ratio"]
    return Chapter(
        "What does hashing lose?",
        'little: it keeps "a certain accuracy" (section 5).',
        verdicts.hashing(share, effect),
        f"What is like the query lies in the same buckets more often than what is not. So the "
        f"{percent(1 - share)} that nobody looks at hold few right images.",
    )


def _time(times: Result | None) -> Chapter:
    paper = (
        f"much: {TABLE_3['ours']['corel1k']:.2f} s for a query with hashing, "
        f"{TABLE_3['cnn-attention']['corel1k']:.2f} s without [20]."
    )
    totals = _totals(times)
    ours, scan = totals.get("ours"), totals.get("cnn-attention")
    if not times or ours is None or scan is None:
        return Chapter("What time does it save?", paper, "not yet.", "To be measured first.")
    return Chapter(
        "What time does it save?",
        paper,
        f"**{duration(ours)}** for a query with hashing, **{duration(scan)}** without, on one "
        "thread.",
        "The network has to look at the picture either way. Of "
        f"{times['n_gallery']:,} images hashing can only save the comparing, and that is short. "
        "The *Benchmark* page shows where it pays.",
    )


def _totals(times: Result | None) -> dict[str, float]:
    """Median seconds of a query, by system."""
    systems = times["systems"] if times else {}
    return {
        key: it["threads"][THREADS]["total"]["median_s"]
        for key, it in systems.items()
        if THREADS in it["threads"]
    }
