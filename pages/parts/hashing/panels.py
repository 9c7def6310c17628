"""How LSH works on a real gallery: what is shown, part by part; the lab has a file of its own."""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.bits import code_grid
from core.figures.hashing import bucket_ranks, hamming_scatter, probe_lines, retrieval_curve
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.index.exact import exact_scan
from core.index.lsh import Candidates, LSHIndex, Probe
from core.lessons import hashing as theory
from core.lessons.evidence import listed
from core.search import find_by_digest
from pages.ui import cards, charts, inputs, navigation, resources, view
from pages.ui.address import PartView, tied, write
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.question import question
from pages.ui.tables import show_table
from pages.ui.view import RANGES, View

FEWEST = 3  # images of a gallery
N_PAIRS = 300
N_MEMBERS = 12  # images of a bucket that are shown
# What a link says, and so short.
_WANTED = {"Same label": "images with the query's label", "Nearest": "the k nearest images"}
_ONE, _ALL = "One table", "All tables"


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What all parts are about: a gallery, its index, and the settings."""

    shown: View
    gallery: Gallery
    stored: StoredGallery

    def now(self) -> "Lesson":
        """The lesson as the address says it now: a part may be drawn again alone."""
        return replace(self, shown=view.parse(st.query_params))

    @property
    def index(self) -> LSHIndex:
        """The index that Search would use."""
        return resources.index(self.stored, self.shown.attention, self.shown.lsh)

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """(n, D)."""
        return self.stored.of(self.shown.attention)

    @property
    def n(self) -> int:
        """N."""
        return len(self.stored.ids)

    def item(self, row: int) -> Any:
        """The gallery's item in this row of the embeddings."""
        return self.gallery.items[int(self.stored.ids[row])]


def enough(lesson: Lesson) -> bool:
    """Tell whether the gallery is large enough to learn from, and say so where it isn't."""
    if lesson.n >= FEWEST:
        return True
    st.info(
        f"{plain(lesson.gallery.title)} has {lesson.n} image{'' if lesson.n == 1 else 's'} that "
        f"can be searched, too few for a lesson; choose a gallery of {FEWEST} or more."
    )
    return False


# Bits and tables ----------------------------------------------------------------------------


def coach(lesson: Lesson) -> None:
    """Predict and measure what K and L find and cost, and choose them."""
    _coach(lesson)
    show_code(theory.predict, theory.measure, theory.choose)


@st.fragment
def _coach(lesson: Lesson) -> None:
    lesson = lesson.now()
    shown, n = lesson.shown, lesson.n - 1
    kinds = list(_WANTED) if _has_labels(lesson) else ["Nearest"]
    top = st.container()
    kind = st.segmented_control(
        "What a look-up should find",
        kinds,
        required=True,
        **tied("find", kinds, kinds[0]),
        help="What people call alike, or the k images that the exact scan ranks first.",
    )
    sample = resources.pair_sample(
        lesson.gallery, lesson.stored, shown.attention, by_label=kind == "Same label", k=shown.k
    )
    predicted = theory.predict(sample, shown.K, shown.L)
    one_more = theory.predict(sample, shown.K + 1, shown.L)
    left = one_more.candidate_ratio / max(predicted.candidate_ratio, 1e-9)
    lost = 1 - one_more.recall / max(predicted.recall, 1e-9)
    answers = {"all of them": 1.0, "three in four": 0.75, "one in two": 0.5, "one in ten": 0.1}
    with top:
        question(
            "One bit more per key, and everything else as it is. How many candidates are left?",
            list(answers),
            right=min(answers, key=lambda answer: abs(answers[answer] - left)),
            because=f"From {shown.K} to {shown.K + 1} bits, {left:.0%} are left. Most images "
            "stand nearly at right angles to the query, and then the new bit agrees about every "
            f"other time. But {lost:.0%} of what should be found go with them: that is the trade.",
            key="guess-coach",
        )
    settings, outcome = st.columns([2, 3], gap="medium")
    with settings:
        inputs.setting(shown, "K")
        inputs.setting(shown, "L")
        wanted = st.slider(
            "Recall that you want",
            50,
            99,
            format="%d %%",
            **tied("wanted", range(50, 100), 90),
            help="The share of what should be found that is found.",
        )
        st.button(
            "Choose for me",
            type="primary",
            icon=":material/auto_awesome:",
            on_click=_choose,
            args=(shown, sample, wanted / 100),
            help="Of all K and L of the sliders that reach it by the curve, those with the "
            "fewest dot products: K·L for the hyperplanes, and one per candidate.",
        )
    with outcome:
        _predicted(lesson, sample, kind)
    st.caption(
        "Recall is the share of what should be found that is among the candidates, with one "
        "probe per table; more probes find more, see *Probes*. A look-up costs K·L dot products "
        "to hash and one per candidate to rerank. The chart shows the angles of "
        f"{len(sample.rows)} queries to all {n:,} other images; each histogram is as high as its "
        "highest degree. A good curve is high above the first and low above the second; where "
        "the two overlap, no K and L can tell them apart. The formula is the mean over all "
        "hyperplanes, the measured number comes from those of one seed: with a dozen hyperplanes "
        f"or more it lies within {100 * theory.ONE_SEED:.0f} percentage points of the formula. "
        "Change the seed in the sidebar and see it move."
    )


def _predicted(lesson: Lesson, sample: theory.PairSample, kind: str) -> None:
    """Show what the formula says of recall and cost, and what the index does."""
    shown, n = lesson.shown, lesson.n - 1
    predicted = theory.predict(sample, shown.K, shown.L)
    measured = theory.measure(sample, lesson.index)
    with st.grid(min_column_width=170, gap="small"):
        for what, is_predicted, is_measured in (
            ("recall", predicted.recall, measured.recall),
            ("candidate ratio", predicted.candidate_ratio, measured.candidate_ratio),
        ):
            st.metric(
                f"Predicted {what}",
                f"{is_predicted:.1%}",
                f"measured {is_measured:.1%}",
                delta_color="off",
                delta_arrow="off",
            )
        st.metric(
            "Predicted dot products",
            f"{theory.dot_products(predicted, n, shown.K, shown.L):,.0f}",
            f"exact scan {n:,}",
            delta_color="off",
            delta_arrow="off",
        )
    found = theory.retrieved_at(theory.CENTRES, shown.K, shown.L)
    charts.chart(
        retrieval_curve(found, sample.wanted_angles, sample.other_angles, name=_WANTED[kind]),
        name="retrieval-curve",
        key="retrieval-curve",
        alt=f"Probability to be found over the angle, for K={shown.K} and L={shown.L}; behind it "
        f"the angles of {_WANTED[kind]} and of all others. Predicted recall "
        f"{predicted.recall:.0%}, measured {measured.recall:.0%}.",
    )


def _choose(shown: View, sample: theory.PairSample, recall: float) -> None:
    every = {name: range(low, high + 1) for name, (low, high) in RANGES.items()}
    K, L = theory.choose(sample, recall, n_bits=every["K"], n_tables=every["L"])
    view.show(replace(shown, K=K, L=L))


def _has_labels(lesson: Lesson) -> bool:
    return any(item.label is not None for item in lesson.gallery.items)


# Theory against practice --------------------------------------------------------------------


def practice(lesson: Lesson) -> None:
    """Compare bits that differ with the angle, for real images."""
    question(
        "Two images are 60° apart. In how many of 12 random bits will they differ?",
        ["none", "about 4", "about 6", "all 12"],
        right="about 4",
        because="A random hyperplane passes between them with probability 60/180 = 1/3, so 4 of "
        "12 bits differ in the mean. The grey band says how far from the mean one draw can be.",
        key="guess-practice",
    )
    _pairs(lesson)
    show_code(theory.hamming_pairs, theory.binomial_band)


@st.fragment
def _pairs(lesson: Lesson) -> None:
    codes = st.segmented_control(
        "Bits that are compared",
        [_ONE, _ALL],
        required=True,
        **tied("bits", [_ONE, _ALL], _ONE),
    )
    hyperplanes = lesson.index.hyperplanes[: 1 if codes == _ONE else None]
    pairs = theory.hamming_pairs(lesson.embeddings, hyperplanes, N_PAIRS)
    n_pairs, n_bits = len(pairs.rows), pairs.n_bits
    pair = tied("pair", range(1, n_pairs + 1), _first_pair(n_pairs))
    chosen = st.slider("Pair, by rising angle; or click on a dot", 1, n_pairs, **pair) - 1
    low, high = theory.binomial_band(np.arange(181) / 180, n_bits)
    inside = theory.share_inside(pairs)
    charts.chart(
        hamming_scatter(
            pairs.degrees,
            pairs.different / n_bits,
            (low / n_bits, high / n_bits),
            chosen=chosen,
            texts=[" and ".join(lesson.item(row).name for row in pair) for pair in pairs.rows],
        ),
        name="hamming-distance-and-angle",
        key="hamming",
        on_click=lambda point: _pick(point, n_pairs),
        alt=f"Share of {n_bits} bits in which {n_pairs} pairs of images differ, over their angle: "
        f"{inside:.0%} lie within the band around the diagonal theta / pi.",
    )
    _pair(lesson, pairs, chosen)
    st.caption(
        f"{n_pairs} pairs of real images and {n_bits} bits: {inside:.0%} of the pairs lie in the "
        "band that holds 95 % of all draws of hyperplanes (Figure 7 of the paper, with real "
        "numbers). All pairs share the same hyperplanes, so they stray together; and a count of "
        "bits is whole, so the band holds a little more than 95 %. More bits, a narrower band: "
        "that is what the Hamming distance is worth as a ruler."
    )


def _pick(point: charts.Point, n_pairs: int) -> None:
    """Take the dot that was clicked on; the line and the band are none."""
    if point["curve"] == 3:
        st.session_state["pair"] = point["index"] + 1
        write("pair", _first_pair(n_pairs))


def _first_pair(n_pairs: int) -> int:
    """The pair that is shown until another is chosen: one that is not too far apart."""
    return n_pairs // 8 + 1


def _pair(lesson: Lesson, pairs: theory.HammingPairs, chosen: int) -> None:
    degrees, different = float(pairs.degrees[chosen]), int(pairs.different[chosen])
    low, high = theory.binomial_band(np.array([degrees / 180]), pairs.n_bits)
    with cards.grid("pair", min_width=150):
        for side, row in zip(("left", "right"), pairs.rows[chosen].tolist(), strict=True):
            _card(lesson, f"pair-{side}", int(lesson.stored.ids[row]))
        st.markdown(
            f"**{degrees:.1f}° apart**, so {degrees / 180:.0%} of the bits should differ: "
            f"{pairs.n_bits * degrees / 180:.1f} of {pairs.n_bits}, and in 95 % of all draws "
            f"{low[0]} to {high[0]}. Here **{different}** differ"
            + ("." if low[0] <= different <= high[0] else ": an exception.")
        )


# Probes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _LookUp:
    """A query's embedding, and what the exact scan says of it."""

    embedding: NDArray[np.float32]  # (D,)
    id: int | None  # in the gallery, where it is from there
    neighbours: NDArray[np.int64]  # (k,) ids, the nearest first


def _choose_and_look_up(lesson: Lesson, part: str) -> _LookUp:
    """Show the query, and find its true neighbours; the gallery's first image is the example.

    Raises:
        HashlightError: the address names a query that is not here, or no image.
    """
    shown = lesson.shown
    if shown.source is None:
        shown = shown.with_query("image", lesson.item(0).name)
    ids = lesson.stored.ids.tolist()
    picture, chooser = st.columns([1, 6], gap="medium", vertical_alignment="center")
    with chooser:
        inputs.choose_query(PartView.of(shown, part), lesson.gallery, ids, page=navigation.HASHING)
    query = inputs.query(shown, lesson.gallery)
    assert query is not None  # the view names one
    embedded = resources.embedded_query(query.data, shown.attention)
    with picture:
        small = resources.small_picture(query.data, max_side=120)
        st.image(small, alt=f"Query: {query.title}", output_format="JPEG")
    with chooser:
        said = f"The query is {plain(query.title)}"
        if lesson.shown.source is None:
            said += ", the gallery's first image, as an example; choose another one above"
        if query.is_upload:
            said += ". An upload can't be put in a link, so this page's address works only here"
        st.caption(f"{said}.")
    id = query.id
    if id is None:
        id = find_by_digest(lesson.gallery, embedded.image.digest)
    vectors = lesson.index.vectors
    hits = exact_scan(embedded.embedding, vectors, k=shown.k, exclude=id)
    return _LookUp(embedded.embedding, id, hits.ids)


def probes(lesson: Lesson) -> None:
    """Go through the buckets that a query reads, one more per table at each step."""
    index, it = lesson.index, _choose_and_look_up(lesson, "Probes")
    code = index.hash(it.embedding)
    candidates = index.candidates(code, n_probes=RANGES["probes"][1])
    steps = theory.probe_steps(candidates, it.neighbours, exclude=it.id)
    # The same look-up, blind to margins: all bits count alike.
    alike = replace(code, margins=np.ones_like(code.margins))
    blind = index.candidates(alike, n_probes=RANGES["probes"][1])
    unordered = theory.probe_steps(blind, it.neighbours, exclude=it.id)
    eight = min(8, len(steps.n_found)) - 1
    question(
        "The query's own bucket misses some of its neighbours. Which bucket should be read next?",
        ["the largest one", "the one beyond the nearest hyperplane", "the one with the next key"],
        right="the one beyond the nearest hyperplane",
        because="A neighbour lies close to the query, so the line that came between them is most "
        "likely one that the query nearly touches: its bit with the smallest margin. For this "
        f"query, {eight + 1} probes per table find {steps.n_found[eight]} of "
        f"{len(it.neighbours)} neighbours in this order, and {unordered.n_found[eight]} if "
        "margins are ignored.",
        key="guess-probes",
    )
    _stepper(lesson, it, candidates, steps, unordered)
    show_code(LSHIndex.candidates, theory.probe_steps)


@st.fragment
def _stepper(
    lesson: Lesson,
    it: _LookUp,
    candidates: Candidates,
    steps: theory.Steps,
    unordered: theory.Steps,
) -> None:
    """Show one step.

    Args:
        lesson: of the index.
        it: the query.
        candidates: what all steps find.
        steps: what each step brings.
        unordered: what it would bring if margins were ignored.
    """
    lesson = lesson.now()
    shown, k, n_steps = lesson.shown, len(it.neighbours), len(steps.n_found)
    step, code = min(shown.probes, n_steps), lesson.index.hash(it.embedding)
    _step_buttons(shown, n_steps)
    numbers = theory.probe_numbers(candidates).tolist()
    read = [
        probe for probe, number in zip(candidates.probes, numbers, strict=True) if number == step
    ]
    found = int(steps.n_found[step - 1])
    before = int(steps.n_found[step - 2]) if step > 1 else 0
    looked_at = int(steps.n_candidates[step - 1])
    before_n = int(steps.n_candidates[step - 2]) if step > 1 else 0
    with st.grid(min_column_width=150, gap="small"):
        for what, value, told in (
            (f"Neighbours found of {k}", found, f"{found - before:+} by this probe"),
            ("Candidates", looked_at, f"{looked_at - before_n:+,} by this probe"),
            ("Buckets read", step * shown.L, f"of {shown.L * 2**shown.K:,} keys"),
        ):
            st.metric(what, f"{value:,}", told, delta_color="off", delta_arrow="off")
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**Bits that probe {step} flips**, ringed; pale bits have small margins")
        marked = np.zeros(code.margins.shape, dtype=np.bool_)
        for probe in read:
            marked[probe.table, list(probe.flipped)] = True
        charts.chart(
            code_grid(code.margins, marked=marked, numbered=True),
            name="probed-bits",
            key="probed-bits",
            alt=f"The query's bits in {shown.L} tables. Probe {step} flips: "
            + "; ".join(f"table {probe.table + 1} {_bits(probe)}" for probe in read),
        )
    with right:
        total = max(1, lesson.n - (it.id is not None))
        charts.chart(
            probe_lines(
                steps.n_found / max(k, 1),
                unordered.n_found / max(k, 1),
                steps.n_candidates / total,
                step=step,
            ),
            name="recall-by-probes",
            key="probe-lines",
            alt=f"Neighbour recall over probes per table: {found} of {k} after {step}.",
        )
    newest = {*candidates.ids[steps.first == step].tolist()} - {it.id}
    new = {probe.table: newest & {*probe.ids.tolist()} for probe in read}
    show_table(
        [_row(probe, new[probe.table], shown.K, it.neighbours) for probe in read],
        alt=f"What probe {step} reads in each table.",
    )
    st.markdown(f"**The {k} true neighbours**, and the probe that found each")
    first = dict(zip(candidates.ids.tolist(), steps.first.tolist(), strict=True))
    with cards.grid("neighbours", min_width=96):
        for rank, id in enumerate(it.neighbours.tolist(), start=1):
            _card(lesson, f"neighbour-{rank}", id, facts=_found_by(first.get(id), step))


def _step_buttons(shown: View, n_steps: int) -> None:
    inputs.setting(shown, "probes")
    with st.container(horizontal=True):
        for label, icon, by in (("Back", "arrow_back", -1), ("Next probe", "arrow_forward", 1)):
            to = min(shown.probes, n_steps) + by
            st.button(
                label,
                icon=f":material/{icon}:",
                disabled=not 1 <= to <= n_steps,
                on_click=view.show,
                args=(replace(shown, probes=to),),
            )


def _row(
    probe: Probe, new: set[int], n_bits: int, neighbours: NDArray[np.int64]
) -> dict[str, object]:
    return {
        "table": probe.table + 1,
        "bits flipped": _bits(probe),
        "key": f"{probe.key:0{n_bits}b}",
        "cost, margins² summed": f"{probe.cost:.5f}",
        "images in the bucket": len(probe.ids),
        "new candidates": len(new),
        "neighbours won": len(new & set(neighbours.tolist())),
    }


def _bits(probe: Probe) -> str:
    return ", ".join(str(bit + 1) for bit in probe.flipped) or "none: its own bucket"


def _found_by(probe: int | None, step: int) -> str:
    if probe is not None and probe <= step:
        return f":green[:material/check: probe {probe}]"
    later = "not in 64 probes" if probe is None else f"not before probe {probe}"
    return f":orange[:material/close: {later}]"


# Buckets ------------------------------------------------------------------------------------


def buckets(lesson: Lesson) -> None:
    """Show the tables as they were built, and what one query meets in them."""
    index, it, shown = lesson.index, _choose_and_look_up(lesson, "Buckets"), lesson.shown
    code = index.hash(it.embedding)
    sizes = [index.bucket_sizes(table) for table in range(shown.L)]
    tables = [theory.table_statistics(table, shown.K) for table in sizes]
    largest = max(table.largest for table in tables)
    even = lesson.n / 2**shown.K
    answers = {"at most 4": 4, "5 to 20": 20, "21 to 100": 100, "more than 100": lesson.n}
    question(
        f"{lesson.n:,} images are spread over {2**shown.K:,} keys, {even:,.2g} per key if they "
        "were spread evenly. How many are in the fullest bucket?",
        list(answers),
        right=next(answer for answer, most in answers.items() if largest <= most),
        because=f"It holds {largest:,}. Hyperplanes through the origin don't spread images evenly: "
        "images of a kind lie in the same direction and fall together, which is the point, and "
        "other corners of space hold nothing at all.",
        key="guess-buckets",
    )
    built = _Tables([int(key) for key in code.keys], sizes, tables)
    _one_table(lesson, it, built)
    _every_table(lesson, it, built)
    show_code(LSHIndex.add, LSHIndex.candidates, theory.table_statistics)


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """The hash tables of an index and a query's place in them; one entry per table."""

    keys: list[int]  # the query's
    sizes: list[dict[int, int]]  # images by key
    statistics: list[theory.TableStatistics]


@st.fragment
def _one_table(lesson: Lesson, it: _LookUp, built: _Tables) -> None:
    """Show one table, and the query's bucket and the fullest one in it."""
    keys, sizes, tables = built.keys, built.sizes, built.statistics
    K, L, n = lesson.shown.K, lesson.shown.L, lesson.n
    in_vain = [
        t for t, key in enumerate(keys) if not {*lesson.index.bucket(t, key).tolist()} - {it.id}
    ]
    table = st.selectbox("Hash table", range(1, L + 1), **tied("table", range(1, L + 1), 1)) - 1
    st.caption(
        f"In {listed(in_vain, 'table')} the query's bucket holds no other image."
        if in_vain
        else "In every table the query's bucket holds other images."
    )
    told, own = (
        tables[table],
        [table_sizes.get(key, 0) for table_sizes, key in zip(sizes, keys, strict=True)],
    )
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        charts.chart(
            bucket_ranks(
                [list(table_sizes.values()) for table_sizes in sizes],
                own,
                table=table,
                n_gallery=n,
            ),
            name="bucket-sizes",
            key="bucket-ranks",
            alt=f"Sizes of the buckets of {L} tables. Table {table + 1} has {told.n_buckets} "
            f"buckets, the largest with {told.largest} images, the query's with {own[table]}.",
        )
    with numbers, st.grid(min_column_width=150, gap="small"):
        st.metric("Keys without an image", f"{told.empty_share:.1%}", help=f"Of {2**K:,}.")
        st.metric("Fullest bucket", f"{told.largest:,}", help="Images.")
        st.metric(
            "Images alone",
            f"{told.alone_share:.1%}",
            help="In their bucket: searched with one of them, this table would find nothing.",
        )
        st.metric(
            "Candidates per query",
            f"{told.mean_read:,.1f}",
            f"{(n - 1) / 2**K:,.2g} if spread evenly",
            delta_color="off",
            delta_arrow="off",
            help="From this table, in the mean over all images of the gallery.",
        )
    _members(lesson, it, table, keys[table], "own")
    _members(lesson, it, table, told.largest_key, "fullest")
    st.caption(
        f"A query that lands in the fullest bucket gets {told.largest / n:.1%} of the gallery as "
        "candidates from this table alone. Too few bits make such buckets common, and the "
        "look-up slides back into an exact scan; too many leave most images on their own."
    )


@st.fragment
def _every_table(lesson: Lesson, it: _LookUp, built: _Tables) -> None:
    """Offer a row for each table, sent to who opens the box."""
    box = st.expander(
        "The query in every table", key="every-table", type="compact", on_change="rerun"
    )
    if not box.open:
        return
    keys, sizes, tables = built.keys, built.sizes, built.statistics
    near = [np.isin(it.neighbours, lesson.index.bucket(t, key)) for t, key in enumerate(keys)]
    box.dataframe(
        [
            {
                "table": t + 1,
                "query's key": f"{key:0{lesson.shown.K}b}",
                "images in its bucket": sizes[t].get(key, 0),
                "true neighbours in it": int(near[t].sum()),
                "keys in use": tables[t].n_buckets,
                "fullest bucket": tables[t].largest,
            }
            for t, key in enumerate(keys)
        ],
        hide_index=True,
        alt="The query's bucket in every table.",
    )


def _members(lesson: Lesson, it: _LookUp, table: int, key: int, which: str) -> None:
    """Show what is in one bucket, beside the query.

    Args:
        lesson: of the index.
        it: the query.
        table: from 0.
        key: of the bucket.
        which: "own", the query's, or "fullest".
    """
    ids = [id for id in lesson.index.bucket(table, key).tolist() if id != it.id]
    n, K = len(ids), lesson.shown.K
    what = {"own": "The query's bucket", "fullest": "The fullest bucket"}[which]
    is_here = it.id in lesson.index.bucket(table, key)
    if n:
        images = f"{n:,} image{'s' if n > 1 else ''}{' beside the query' if is_here else ''}"
        images += f"; here are {N_MEMBERS}" if n > N_MEMBERS else ""
    else:
        images = (
            f"no image{' but the query' if is_here else ''}, so this table finds nothing. An "
            "empty bucket costs nothing and brings nothing: another table, or the bucket next "
            "door, has to help"
        )
    st.markdown(f"**{what}** has the key `{key:0{K}b}` and holds {images}.")
    near = set(it.neighbours.tolist())
    with cards.grid(f"bucket-{which}", min_width=96):
        for id in ids[:N_MEMBERS]:
            facts = ":green[:material/check: true neighbour]" if id in near else ""
            _card(lesson, f"{which}-{id}", id, facts=facts)


# Shared -------------------------------------------------------------------------------------


def _card(lesson: Lesson, key: str, id: int, *, facts: str = "") -> None:
    item = lesson.gallery.items[id]
    what = item.label or PurePath(item.name).name
    cards.card(
        key,
        lesson.gallery,
        id,
        facts=facts,
        link=what,
        alt=item.name,
        shown=lesson.shown,
    )
