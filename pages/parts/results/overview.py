"""What came out of it all, and a guess at where the time goes."""

from math import log

import streamlit as st

from core.errors import HashlightError
from core.evaluation import results
from core.language import later, tr
from core.paper.references import PAPER
from core.wording import count
from pages.parts.results import story, verdicts
from pages.ui.question import question
from pages.ui.result_files import GALLERIES, Result

SHARES = {
    later("half"): 1 / 2,
    later("a fifth"): 1 / 5,
    later("a twentieth"): 1 / 20,
    later("a hundredth"): 1 / 100,
}


def show_opening() -> None:
    """Say what came out of it all, or what belongs here."""
    try:
        experiment = results.load("experiment-corel1k", results.RESULTS)
    except HashlightError:  # the parts say what is wrong
        experiment = None
    if experiment:
        st.markdown(
            tr(
                "The paper, by [Luo, Li, Ma and Zhang (2022)]({url}), builds a search from three "
                "parts: a network, attention (CBAM [16]) and hashing (LSH). We built all of it "
                "again, and measured it on {gallery} over {splits}.",
                url=PAPER.url,
                gallery=GALLERIES["corel1k"],
                splits=count(len(experiment["seeds"]), "random split"),
            )
        )
        chapters = story.chapters(experiment, _times())
        for column, chapter in zip(st.columns(len(chapters)), chapters, strict=True):
            with column.container(border=True, height="stretch"):
                st.markdown(chapter.told)
    else:
        st.markdown(
            tr(
                "Every table and figure of the paper's section 4 belongs here, its figures beside "
                "what this code measures on the same photographs."
            )
        )


def ask_for_the_share() -> None:
    """Ask what of a query's time goes into the search, where that was measured."""
    measured = _times()
    if measured and (share := verdicts.search_share(measured, "1")):
        question(
            tr(
                "Hashing is there to save time. Which share of the time of one query is the search "
                "itself: to hash, probe and rerank?"
            ),
            list(SHARES),
            right=min(SHARES, key=lambda it: abs(log(SHARES[it] / share))),
            because=tr(
                "{times} All the rest is the network.",
                times=verdicts.where_time_goes(measured, "1"),
            ),
            key="guess-time",
        )


def _times() -> Result | None:
    """Return what the times of a query are, where they were measured."""
    try:
        return results.load("time-corel1k", results.RESULTS)
    except HashlightError:  # the part says what is wrong
        return None
