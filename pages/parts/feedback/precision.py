"""The query, the round, and how good the ranking is where labels tell."""

import streamlit as st

from core.evaluation.metrics import precision_at
from core.figures.feedback import precision_by_round
from core.language import later, tr, written
from pages.parts.feedback.rounds import Game
from pages.parts.feedback.search import FeedbackSearch
from pages.ui import charts, resources
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.question import ask, reveal
from pages.ui.tables import show_number

AT = (10, 20)  # the n of precision@n
GUESSES = (later("it gets better"), later("it stays as good"), later("it gets worse"))


def show_precision(search: FeedbackSearch, game: Game) -> None:
    """Show the query, the round, and how good the ranking is where labels tell."""
    picture, numbers, chart = st.columns([2, 2, 4], gap="medium", vertical_alignment="top")
    precision = precisions(search, game)
    with picture, st.container(key="query-picture"):
        small = resources.small_picture(search.query.data, max_side=384)
        st.image(
            small,
            width="stretch",
            alt=tr("Query: {title}", title=search.query.title),
            output_format="JPEG",
        )
        st.caption(_caption(search.query, search.label))
    answers = game.session.answers
    with numbers, st.grid(min_column_width=110, gap="small"):
        n_yes = sum(answers.values())
        show_number(
            tr("Rounds"),
            f"{len(game.rounds)}",
            tr(
                "{n_yes} yes, {n_no} no",
                n_yes=n_yes,
                n_no=len(answers) - n_yes,
            ),
        )
        for n, values in precision.items():
            points = 100 * (values[-1] - values[-2]) if len(values) > 1 else 0
            st.metric(
                tr("Precision@{n}", n=n),
                written(values[-1], ".0%"),
                tr("{points:+.0f} points", points=points) if round(points) else None,
                help=tr(
                    "Share of the first {n} that has the query's label. Images that were "
                    "answered about stay in the ranking, at the place that the SVM gives them.",
                    n=n,
                ),
            )
    with chart:
        if precision:
            charts.chart(
                precision_by_round(precision),
                name="precision-by-round",
                key="precision",
                alt=tr(
                    "Precision by round: {values}",
                    values="; ".join(
                        f"@{n} {', '.join(written(value, '.0%') for value in values)}"
                        for n, values in precision.items()
                    ),
                ),
            )
        else:
            st.info(
                tr(
                    "The query has no label, so nobody can count how good the ranking is: you are "
                    "the judge."
                )
            )


@st.fragment
def guess_the_first_round(search: FeedbackSearch, game: Game) -> None:
    """Ask what one round will do to the ranking, and answer once there was one."""
    precision = precisions(search, game)
    if not precision:
        return
    n, values = max(precision.items())
    with st.container(border=True):
        guessed = ask(
            tr(
                "You say yes or no to ten pictures. What does this first round do to the first {n} "
                "of the ranking?",
                n=n,
            ),
            GUESSES,
            key="guess-round",
        )
        if guessed and len(values) == 1:
            st.caption(tr("Now answer the round below, or let the labels do it."))
        elif guessed:
            before, after = values[:2]
            right = GUESSES[0 if after > before else 1 if after == before else 2]
            reveal(
                guessed,
                right=right,
                because=tr(
                    "Precision@{n} was {before:.0%} and is {after:.0%} after the first round.",
                    n=n,
                    before=before,
                    after=after,
                ),
            )


def precisions(search: FeedbackSearch, game: Game) -> dict[int, list[float]]:
    """precision@n after each round; of no n beyond the gallery's size, and none without labels."""
    relevant, rankings = search.relevant, game.rankings
    if relevant is None:
        return {}
    return {
        n: [precision_at(relevant[order], n) for order in rankings]
        for n in AT
        if n <= len(rankings[0])
    }


def _caption(query: Query, label: str | None) -> str:
    title = plain(query.title)
    if label is None:
        return title
    return f"{title} · {tr('label **{label}**', label=plain(label))}"
