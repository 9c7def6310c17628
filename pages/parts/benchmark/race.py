"""A race between the exact scan, the readable index and the engine, here and now."""

import secrets

import streamlit as st

from core.benchmark import live
from core.benchmark.race import WANTED, take_turns
from core.figures.query_times import QueryTimes, query_times
from core.index.lsh import LSHConfig
from core.language import tr, written
from core.wording import duration
from pages.parts.benchmark import words
from pages.parts.benchmark.searched import choose_searched
from pages.ui import address, charts, resources, view
from pages.ui.code import show_code
from pages.ui.question import ask
from pages.ui.view import View

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)

_BITS, _TABLES, _PROBES = (4, 16), (1, 32), (1, 64)
_FAIR_PROBES = 8
_ATTEMPT = "race-attempt"  # in the session


def show_race(shown: View) -> None:
    """Race here and now.

    Raises:
        HashlightError: the gallery or the engine can't be had.
    """
    st.markdown(
        tr(
            "Four ways to find the ten nearest neighbours, on the machine that runs this app: the "
            "**exact scan**, the **readable LSH index** of the lessons, and the **engine** in both "
            "of its modes. They answer the same queries in turns, on one thread."
        )
    )
    searched = choose_searched(shown, SIZES, name="images")
    if searched is None:
        return
    config, n_probes = _lsh(shown, searched.n)
    guess = ask(
        tr("Which is the fastest of those that find nine in ten neighbours?"),
        live.ORDER,
        key="guess-race",
    )
    # A race is this visitor's own: nobody should see the end before there is a guess.
    attempt = st.session_state.setdefault(_ATTEMPT, secrets.randbits(48))

    def start(attempt: int) -> resources.Work[live.Finish]:
        return resources.start_race(
            searched.key,
            config,
            n_probes,
            attempt=attempt,
            data=searched.take,
            kernels=searched.kernels,
        )

    def again() -> None:
        st.session_state[_ATTEMPT] += 1
        start(st.session_state[_ATTEMPT])

    work = resources.offered(
        "Race",
        tr("Takes up to {n} s.", n=15 if searched.n > 30_000 else 10),
        find=lambda: resources.find_race(searched.key, config, n_probes, attempt=attempt),
        start=lambda: start(attempt),
        icon=":material/sports_score:",
    )
    if work is None:
        return
    _finish(work.result(), guess)
    show_code(take_turns, live.winner)
    st.button(tr("Race again"), icon=":material/replay:", on_click=again)


def _lsh(shown: View, n: int) -> tuple[LSHConfig, int]:
    """Let the visitor set K, L and probes, which go to the address."""
    limits = {"K": _BITS, "L": _TABLES, "probes": _PROBES}
    labels = {
        "K": tr("Bits per hash code, K"),
        "L": tr("Hash tables, L"),
        "probes": tr("Probes per table"),
    }
    fair = live.fair_config(n)
    fits = {"K": fair.n_bits, "L": fair.n_tables, "probes": _FAIR_PROBES}
    chosen = {
        name: min(max(getattr(shown, name) or fits[name], low), high)
        for name, (low, high) in limits.items()
    }
    for name, value in chosen.items():
        address.follow(f"race-{name}", value)

    def changed() -> None:
        view.change(**{name: st.session_state[f"race-{name}"] for name in limits})

    def suit() -> None:
        view.change(K=0, L=0, probes=0)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        for name, (low, high) in limits.items():
            st.slider(labels[name], low, high, key=f"race-{name}", on_change=changed, width=220)
        st.button(
            tr("Suit them to N"),
            icon=":material/tune:",
            on_click=suit,
            help=tr("Buckets of about eight images, 16 tables, 8 probes in each."),
        )
    st.caption(
        tr(
            "K, L and probes are those of the two that have buckets. The engine's codes choose "
            "their own settings, for a neighbour recall of {wanted:.0%}.",
            wanted=WANTED,
        )
    )
    config = LSHConfig(n_bits=chosen["K"], n_tables=chosen["L"], seed=shown.seed)
    return config, chosen["probes"]


def _finish(finish: live.Finish, guess: str | None) -> None:
    """Show how a race ended."""
    best = live.winner(finish.entrants)
    if guess == best.name:
        st.success(tr("You guessed right."), icon=":material/check:")
    elif guess:
        st.info(
            tr("You guessed *{guess}*; it was *{right}*.", guess=guess, right=best.name),
            icon=":material/lightbulb:",
        )
    for sentence in words.race_verdict(finish):
        st.markdown(sentence)
    with st.container(horizontal=True, gap="medium"):
        for it in finish.entrants:
            st.metric(
                it.name,
                duration(it.median),
                tr("recall {recall:.0%}", recall=it.recall),
                delta_color="normal" if it.recall >= live.GOOD else "inverse",
                delta_arrow="off",
                border=True,
            )
    charts.chart(
        query_times(
            [
                QueryTimes(
                    label=tr("{method} · recall {recall:.0%}", method=it.name, recall=it.recall),
                    median=it.median,
                    seconds=it.seconds,
                    is_ours=not it.name.startswith(words.EXACT),
                )
                for it in finish.entrants
            ]
        ),
        name="race",
        key="race-times",
        alt=tr(
            "Median time of one query: {times}",
            times=", ".join(f"{it.name} {duration(it.median)}" for it in finish.entrants),
        ),
    )
    st.dataframe(
        [
            {
                tr("Method"): it.name,
                tr("Recall@{k}", k=finish.k): written(it.recall, ".3f"),
                tr("Compared exactly"): written(it.candidates, ",.0f"),
                tr("Build"): duration(it.build_seconds),
                tr("Queries"): f"{len(it.seconds)}",
                tr("Setting"): tr(it.setting),
            }
            for it in finish.entrants
        ],
        hide_index=True,
        height="content",
        column_config={tr("Method"): st.column_config.Column(pinned=True)},
    )
    st.caption(
        tr(
            "{n:,} embeddings of {dim} numbers. A dot is one query, the box holds the middle half "
            "of them. To choose the settings of the engine's codes is not part of building them. "
            "Whatever else runs on this machine is in these times: trust the ratios.",
            n=finish.n,
            dim=finish.dim,
        )
    )
