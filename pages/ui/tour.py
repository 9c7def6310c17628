"""The guided tour: ten steps, about a minute each, from one query to whether LSH is worth it.

``tour=3`` in an address puts step 3 at the top of its page; on any other page, and with any
other value, it means nothing. A link within the page drops it from the address; the session
remembers it, so the tour ends only where one leaves it or goes to another page.
"""

from dataclasses import dataclass, field

import streamlit as st

_NAME = "tour"  # in the address
_IN_SESSION = "tour-step"  # in the session
_SET = {"K": "12", "L": "8", "probes": "8"}  # by hand, so that there is something to miss
_OWL = {"gallery": "scenes", "image": "owl/03.jpg"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TourStep:
    """One stop: a page in one exact state, what to look at there, and one thing to do."""

    title: str
    page: str
    look: str
    do: str
    state: dict[str, str] = field(default_factory=dict)  # of the page, as its address says it


STEPS = (
    TourStep(
        title="The query",
        page="pages/search.py",
        state=_OWL | _SET,
        look="One image goes in, the images most like it come out. **LSH** compares the query "
        "with a few candidates only; the **exact scan** beside it compares it with all 719.",
        do="*Neighbour recall@10* says that LSH found eight of the exact scan's ten. Before you "
        "scroll: which two did it miss, the nearest or the farthest?",
    ),
    TourStep(
        title="The embedding",
        page="pages/search.py",
        state={"gallery": "scenes", "sample": "china"},
        look="The network turns each image into an **embedding**: 256 numbers, an arrow of length "
        "1. The number beside a rank is the cosine between two such arrows, and all that *alike* "
        "means here.",
        do="The query is now a photograph of a palace, and the gallery has only paintings, none "
        "of a palace. Guess what the exact scan puts first, then compare its cosines with the "
        "owl's (0.84).",
    ),
    TourStep(
        title="Attention",
        page="pages/attention.py",
        state=_OWL,
        look="Before the embedding, **attention** weighs what the network sees: first its 2,048 "
        "channels, then the places of the picture.",
        do="Answer the question. Then drag along the channel gates: find a channel that sees the "
        "owl's face, and one that sees only the background.",
    ),
    TourStep(
        title="Hyperplanes",
        page="pages/hashing.py",
        look="A **hyperplane** through the middle cuts all embeddings in two: one bit each. In "
        "the plane it is a line. The bits together name a cell, the query's **bucket**.",
        do="Three lines spare all five neighbours. Predict how many a fourth and a fifth leave; "
        "then add them. Bring the lost ones back with more tables, or turn a line by its knob.",
    ),
    TourStep(
        title="Tables and probes",
        page="pages/hashing.py",
        state=_OWL | _SET | {"part": "Probes", "probes": "1"},
        look="The real thing: 8 tables of 12 hyperplanes. Reading only the query's own bucket in "
        "each finds little. A **probe** reads one more per table: the one beyond the hyperplane "
        "with the smallest **margin**.",
        do="Predict how many probes per table it takes to find half of the ten neighbours; then "
        "press *Next probe* until they are there.",
    ),
    TourStep(
        title="K and L",
        page="pages/hashing.py",
        state={"gallery": "scenes", **_SET, "part": "Bits and tables"},
        look="Two images that are theta apart share one bit with p = 1 − theta/π, and a bucket in "
        "one of L tables with 1 − (1 − p^K)^L: the orange curve, over the angles of this gallery.",
        do="Which one raises recall at less cost: four bits fewer, or twice as many tables? Try "
        "both, and compare the predicted dot products.",
    ),
    TourStep(
        title="A missed neighbour",
        page="pages/1_inspect.py",
        state=_OWL | _SET | {"part": "Missed"},
        look="Back to the owl. Two of its ten neighbours lay in no bucket that was read. For "
        "each you see the bits that lost it, and how close to the hyperplane they were.",
        do="Predict which neighbour is the cheapest to bring back. Then press one of its *Try* "
        "links, and see which others come along.",
    ),
    TourStep(
        title="Robustness",
        page="pages/robustness.py",
        state=_OWL | _SET,
        look="The same owl, turned, cut or blurred, has another embedding. Some bits flip, and "
        "one flipped bit is enough to leave a bucket.",
        do="Guess how many of the 96 bits a turn by 30 degrees flips. Then find the change that "
        "you hardly see and that costs the most bits.",
    ),
    TourStep(
        title="Against the paper",
        page="pages/results.py",
        state={"part": "Ranking"},
        look="The paper's systems, all built and measured again on the same photographs: its "
        "figures beside ours.",
        do="The paper puts CNN + attention + LSH clearly ahead of CNN + LSH. Predict whether our "
        "measurement agrees; *Claims* has the verdict, with its uncertainty.",
    ),
    TourStep(
        title="When LSH wins",
        page="pages/benchmark.py",
        look="In a gallery of 720 images the exact scan is fast too: nobody needs an index there. "
        "Its cost grows with N; what an index reads grows more slowly.",
        do="Predict from how many images on an index is worth it, and what it costs in recall. "
        "Then look it up.",
    ),
)


def link(number: int) -> tuple[str, dict[str, str]]:
    """Return the page of a step, from 1, and its address's parameters."""
    step = STEPS[number - 1]
    return step.page, step.state | {_NAME: str(number)}


def banner(page: str) -> None:
    """Draw the step that the visitor is at, if it is one of this page's."""
    number = _number(page)
    if number is None:
        st.session_state.pop(_IN_SESSION, None)
        return
    st.session_state[_IN_SESSION] = number
    if st.query_params.get(_NAME) != str(number):  # a link within the page has dropped it
        st.query_params[_NAME] = str(number)
    step = STEPS[number - 1]
    with st.container(border=True, key="tour", gap="xsmall"):
        st.markdown(f"**Step {number} of {len(STEPS)} · {step.title}.** {step.look}")
        st.markdown(f":material/arrow_forward: **Your turn.** {step.do}")
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if number > 1:
                _go(number - 1, "Back", ":material/chevron_left:")
            if number < len(STEPS):
                with st.container(key="go-on", width="content"):
                    _go(number + 1, f"Next: {STEPS[number].title}", ":material/chevron_right:")
            st.button("Leave the tour", type="tertiary", key="leave-tour", on_click=_leave)


def _number(page: str) -> int | None:
    """Return the number of the step that the address names, or else the session; None: none."""
    for name in (st.query_params.get(_NAME, ""), str(st.session_state.get(_IN_SESSION, ""))):
        here = [str(n) for n, step in enumerate(STEPS, 1) if step.page == page]
        if name in here:
            return int(name)
    return None


def _go(number: int, label: str, icon: str) -> None:
    page, params = link(number)
    st.page_link(page, label=label, icon=icon, query_params=params)


def _leave() -> None:
    st.session_state.pop(_IN_SESSION, None)
    st.query_params.pop(_NAME, None)
