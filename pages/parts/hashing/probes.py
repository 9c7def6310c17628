"""The buckets that a query reads, one more per table at each step."""

from math import ceil

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.bits import code_grid
from core.figures.hashing import probe_lines
from core.index.lsh import Candidates, LSHIndex, Probe
from core.language import later, tr, written
from core.lessons import hashing as theory
from pages.parts.hashing.gallery import IndexedGallery
from pages.parts.hashing.promise import show_promise
from pages.parts.hashing.query import LookedUp, choose_and_look_up
from pages.ui import charts, inputs, tour, view
from pages.ui.code import show_code
from pages.ui.grid import Fact, show_grid
from pages.ui.question import question
from pages.ui.tables import show_number, show_table
from pages.ui.task import show_task
from pages.ui.view import RANGES, View

_NEAREST = later("beyond the nearest hyperplane")
_NEXT = (later("the largest"), _NEAREST, later("with the next key"))


def show_probes(indexed: IndexedGallery) -> None:
    """Go through the buckets that a query reads, one more per table at each step."""
    index, query = indexed.index, choose_and_look_up(indexed, "Probes")
    code = index.hash(query.embedding)
    candidates = index.candidates(code, n_probes=RANGES["probes"][1])
    steps = theory.probe_steps(candidates, query.neighbours, exclude=query.id)
    question(
        tr("The query's bucket misses neighbours. Which should be read next?"),
        _NEXT,
        right=_NEAREST,
        because=tr(
            "A close neighbour most likely lies beyond a hyperplane that the query nearly touches. "
            "Its *margin*, the distance, is small, and that bit *fragile*. The most fragile bits "
            "are flipped first."
        ),
        key="guess-probes",
    )
    if tour.shows("stepper"):
        _stepper(indexed, query, candidates, steps)
        show_code(LSHIndex.candidates, theory.probe_steps)
    if tour.shows("promise"):
        show_promise(indexed, query)


def _stepper(
    indexed: IndexedGallery,
    query: LookedUp,
    candidates: Candidates,
    steps: theory.Steps,
) -> None:
    """Show one step.

    Args:
        indexed: with the settings.
        query: with its neighbours.
        candidates: what all steps find.
        steps: what each step brings.
    """
    shown, k, n_steps = indexed.shown, len(query.neighbours), len(steps.n_found)
    total = max(1, indexed.n - (query.id is not None))
    index, step = indexed.index, min(shown.probes, n_steps)
    code = index.hash(query.embedding)
    keys = index.functions.keys(index.vectors.rows(query.neighbours))
    unordered = theory.found_in_any_order(np.bitwise_count(keys ^ code.keys), shown.K, step)
    _step_buttons(shown, n_steps)
    turns = theory.probe_numbers(candidates).tolist()
    read = [probe for probe, turn in zip(candidates.probes, turns, strict=True) if turn == step]
    found = int(steps.n_found[step - 1])
    before = int(steps.n_found[step - 2]) if step > 1 else 0
    looked_at = int(steps.n_candidates[step - 1])
    before_n = int(steps.n_candidates[step - 2]) if step > 1 else 0
    numbers = [
        (
            tr("Neighbours found of {k}", k=k),
            found,
            tr("{more:+,} new", more=found - before),
        ),
        (
            tr("Candidates"),
            looked_at,
            tr("{more:+,} new", more=looked_at - before_n),
        ),
    ]
    if tour.shows("words"):
        of_keys = tr("of {n_keys:,} keys", n_keys=shown.L * 2**shown.K)
        numbers.append((tr("Buckets read"), step * shown.L, of_keys))
    with st.grid(min_column_width=150, gap="small"):
        for what, value, note in numbers:
            show_number(what, written(value), note)
    _task(steps, step, k, by_hand="probes" not in shown.fitted)
    left, right = st.columns(2, gap="medium")
    with left:
        ringed = tr("Ringed: **bits that probe {step} flips**; pale: small margins", step=step)
        st.markdown(ringed if step > 1 else tr("**The query's bits**; pale: small margins"))
        marked = np.zeros(code.margins.shape, dtype=np.bool_)
        for probe in read:
            marked[probe.table, list(probe.flipped)] = True
        charts.chart(
            code_grid(code.margins, marked=marked),
            key="probed-bits",
            alt=tr(
                "The query's bits in {n_tables} tables. Probe {step} flips: {flips}",
                n_tables=shown.L,
                step=step,
                flips="; ".join(
                    tr("table {table} {bits}", table=probe.table + 1, bits=_bits(probe))
                    for probe in read
                ),
            ),
        )
    with right:
        if tour.shows("words"):
            charts.chart(
                probe_lines(
                    steps.n_found[:step] / max(k, 1),
                    unordered / max(k, 1),
                    steps.n_candidates[:step] / total,
                ),
                alt=tr(
                    "Neighbour recall over probes per table: {found} of {k} after {step}; with the "
                    "bits in any order, {unordered:.1f} on average.",
                    found=found,
                    k=k,
                    step=step,
                    unordered=unordered[-1],
                ),
                name="recall-by-probes",
                key="probe-lines",
            )
            in_any = tr("In any order: {unordered:.1f} found on average.", unordered=unordered[-1])
            st.caption(in_any)
    if tour.shows("words"):
        newest = {*candidates.ids[steps.first == step].tolist()} - {query.id}
        _buckets(read, newest, shown.K, query.neighbours, step)
    st.markdown(tr("**The {k} neighbours**", k=k))
    first = dict(zip(candidates.ids.tolist(), steps.first.tolist(), strict=True))
    ids = query.neighbours.tolist()
    show_grid("neighbours", [indexed.tile(id, _found_by(first.get(id), step)) for id in ids])


def _buckets(
    read: list[Probe], newest: set[int], n_bits: int, neighbours: NDArray[np.int64], step: int
) -> None:
    """Say what is in the buckets; an image that several hold counts for the first of them."""
    rows = []
    for probe in read:
        new = newest & {*probe.ids.tolist()}
        newest = newest - new
        rows.append(_row(probe, new, n_bits, neighbours))
    show_table(rows, alt=tr("What probe {step} reads in each table.", step=step))
    st.caption(
        tr(
            "An image that several of these buckets hold is a new candidate of the first alone. "
            "*Any order* is the average over all orders with the fewest flipped bits first. A "
            "neighbour may still lie beyond a hyperplane far from the query; then any order may "
            "find it sooner."
        )
    )


def _task(steps: theory.Steps, step: int, k: int, *, by_hand: bool) -> None:
    """Ask for the fewest probes that find what nine in ten of all probes do, set by hand."""
    wanted = ceil(0.9 * int(steps.n_found[-1]))
    if not wanted:
        return
    fewest = int((steps.n_found >= wanted).argmax()) + 1
    found = int(steps.n_found[step - 1])
    show_task(
        tr(
            "Find {wanted} of the {k} neighbours in as few probes as possible.",
            wanted=wanted,
            k=k,
        ),
        is_done=by_hand and step == fewest,
        now=(
            tr("{n} found, and fewer probes are enough", n=found)
            if step > fewest
            else tr("{n} found", n=found)
        ),
    )


def _step_buttons(shown: View, n_steps: int) -> None:
    if tour.shows("choice"):
        inputs.say_who_chose(shown, ("probes",))
        inputs.setting(shown, "probes")
    with st.container(horizontal=True):
        for label, icon, by in (
            (tr("Back"), "arrow_back", -1),
            (tr("Next probe"), "arrow_forward", 1),
        ):
            to = min(shown.probes, n_steps) + by
            st.button(
                label,
                icon=f":material/{icon}:",
                disabled=not 1 <= to <= n_steps,
                on_click=_read,
                args=(to,),
            )


def _read(n_probes: int) -> None:
    view.change(probes=n_probes)


def _row(
    probe: Probe, new: set[int], n_bits: int, neighbours: NDArray[np.int64]
) -> dict[str, object]:
    return {
        tr("table"): probe.table + 1,
        tr("bits flipped"): _bits(probe),
        tr("key"): f"{probe.key:0{n_bits}b}",
        tr("cost, margins² summed"): written(probe.cost, ".5f"),
        tr("images in the bucket"): len(probe.ids),
        tr("new candidates"): len(new),
        tr("neighbours won"): len(new & set(neighbours.tolist())),
    }


def _bits(probe: Probe) -> str:
    return ", ".join(str(bit + 1) for bit in probe.flipped) or tr("none: its own bucket")


def _found_by(probe: int | None, step: int) -> Fact:
    if probe is not None and probe <= step:
        return Fact(tr("probe {number}", number=probe), "good")
    if probe is None:
        return Fact(tr("not in {n} probes", n=RANGES["probes"][1]), "bad")
    return Fact(tr("not yet"), "bad")
