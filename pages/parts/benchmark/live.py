"""What is measured while the visitor watches: a race, and the engine's choice of its settings."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.benchmark import live
from core.benchmark.data import DataSet
from core.benchmark.race import take_turns
from core.engine.kernels import readable
from core.figures.race import Times, race_times
from core.figures.timing import duration
from core.index.lsh import LSHConfig
from core.progress import Progress
from pages.parts.benchmark import words
from pages.ui import charts, errors, galleries, resources, view
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.question import ask, question
from pages.ui.view import View

DRAWN, REAL = "Drawn", "My gallery"
RACE_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
CHOICE_SIZES = (1_000, 10_000, 50_000)
MOST_READABLE = 10_000  # images, where the engine runs on NumPy alone

_BITS, _TABLES, _PROBES = (4, 16), (1, 32), (1, 64)
_ATTEMPT = "race-attempt"  # in the session


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What is searched."""

    key: str  # tells it from all others
    n: int
    take: Callable[[Progress], DataSet]


def loaded() -> Any:
    """Return the engine's inner loops; wait for them, with a bar, where they must be compiled.

    Raises:
        HashlightError: they can't be compiled.
    """
    work = resources.engine()
    told = st.empty()
    if not work.wait(0):
        told.caption(
            "The engine's inner loops are compiled once per machine, in about 12 s where it has "
            "nothing else to do. Another process does it, so no page and no query waits for it "
            "but this one; after a restart of the app they are only loaded."
        )
    loops = resources.finished(work)
    told.empty()
    if loops is readable:
        st.info(
            "numba can't be imported here, so the engine runs on NumPy alone: the same answers, "
            f"many times slower, on {MOST_READABLE:,} images at most.",
            icon=":material/hourglass_bottom:",
        )
    return loops


# What is searched -------------------------------------------------------------------------


def _field(shown: View, sizes: tuple[int, ...], loops: Any, *, name: str) -> Field | None:
    """Let the visitor choose what is searched; None where it can't be had yet."""
    if loops is readable:
        sizes = tuple(n for n in sizes if n <= MOST_READABLE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = st.segmented_control(
            "Embeddings",
            [DRAWN, REAL],
            required=True,
            **tied("embeddings", [DRAWN, REAL], DRAWN),
            help="Drawn from a seed, in clusters, in any number; or those of a gallery's images.",
        )
        if kind == DRAWN:
            n = st.select_slider(
                "Images in the gallery, N",
                sizes,
                format_func=lambda n: f"{n:,}",
                width=360,
                **tied(name, sizes, 10_000),
            )
            return Field(f"drawn-{n}", n, lambda progress: live.drawn(n, progress=progress))
        galleries.choose(shown)
    gallery = galleries.open_chosen(shown)
    stored = galleries.embeddings(gallery) if gallery else None
    if not gallery or not stored:
        return None
    rows, title = stored.of(shown.attention), errors.plain(gallery.title)
    data = live.held_out(title, rows)
    n, n_queries = len(data.gallery), len(data.queries)
    st.caption(
        f"{title}: {n_queries} of its {len(rows):,} images are set aside as queries, and the "
        f"other {n:,} are searched. Nobody who searches has seen the queries."
    )
    key = f"{stored.gallery_digest}-{stored.embedder_digest}-{shown.attention}"
    return Field(key, n, lambda progress: data)


# Race -------------------------------------------------------------------------------------


def race(shown: View) -> None:
    """Race here and now.

    Raises:
        HashlightError: the gallery or the engine can't be had.
    """
    st.markdown(
        "Four ways to find the ten nearest neighbours, on the machine that runs this app: the "
        "**exact scan**, the **readable LSH index** of the lessons, and the **engine** in both "
        "of its modes. They answer the same queries in turns, on one thread."
    )
    loops = loaded()
    field = _field(shown, RACE_SIZES, loops, name="images")
    if field is None:
        return
    config, n_probes = _lsh(shown, field.n)
    guess = ask(
        "Which is the fastest of those that find nine in ten neighbours?",
        live.ORDER,
        key="guess-race",
    )
    # A race is this visitor's own: nobody should see the end before there is a guess.
    attempt = st.session_state.setdefault(_ATTEMPT, secrets.randbits(48))

    def start(attempt: int) -> resources.Work[live.Finish]:
        return resources.start_race(
            field.key, config, n_probes, attempt=attempt, data=field.take, loops=loops
        )

    def again() -> None:
        st.session_state[_ATTEMPT] += 1
        start(st.session_state[_ATTEMPT])

    work = resources.offered(
        "Race",
        f"Takes up to {15 if field.n > 30_000 else 10} s.",
        find=lambda: resources.find_race(field.key, config, n_probes, attempt=attempt),
        start=lambda: start(attempt),
        icon=":material/sports_score:",
    )
    if work is None:
        return
    _finish(work.result(), guess)
    show_code(take_turns, live.winner)
    st.button("Race again", icon=":material/replay:", on_click=again)


def _lsh(shown: View, n: int) -> tuple[LSHConfig, int]:
    """Let the visitor set K, L and probes, which go to the address."""
    limits = {"K": _BITS, "L": _TABLES, "probes": _PROBES}
    labels = {
        "K": "Bits per hash code, K",
        "L": "Hash tables, L",
        "probes": "Probes per table",
    }
    chosen = {
        name: min(max(getattr(shown, name), low), high) for name, (low, high) in limits.items()
    }
    for name, value in chosen.items():
        st.session_state[f"race-{name}"] = value

    def changed() -> None:
        view.show(replace(shown, **{name: st.session_state[f"race-{name}"] for name in limits}))

    def suit() -> None:
        fit = live.suited(n)
        view.show(replace(shown, K=fit.n_bits, L=fit.n_tables, probes=8))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        for name, (low, high) in limits.items():
            st.slider(labels[name], low, high, key=f"race-{name}", on_change=changed, width=220)
        st.button(
            "Suit them to N",
            icon=":material/tune:",
            on_click=suit,
            help="Buckets of about eight images, 16 tables, 8 probes in each.",
        )
    st.caption(
        "K, L and probes are those of the two that have buckets. The engine's codes choose their "
        f"own settings, for a neighbour recall of {live.WANTED:.0%}."
    )
    config = LSHConfig(n_bits=chosen["K"], n_tables=chosen["L"], seed=shown.seed)
    return config, chosen["probes"]


def _finish(finish: live.Finish, guess: str | None) -> None:
    """Show how a race ended."""
    best = live.winner(finish.entrants)
    if guess == best.name:
        st.success("You guessed right.", icon=":material/check:")
    elif guess:
        st.info(f"You guessed *{guess}*; it was *{best.name}*.", icon=":material/lightbulb:")
    for sentence in words.race_verdict(finish):
        st.markdown(sentence)
    with st.container(horizontal=True, gap="medium"):
        for it in finish.entrants:
            st.metric(
                it.name,
                duration(it.median),
                f"recall {it.recall:.0%}",
                delta_color="normal" if it.recall >= live.GOOD else "inverse",
                delta_arrow="off",
                border=True,
            )
    charts.chart(
        race_times(
            [
                Times(
                    label=f"{it.name} · recall {it.recall:.0%}",
                    median=it.median,
                    seconds=it.seconds,
                    is_ours=not it.name.startswith(words.EXACT),
                )
                for it in finish.entrants
            ]
        ),
        name="race",
        key="race-times",
        alt="Median time of one query: "
        + ", ".join(f"{it.name} {duration(it.median)}" for it in finish.entrants),
    )
    st.dataframe(
        [
            {
                "Method": it.name,
                f"Recall@{finish.k}": f"{it.recall:.3f}",
                "Compared exactly": f"{it.candidates:,.0f}",
                "Build": duration(it.build_seconds),
                "Queries": f"{len(it.seconds)}",
                "Setting": it.setting,
            }
            for it in finish.entrants
        ],
        hide_index=True,
        height="content",
        column_config={"Method": st.column_config.Column(pinned=True)},
    )
    st.caption(
        f"{finish.n:,} embeddings of {finish.dim} numbers. A dot is one query, the box holds the "
        "middle half of them. Building the engine's codes includes choosing their settings. "
        "Whatever else runs on this machine is in these times: trust the ratios."
    )


# Calibrate --------------------------------------------------------------------------------


def calibrate(shown: View) -> None:
    """Let the engine choose its settings.

    Raises:
        HashlightError: the gallery or the engine can't be had.
    """
    st.markdown(
        "No formula knows how far a search must go in *this* gallery. So the engine tries it: it "
        "takes some hundred of the gallery's images as queries, finds their true neighbours by "
        "the exact scan, and chooses the settings with the least work that find enough of them."
    )
    loops = loaded()
    field = _field(shown, CHOICE_SIZES, loops, name="of")
    if field is None:
        return
    k = st.slider("Hits, k", 1, 50, width=360, **tied("hits", range(1, 51), 10))
    work = resources.chooser(field.key, k, field.take, loops)
    _choice(resources.finished(work))


@st.fragment
def _choice(chooser: live.Chooser) -> None:
    """Ask for a recall, and show what the engine makes of it."""
    n = len(chooser.index)
    asked = st.container()
    wanted = st.slider(
        "Neighbour recall that you want",
        50,
        99,
        format="%d %%",
        **tied("wanted", range(50, 100), 95),
        help="The share of the exact scan's top k that the engine should return.",
    )
    choice = chooser.choose(wanted / 100)
    found = choice.calibration
    rows = found.looked_at[-1]
    shares = {"all": 1.0, "one in ten": 0.1, "one in a hundred": 0.01, "one in a thousand": 0.001}
    with asked:
        question(
            f"How many of the {n:,} embeddings must be read to find {wanted} % of the true "
            "neighbours?",
            list(shares),
            right=min(shares, key=lambda it: abs(words.decades(shares[it], rows / n))),
            because=f"{rows:,} of {n:,}, {rows / n:.2%}. All others are ruled out by their codes, "
            f"{chooser.index.n_words * 8} bytes each instead of {chooser.index.dim * 4:,}.",
            key="guess-calibrate",
        )
    with st.container(horizontal=True, gap="medium"):
        st.metric("Wanted", f"{wanted} %", border=True)
        st.metric(
            "Expected",
            f"{found.expected:.1%}",
            f"± {found.margin:.1%}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="For images of the gallery that the settings were not chosen with.",
        )
        st.metric(
            "Measured",
            f"{choice.measured:.1%}",
            f"± {choice.margin:.1%}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=f"For {len(chooser.data.queries)} queries that the engine has never seen.",
        )
        st.metric(
            "Time of one query",
            duration(choice.seconds),
            f"exact scan {duration(choice.exact_seconds)}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    if not found.is_reached:
        st.warning(
            "No settings that were tried reach it; these are the most thorough ones.",
            icon=":material/warning:",
        )
    st.markdown(words.choice_verdict(choice))
    st.markdown("**What it chose**")
    st.markdown(
        "\n".join(
            f"{place}. {it}" for place, it in enumerate(words.steps(choice, chooser.index), start=1)
        )
    )
    st.caption(
        f"The choice took {found.seconds:.1f} s with the search for true neighbours, which is "
        "done once per gallery. ± is two standard errors. The engine aims a little higher than "
        "it is asked, so that other queries don't fall short."
    )
