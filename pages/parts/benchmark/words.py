"""What the benchmark says, in words: pure functions from figures to sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from core.benchmark import live
from core.engine.codes import CodeIndex, CodeSearch
from core.language import later, tr, written
from core.wording import duration
from pages.ui.result_files import Result

EXACT = "exact scan"  # how the names of the methods begin that look at everything
OURS = "ours"  # and those of the engine
READABLE = "LSHIndex"  # and the index of the lessons
MAIN_K = 10  # hits that are compared first
TAUGHT = f"{READABLE}, NumPy"

WINS = {
    live.READABLE: later("The readable LSH index wins"),
    live.BUCKETS: later("The engine's buckets win"),
    live.CODES: later("The engine's codes win"),
}


def title_of(entry: Result) -> str:
    """Name a data set by what it holds and how much of it: ``clusters, 1,000 × 2048``."""
    what, comma, _ = entry["title"].partition(", ")
    size = f", {written(entry['n'])} × {entry['dim']}" if comma else ""
    return f"{tr(what)}{size}"


def levels_of(entry: Result) -> list[tuple[int, float]]:
    """Each k and wanted recall@k that was measured."""
    first = next(iter(entry["contestants"].values()))
    main = (MAIN_K, entry["wanted_recall_at_10"])
    return [(it["k"], it["wanted"]) for it in first.get("levels", ())] or [main]


def seen_at(entry: Result, k: int, wanted: float) -> Result:
    """An entry whose contestants show what they did at one level, with the curve of that k."""
    main = (MAIN_K, entry["wanted_recall_at_10"])
    if (k, wanted) == main:
        return entry

    def at(it: Result) -> Result:
        level = next(at for at in it["levels"] if (at["k"], at["wanted"]) == (k, wanted))
        return {**it, **level, "curve": it["curve"] if k == MAIN_K else it["curves"][str(k)]}

    return {**entry, "contestants": {name: at(it) for name, it in entry["contestants"].items()}}


def with_all_peers(data_sets: Mapping[str, Result]) -> dict[str, Result]:
    """The data sets on which all who ever raced were entered; all where none is such.

    Data sets stay in the result file when a contestant is added later; to win there says less.
    """
    everyone = {name for it in data_sets.values() for name in it["contestants"]}
    return {
        name: it
        for name, it in data_sets.items()
        if everyone <= {*it["contestants"], *it["left_out"]}
    } or dict(data_sets)


def fastest(entry: Result, *, ours: bool) -> str | None:
    """Name the fastest method that reaches the wanted recall: of the engine, or of all others.

    The readable index is neither: it is there to be read.
    """
    reached = {
        name: it["median_seconds"]
        for name, it in entry["contestants"].items()
        if it["reached"] and not name.startswith(READABLE) and name.startswith(OURS) == ours
    }
    return min(reached, key=lambda name: reached[name]) if reached else None


def fastest_in_words(entry: Result) -> str:
    """Say who is the fastest, and where that isn't the engine, how long the engine takes."""
    ours, other = fastest(entry, ours=True), fastest(entry, ours=False)
    names = [name for name in (ours, other) if name]
    if not names:
        return tr("nobody")
    seconds = {name: entry["contestants"][name]["median_seconds"] for name in names}
    first = min(names, key=lambda name: seconds[name])
    winner = f"{first} {duration(seconds[first])}"
    if first == ours:
        return winner
    if ours is None:
        return tr("{winner} (ours doesn't reach it)", winner=winner)
    return tr("{winner} (ours {time})", winner=winner, time=duration(seconds[ours]))


@dataclass(frozen=True, slots=True)
class Duel:
    """The engine against the fastest of all others, on one data set."""

    title: str  # of the data set
    ours: str  # name of the engine's method
    other: str
    our_seconds: float
    other_seconds: float
    is_contest: bool  # something else than the exact scan could be run beside the engine

    @property
    def is_won(self) -> bool:
        """The engine is at least as fast."""
        return self.our_seconds <= self.other_seconds

    def __str__(self) -> str:
        against = (
            f"{self.other} {duration(self.other_seconds)}, {self.ours} {duration(self.our_seconds)}"
        )
        if not self.is_won:
            ratio = times(self.our_seconds / self.other_seconds)
            return tr(
                "**We lose on {title}**: {other} is {ratio} as fast ({against}).",
                title=self.title,
                other=self.other,
                ratio=ratio,
                against=against,
            )
        if not self.is_contest:
            return tr(
                "On {title} only the exact scan could be run beside ours ({against}).",
                title=self.title,
                against=against,
            )
        ratio = times(self.other_seconds / self.our_seconds)
        return tr(
            "On {title} ours is the fastest, {ratio} as fast as the next ({against}).",
            title=self.title,
            ratio=ratio,
            against=against,
        )


def duels(data_sets: Mapping[str, Result]) -> list[Duel]:
    """Compare the fastest of both sides on every data set where both have one."""
    return [it for entry in data_sets.values() if (it := _duel(entry))]


def _duel(entry: Result) -> Duel | None:
    ours, other = fastest(entry, ours=True), fastest(entry, ours=False)
    if ours is None or other is None:
        return None
    contestants = entry["contestants"]
    return Duel(
        title=title_of(entry),
        ours=ours,
        other=other,
        our_seconds=contestants[ours]["median_seconds"],
        other_seconds=contestants[other]["median_seconds"],
        is_contest=any(not name.startswith((OURS, EXACT, READABLE)) for name in contestants),
    )


def headline(duels: Sequence[Duel]) -> str:
    """Count on how many data sets the engine wins; without a contest it can only lose."""
    counted = [it for it in duels if it.is_contest or not it.is_won]
    won = sum(it.is_won for it in counted)
    return tr(
        "**Our engine is the fastest on {won} of {n} data sets**, and loses on "
        "{lost}. Everyone has to find the same share of the neighbours.",
        won=won,
        n=len(counted),
        lost=len(counted) - won,
    )


def times(ratio: float) -> str:
    """Write a ratio: ``1.3 times``, ``120 times``."""
    digits = ".2g" if ratio < 10 else ",.0f"
    return tr("{ratio} times", ratio=written(ratio, digits))


def median_in_words(contestant: Result | None) -> str:
    """Write the time of one query, in brackets where the wanted recall was never reached."""
    if contestant is None:
        return "–"
    text = duration(contestant["median_seconds"])
    return text if contestant["reached"] else f"({text})"


# Race -------------------------------------------------------------------------------------


def race_verdict(finish: live.Finish) -> list[str]:
    """Say who won and by how much, and of LSH in particular whether it lost and why."""
    by_name = {it.name: it for it in finish.entrants}
    best, exact = live.winner(finish.entrants), by_name[live.EXACT]
    if best is exact:
        first = tr(
            "**The exact scan wins**: {median} a query, and nobody who is "
            "faster finds {good:.0%} of the neighbours.",
            median=duration(exact.median),
            good=live.GOOD,
        )
    else:
        first = tr(
            "**{wins}**: {median} a query at {recall:.0%} "
            "recall, {ratio} as fast as the exact scan.",
            wins=tr(WINS[best.name]),
            median=duration(best.median),
            recall=best.recall,
            ratio=times(exact.median / best.median),
        )
    sentences = [first]
    sentences += [_about_lsh(it, exact) for it in finish.entrants if it.name == live.READABLE]
    if (buckets := by_name[live.BUCKETS]).recall < live.GOOD:
        sentences.append(
            tr(
                "The engine's buckets find only {recall:.0%}, so their "
                "{median} don't count: give them more tables or probes, or fewer "
                "bits.",
                recall=buckets.recall,
                median=duration(buckets.median),
            )
        )
    return [*sentences, tr(finish.left_out)] if finish.left_out else sentences


def _about_lsh(lsh: live.Entrant, exact: live.Entrant) -> str:
    """Say how the index of the lessons did against the exact scan."""
    if lsh.median > exact.median:
        hashing = (
            tr(", of which {time} for hashing", time=duration(lsh.hash_seconds))
            if lsh.hash_seconds
            else ""
        )
        why = (
            tr(
                "but the exact scan compares all images in less time than Python needs to look "
                "into the buckets"
            )
            if lsh.candidates < 0.5 * exact.candidates
            else tr("and having to look into buckets first leaves nothing to win")
        )
        return tr(
            "**The readable LSH index loses to the exact scan**: {median}{hashing}, {ratio} as "
            "long, and it finds {recall:.0%}. It reads {share:.0%} of the gallery, {why}.",
            median=duration(lsh.median),
            hashing=hashing,
            ratio=times(lsh.median / exact.median),
            recall=lsh.recall,
            share=lsh.candidates / exact.candidates,
            why=why,
        )
    faster = times(exact.median / lsh.median)
    if lsh.recall < live.GOOD:
        return tr(
            "The readable LSH index is {faster} as fast as the exact scan, but finds only "
            "{recall:.0%} of the neighbours: that is no win.",
            faster=faster,
            recall=lsh.recall,
        )
    return tr(
        "The readable LSH index beats the exact scan: {faster} as fast, and it finds {recall:.0%}.",
        faster=faster,
        recall=lsh.recall,
    )


# Calibrate --------------------------------------------------------------------------------


def choice_verdict(choice: live.Choice) -> str:
    """Say whether the engine kept its word, and what it is worth."""
    wanted = choice.calibration.wanted
    if choice.measured >= wanted:
        outcome = tr("**It kept its word**")
    elif choice.measured + choice.margin >= wanted:
        outcome = tr("**It kept its word within the margin**")
    else:
        outcome = tr("**It fell short**")
    if choice.seconds < choice.exact_seconds:
        worth = tr(
            "{ratio} as fast as the exact scan",
            ratio=times(choice.exact_seconds / choice.seconds),
        )
    else:
        worth = tr(
            "{ratio} as slow as the exact scan: it loses",
            ratio=times(choice.seconds / choice.exact_seconds),
        )
    return tr(
        "{outcome}: wanted {wanted:.0%}, found {found:.1%}; {worth}.",
        outcome=outcome,
        wanted=wanted,
        found=choice.measured,
        worth=worth,
    )


def steps(choice: live.Choice, index: CodeIndex) -> list[str]:
    """Say what the engine does for a query, stage by stage."""
    settings = choice.calibration.settings
    assert isinstance(settings, CodeSearch)
    sketched, refined, reranked = choice.calibration.looked_at
    n_cells = len(index.centres)
    cells = (
        tr(
            "**Cells**: read the {n_read} nearest of {n_cells}, which hold "
            "{sketched:,} of {n:,} images.",
            n_read=settings.n_cells,
            n_cells=n_cells,
            sketched=sketched,
            n=len(index),
        )
        if n_cells > 1
        else tr(
            "**Cells**: one, with all {n:,} images; more don't pay in so small a gallery.",
            n=len(index),
        )
    )
    how_far = tr(": they also say how far an image lies from each") if index.lists.depth > 1 else ""
    return [
        cells,
        tr(
            "**Sketches**: of each, compare the first {n_bits} bits of its code: on "
            "which side of each hyperplane it lies. A bit counts as much as the query lies far "
            "from that hyperplane; about {refined:,} go on.",
            n_bits=64 * settings.n_words,
            refined=refined,
        ),
        tr(
            "**Codes**: of these, estimate the cosine from all {code_bits:,} bits, counted in the "
            "same way{how_far}. Two numbers an image make the estimates right on average (RaBitQ, "
            "Gao and Long 2024); about {reranked:,} go on.",
            code_bits=index.code_bits,
            how_far=how_far,
            reranked=reranked,
        ),
        tr(
            "**Rerank**: of these, the exact cosine. The best {k} are the hits.",
            k=choice.calibration.k,
        ),
    ]


def decades(a: float, b: float) -> float:
    """How many powers of ten lie between two numbers."""
    return log10(a / b)
