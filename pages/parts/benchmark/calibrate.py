"""The engine chooses its settings for a wanted recall, here and now."""

import streamlit as st

from core.benchmark import live
from core.language import later, tr, written
from core.wording import duration
from pages.parts.benchmark import words
from pages.parts.benchmark.searched import choose_searched
from pages.ui import resources
from pages.ui.address import tied
from pages.ui.question import question
from pages.ui.view import View

SIZES = (1_000, 10_000, 50_000)
SHARES = {
    later("all"): 1.0,
    later("one in ten"): 0.1,
    later("one in a hundred"): 0.01,
    later("one in a thousand"): 0.001,
}


def show_calibration(shown: View) -> None:
    """Let the engine choose its settings.

    Raises:
        HashlightError: the gallery or the engine can't be had.
    """
    st.markdown(
        tr(
            "No formula knows how far a search must go in *this* gallery. So the engine tries it: "
            "it takes some hundred of the gallery's images as queries, finds their true "
            "neighbours by the exact scan, and chooses the settings with the least work that find "
            "enough of them."
        )
    )
    searched = choose_searched(shown, SIZES, name="of")
    if searched is None:
        return
    k = st.slider(tr("Hits, k"), 1, 50, width=360, **tied("hits", range(1, 51), 10))
    work = resources.chooser(searched.key, k, searched.take, searched.kernels)
    _choice(resources.finished(work))


@st.fragment
def _choice(chooser: live.Chooser) -> None:
    """Ask for a recall, and show what the engine makes of it."""
    n = len(chooser.index)
    asked = st.container()
    wanted = st.slider(
        tr("Neighbour recall that you want"),
        50,
        99,
        format="%d %%",
        **tied("wanted", range(50, 100), 95),
        help=tr("The share of the exact scan's top k that the engine should return."),
    )
    choice = chooser.choose(wanted / 100)
    found = choice.calibration
    rows = found.looked_at[-1]
    with asked:
        question(
            tr(
                "How many of the {n:,} embeddings must be read to find {wanted} % of the true "
                "neighbours?",
                n=n,
                wanted=wanted,
            ),
            list(SHARES),
            right=min(SHARES, key=lambda it: abs(words.decades(SHARES[it], rows / n))),
            because=tr(
                "{rows:,} of {n:,}, {share:.2%}. All others are ruled out by their codes, "
                "{code_bytes} bytes each instead of {vector_bytes:,}.",
                rows=rows,
                n=n,
                share=rows / n,
                code_bytes=chooser.index.code_bits // 8,
                vector_bytes=chooser.index.dim * 4,
            ),
            key="guess-calibrate",
        )
    with st.container(horizontal=True, gap="medium"):
        st.metric(tr("Wanted"), f"{wanted} %", border=True)
        st.metric(
            tr("Expected"),
            written(found.expected, ".1%"),
            f"± {written(found.margin, '.1%')}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=tr("For images of the gallery that the settings were not chosen with."),
        )
        st.metric(
            tr("Measured"),
            written(choice.measured, ".1%"),
            f"± {written(choice.margin, '.1%')}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=tr(
                "For {n_queries} queries that the engine has never seen.",
                n_queries=len(chooser.data.queries),
            ),
        )
        st.metric(
            tr("Time of one query"),
            duration(choice.seconds),
            tr("exact scan {time}", time=duration(choice.exact_seconds)),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    if not found.is_reached:
        st.warning(
            tr("No settings that were tried reach it; these are those that look at most."),
            icon=":material/warning:",
        )
    st.markdown(words.choice_verdict(choice))
    st.markdown(tr("**What it chose**"))
    st.markdown(
        "\n".join(
            f"{place}. {it}" for place, it in enumerate(words.steps(choice, chooser.index), start=1)
        )
    )
    st.caption(
        tr(
            "The choice took {seconds:.1f} s with the search for true neighbours, which is "
            "done once per gallery. ± is two standard errors. The engine aims a little higher than "
            "it is asked, so that other queries don't fall short.",
            seconds=found.seconds,
        )
    )
