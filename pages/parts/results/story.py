"""The results as a story: what the paper says, what we measured, and why they differ or agree."""

from dataclasses import dataclass

from core.language import tr
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
        return tr(
            "**{question}**\n\n*The paper says:* {paper}\n\n*We measured:* {ours}\n\n*Why?* {why}",
            question=self.question,
            paper=self.paper,
            ours=self.ours,
            why=self.why,
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
        tr("Does attention help?"),
        tr(
            "yes. MAP rises from {without:.3f} [19] to {with_it:.3f}.",
            without=TABLE_1["cnn-lsh"].map,
            with_it=TABLE_1["ours"].map,
        ),
        tr("Attention (CBAM) {effect}.", effect=verdicts.verdict(effect))
        if effect
        else tr("not yet."),
        tr(
            "Without attention our network already reaches mAP {without:.3f}, and with it "
            "{with_it:.3f}. ResNet50 has learnt from a million photographs; what is left to gain "
            "is {rest:.3f} at most. Where things are small among clutter there is "
            "more to gain: see *Clutter*, below.",
            without=without,
            with_it=with_it,
            rest=1 - without,
        ),
    )


def _hashing(experiment: Result) -> Chapter:
    ours = experiment["systems"]["ours"]["mean"]
    effect = verdicts.difference(experiment, *verdicts.HASHING)
    share = ours["candidate_ratio"]
    return Chapter(
        tr("What does hashing lose?"),
        tr('little: it keeps "a certain accuracy" (section 5).'),
        verdicts.hashing(share, effect),
        tr(
            "What is like the query lies in the same buckets more often than what is not. So the "
            "{rest} that nobody looks at hold few right images.",
            rest=percent(1 - share),
        ),
    )


def _time(times: Result | None) -> Chapter:
    paper = tr(
        "much: {with_it:.2f} s for a query with hashing, {without:.2f} s without [20].",
        with_it=TABLE_3["ours"]["corel1k"],
        without=TABLE_3["cnn-attention"]["corel1k"],
    )
    totals = _totals(times)
    ours, scan = totals.get("ours"), totals.get("cnn-attention")
    if not times or ours is None or scan is None:
        return Chapter(
            tr("What time does it save?"), paper, tr("not yet."), tr("To be measured first.")
        )
    return Chapter(
        tr("What time does it save?"),
        paper,
        tr(
            "**{ours}** for a query with hashing, **{scan}** without, on one thread.",
            ours=duration(ours),
            scan=duration(scan),
        ),
        tr(
            "The network has to look at the picture either way. Of "
            "{n_gallery:,} images hashing can only save the comparing, and that is short. "
            "The *Benchmark* page shows where it pays.",
            n_gallery=times["n_gallery"],
        ),
    )


def _totals(times: Result | None) -> dict[str, float]:
    """Median seconds of a query, by system."""
    systems = times["systems"] if times else {}
    return {
        key: it["threads"][THREADS]["total"]["median_s"]
        for key, it in systems.items()
        if THREADS in it["threads"]
    }
