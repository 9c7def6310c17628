"""The hash tables as they were built, and what one query meets in them (Figures 8 and 9)."""

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np
import streamlit as st

from core.figures.hashing import bucket_ranks
from core.index.lsh import LSHIndex
from core.language import later, tr, written
from core.lessons import hashing as theory
from core.lessons.evidence import listed
from core.wording import count
from pages.parts.hashing.gallery import IndexedGallery
from pages.parts.hashing.query import LookedUp, choose_and_look_up
from pages.ui import charts
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.grid import Fact, show_grid
from pages.ui.question import question
from pages.ui.tables import show_number

N_MEMBERS = 12  # images of a bucket that are shown
_FULLEST = {  # at most so many images
    later("at most 4"): 4,
    later("5 to 20"): 20,
    later("21 to 100"): 100,
    later("more than 100"): inf,
}


def show_buckets(indexed: IndexedGallery) -> None:
    """Show the tables as they were built, and what one query meets in them."""
    index, query, shown = indexed.index, choose_and_look_up(indexed, "Buckets"), indexed.shown
    code = index.hash(query.embedding)
    sizes = [index.bucket_sizes(table) for table in range(shown.L)]
    tables = [theory.table_statistics(table, shown.K) for table in sizes]
    largest = max(table.largest for table in tables)
    even = indexed.n / 2**shown.K
    question(
        tr(
            "{n:,} images are spread over {n_keys:,} keys, {even:,.2g} per key if they "
            "were spread evenly. How many are in the fullest bucket?",
            n=indexed.n,
            n_keys=2**shown.K,
            even=even,
        ),
        list(_FULLEST),
        right=next(answer for answer, most in _FULLEST.items() if largest <= most),
        because=tr(
            "It holds {largest:,}. Hyperplanes through the origin don't spread images evenly: "
            "images of a kind lie in the same direction and fall together, which is the point, and "
            "other corners of space hold nothing at all.",
            largest=largest,
        ),
        key="guess-buckets",
    )
    built = _Tables([int(key) for key in code.keys], sizes, tables)
    _one_table(indexed, query, built)
    _every_table(indexed, query, built)
    show_code(LSHIndex.add, LSHIndex.candidates, theory.table_statistics)


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """The hash tables of an index and a query's place in them; one entry per table."""

    keys: list[int]  # the query's
    sizes: list[dict[int, int]]  # images by key
    statistics: list[theory.TableStatistics]


@st.fragment
def _one_table(indexed: IndexedGallery, query: LookedUp, built: _Tables) -> None:
    """Show one table, and the query's bucket and the fullest one in it."""
    keys, sizes, tables = built.keys, built.sizes, built.statistics
    K, L, n = indexed.shown.K, indexed.shown.L, indexed.n
    in_vain = [
        t for t, key in enumerate(keys) if not {*indexed.index.bucket(t, key).tolist()} - {query.id}
    ]
    table = st.selectbox(tr("Hash table"), range(1, L + 1), **tied("table", range(1, L + 1), 1)) - 1
    st.caption(
        tr(
            "In {tables} the query's bucket holds no other image.",
            tables=listed(in_vain, "table"),
        )
        if in_vain
        else tr("In every table the query's bucket holds other images.")
    )
    statistics = tables[table]
    own = [table_sizes.get(key, 0) for table_sizes, key in zip(sizes, keys, strict=True)]
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
            alt=tr(
                "Sizes of the buckets of {n_tables} tables. Table {table} has "
                "{n_buckets} buckets, the largest with {largest} images, "
                "the query's with {own}.",
                n_tables=L,
                table=table + 1,
                n_buckets=statistics.n_buckets,
                largest=statistics.largest,
                own=own[table],
            ),
        )
    with numbers, st.grid(min_column_width=150, gap="small"):
        st.metric(
            tr("Keys without an image"),
            written(statistics.empty_share, ".1%"),
            help=tr("Of {n_keys:,}.", n_keys=2**K),
        )
        st.metric(tr("Fullest bucket"), written(statistics.largest), help=tr("Images."))
        st.metric(
            tr("Images alone"),
            written(statistics.alone_share, ".1%"),
            help=tr("In their bucket: searched with one of them, this table would find nothing."),
        )
        show_number(
            tr("Candidates per query"),
            written(statistics.mean_read, ",.1f"),
            tr("{even:,.2g} if spread evenly", even=(n - 1) / 2**K),
            help=tr("From this table, on average over all images of the gallery."),
        )
    _members(indexed, query, table, keys[table], "own")
    _members(indexed, query, table, statistics.largest_key, "fullest")
    st.caption(
        tr(
            "A query that lands in the fullest bucket gets {share:.1%} of the gallery as "
            "candidates from this table alone. Too few bits make such buckets common, and the "
            "look-up slides back into an exact scan; too many leave most images on their own.",
            share=statistics.largest / n,
        )
    )


@st.fragment
def _every_table(indexed: IndexedGallery, query: LookedUp, built: _Tables) -> None:
    """Offer a row for each table, sent to who opens the box."""
    box = st.expander(
        tr("The query in every table"), key="every-table", type="compact", on_change="rerun"
    )
    if not box.open:
        return
    keys, sizes, tables = built.keys, built.sizes, built.statistics
    near = [np.isin(query.neighbours, indexed.index.bucket(t, key)) for t, key in enumerate(keys)]
    box.dataframe(
        [
            {
                tr("table"): t + 1,
                tr("query's key"): f"{key:0{indexed.shown.K}b}",
                tr("images in its bucket"): sizes[t].get(key, 0),
                tr("true neighbours in it"): int(near[t].sum()),
                tr("keys in use"): tables[t].n_buckets,
                tr("fullest bucket"): tables[t].largest,
            }
            for t, key in enumerate(keys)
        ],
        hide_index=True,
        alt=tr("The query's bucket in every table."),
    )


def _members(
    indexed: IndexedGallery,
    query: LookedUp,
    table: int,
    key: int,
    which: Literal["own", "fullest"],
) -> None:
    """Show what is in one bucket, beside the query.

    Args:
        indexed: of the index.
        query: with its neighbours.
        table: from 0.
        key: of the bucket.
        which: "own", the query's, or "fullest".
    """
    ids = [id for id in indexed.index.bucket(table, key).tolist() if id != query.id]
    is_here = query.id in indexed.index.bucket(table, key)
    about = {"key": f"{key:0{indexed.shown.K}b}", "images": _held(len(ids), is_here=is_here)}
    st.markdown(
        tr("**The query's bucket** has the key `{key}` and holds {images}.", **about)
        if which == "own"
        else tr("**The fullest bucket** has the key `{key}` and holds {images}.", **about)
    )
    near = set(query.neighbours.tolist())
    neighbour = (Fact(tr("true neighbour"), "good"),)
    show_grid(
        f"bucket-{which}",
        [indexed.tile(id, *(neighbour if id in near else ())) for id in ids[:N_MEMBERS]],
    )


def _held(n: int, *, is_here: bool) -> str:
    """Say what a bucket holds: so many images beside the query, which may be here too."""
    if n:
        images = count(n, "image")
        if is_here:
            images = tr("{images} beside the query", images=images)
        if n > N_MEMBERS:
            images = tr("{images}; here are {n}", images=images, n=N_MEMBERS)
        return images
    return tr(
        "{nothing}, so this table finds nothing. An empty bucket costs nothing and brings nothing: "
        "another table, or the bucket next door, has to help",
        nothing=tr("no image but the query") if is_here else tr("no image"),
    )
