"""What came out of it all, and a guess at where the time goes."""

from math import log

import streamlit as st

from core.errors import HashlightError
from core.evaluation import results
from pages.parts.results import verdicts
from pages.ui.question import question
from pages.ui.result_files import GALLERIES

SHARES = {"half": 1 / 2, "a fifth": 1 / 5, "a twentieth": 1 / 20, "a hundredth": 1 / 100}


def show_opening() -> None:
    """Say what came out of it all, or what belongs here."""
    try:
        experiment = results.load("experiment-corel1k", results.RESULTS)
    except HashlightError:  # the parts say what is wrong
        experiment = None
    if experiment:
        st.markdown(verdicts.opening(experiment, GALLERIES["corel1k"]))
    else:
        st.markdown(
            "Every table and figure of the paper's section 4 belongs here, its figures beside "
            "what this code measures on the same photographs."
        )


def ask_for_the_share() -> None:
    """Ask what of a query's time goes into the search, where that was measured."""
    try:
        measured = results.load("time-corel1k", results.RESULTS)
    except HashlightError:  # the part says what is wrong
        return
    if measured and (share := verdicts.search_share(measured, "1")):
        question(
            "Hashing is there to save time. Which share of the time of one query is the search "
            "itself: to hash, probe and rerank?",
            list(SHARES),
            right=min(SHARES, key=lambda it: abs(log(SHARES[it] / share))),
            because=f"{verdicts.where_time_goes(measured, '1')} All the rest is the network.",
            key="guess-time",
        )
