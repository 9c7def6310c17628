"""How a query knows when to stop: a promise of recall in the place of K, L and probes."""

import numpy as np
import streamlit as st

from core.figures.hashing import promise_lines
from core.index.lsh import LSHConfig
from core.index.promise import PrefixStep, PrefixTables, missing
from core.language import tr, written
from pages.parts.hashing.gallery import IndexedGallery
from pages.parts.hashing.query import LookedUp
from pages.ui import charts, resources
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.tables import show_number
from pages.ui.task import show_task

# Of any gallery: keys so long that hardly two images share one, and as many tables as Search has.
LONGEST = LSHConfig(n_bits=16, n_tables=24)
PROMISES = range(50, 100)  # percent


def show_promise(indexed: IndexedGallery, query: LookedUp) -> None:
    """Let a query read until it can promise a recall."""
    st.subheader(tr("How does it know when to stop?"), anchor=False)
    st.markdown(
        tr(
            "A number of probes promises nothing: for one query it is too few, for the next too "
            "many. Here is a rule that needs neither probes nor the right K and L. Every table is "
            "sorted by key, so what begins with the same 15 of 16 bits as the query lies side by "
            "side too: a bucket about twice as large. The query reads the buckets of its longest "
            "keys first, one in every table, and then leaves off one bit after the other."
        )
    )
    st.markdown(
        tr(
            "After each bucket it looks at the k-th best image that it has found, at an angle "
            "theta, and asks: **how likely is it that an image as near as this one was in none of "
            "my buckets?** Two images share one bit with a chance of p = 1 − theta/180°, and i "
            "bits with pⁱ, so it can reckon that. Once the chance is as small as you allow, it "
            "stops."
        )
    )
    _path(indexed, query)
    show_code(PrefixTables.query, missing)


@st.fragment
def _path(indexed: IndexedGallery, query: LookedUp) -> None:
    """Show what the query reads before it can promise as much as the slider says."""
    promise = st.slider(
        tr("Recall that is promised"),
        PROMISES[0],
        PROMISES[-1],
        format="%d %%",
        **tied("promise", PROMISES, 90),
        help=tr("Each true neighbour is found with this chance at least."),
    )
    shown, n_neighbours = indexed.shown, len(query.neighbours)
    built = (indexed.stored, shown.attention, LONGEST)
    tables = PrefixTables(resources.index(*built), resources.keys(*built))
    steps = tables.query(
        query.embedding, k=shown.k, recall=PROMISES[-1] / 100, exclude=query.id
    ).steps
    n_found = np.cumsum([np.isin(step.new, query.neighbours).sum() for step in steps])
    stop = _stop(steps, promise)
    last, n = steps[stop - 1], max(1, indexed.n - (query.id is not None))
    with st.grid(min_column_width=150, gap="small"):
        for what, value, note in (
            (
                tr("Buckets until it stops"),
                written(stop),
                tr("down to keys of {n_bits} bits", n_bits=last.length),
            ),
            (tr("Images compared"), written(last.n_read), tr("exact scan {n:,}", n=n)),
            (
                tr("Found of {k} neighbours", k=n_neighbours),
                f"{n_found[stop - 1]}",
                tr("promised {share:.0%}", share=promise / 100),
            ),
        ):
            show_number(what, value, note)
    _task(steps, promise, n)
    charts.chart(
        promise_lines(
            np.array([step.missing for step in steps]),
            1 - n_found / max(1, n_neighbours),
            np.array([step.n_read for step in steps]) / n,
            stop=stop,
            allowed=1 - promise / 100,
        ),
        name="promise",
        key="promise-lines",
        alt=tr(
            "The chance to have missed a neighbour, over the buckets read: after {stop:,} it is "
            "{chance:.1%}, with {n_read:,} of {n:,} images compared.",
            stop=stop,
            chance=last.missing,
            n_read=last.n_read,
            n=n,
        ),
    )
    st.caption(
        tr(
            "A promise is about all hyperplanes that could have been drawn: with those of one "
            "seed, one query may find less, and most find more, as nearer neighbours are missed "
            "less often than the k-th. More tables reach the same promise with longer keys, and "
            "so with fewer images compared (M. Aumüller and others, *PUFFINN*, ESA 2019)."
        )
    )


def _stop(steps: tuple[PrefixStep, ...], promise: int) -> int:
    """After how many buckets the promise can be given: all of them where it is the highest."""
    return next(
        (i for i, step in enumerate(steps, 1) if step.missing <= 1 - promise / 100), len(steps)
    )


def _task(steps: tuple[PrefixStep, ...], promise: int, n: int) -> None:
    """Ask for the highest promise that is cheaper than half of an exact scan."""
    n_read = {it: steps[_stop(steps, it) - 1].n_read for it in PROMISES}
    cheap = [it for it in PROMISES if 2 * n_read[it] <= n]
    if not cheap:
        return
    show_task(
        tr("Find the highest promise that compares at most half of the gallery."),
        is_done=promise == cheap[-1],
        now=tr("{share:.0%} compared", share=n_read[promise] / n),
    )
