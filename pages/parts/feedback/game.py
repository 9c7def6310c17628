"""Relevance feedback on a page: the questions, the answers, and the ranking that follows them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import GalleryError, HashlightError
from core.evaluation.metrics import precision_at
from core.figures.feedback import precision_by_round
from core.figures.timing import long_duration
from core.files import file_digest
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.methods.base import Pictures
from core.methods.svm import FeedbackSession, SvmActiveLearning
from core.methods.visual_features import N_FEATURES
from core.progress import Progress
from core.search import find_by_digest
from pages.parts.feedback import rounds
from pages.parts.feedback.rounds import Game
from pages.ui import cards, charts, resources, view
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.inputs import Query
from pages.ui.question import ask, reveal
from pages.ui.view import View

AT = (10, 20)  # the n of precision@n
GUESSES = ("it gets better", "it stays as good", "it gets worse")
N_SHOWN = 10  # images of the ranking: those that precision@10 counts
FEWEST = 2  # images beside the query
_ASKED = "feedback-asked"  # in the session: game and round that the controls are of
FEATURE_NAMES = {"embeddings": "Embeddings", "colour": "Colour and texture"}
_SECONDS_PER_IMAGE = 0.015  # on a free core; only to say beforehand about how long it takes


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackSearch:
    """A query in a gallery, and how the game begins that is played with it."""

    query: Query
    gallery: Gallery
    ids: NDArray[np.int64]  # (N,) of the images that are searched: a row's id
    label: str | None  # the query's
    relevant: NDArray[np.bool_] | None  # (N,) has the query's label; None where there is none
    key: Hashable  # of the game
    start: Callable[[], FeedbackSession]


def begin(
    query: Query, gallery: Gallery, stored: StoredGallery, shown: View
) -> FeedbackSearch | None:
    """Get all that the rounds need, or show why there can be none and return None.

    Raises:
        HashlightError: the query is not an image, or has no embedding.
    """
    id = find_by_digest(gallery, file_digest(query.data)) if query.id is None else query.id
    row = None if id is None else _row(stored, id)
    label = None if id is None else gallery.items[id].label
    n_others = len(stored.ids) - (row is not None)
    if n_others < FEWEST:
        st.warning(
            f"Beside the query {plain(gallery.title)} has {n_others} other "
            f"image{'' if n_others == 1 else 's'}, too few to learn from; choose a larger gallery."
        )
        return None
    _choose_features(shown)
    method = None
    if shown.features == "colour" and (method := _colour_and_texture(gallery, stored)) is None:
        return None

    vectors = method.features if method else stored.of(shown.attention)
    vector = vectors[row] if row is not None else _describe(query, shown, method)
    key = (
        stored.gallery_digest,
        stored.embedder_digest,
        shown.features,
        shown.attention,
        file_digest(query.data),
    )
    return FeedbackSearch(
        query=query,
        gallery=gallery,
        ids=stored.ids,
        label=label,
        relevant=None if label is None else _has_label(gallery, stored.ids, label),
        key=key,
        start=lambda: FeedbackSession(vectors, vector, exclude=row),
    )


# What is known of the images ----------------------------------------------------------------


def _row(stored: StoredGallery, id: int) -> int:
    row = int(np.searchsorted(stored.ids, id))
    if row == len(stored.ids) or stored.ids[row] != id:
        raise GalleryError(f"This image has no embedding: {stored.failures[id]}")
    return row


def _has_label(gallery: Gallery, ids: NDArray[np.int64], label: str) -> NDArray[np.bool_]:
    return np.array([gallery.items[id].label == label for id in ids.tolist()])


def _features_changed(shown: View) -> None:
    view.show(replace(shown, features=st.session_state["features"]))


def _choose_features(shown: View) -> None:
    """Draw the choice of what is learned from; a change goes to the address."""
    st.session_state["features"] = shown.features  # the address is right, back included
    st.segmented_control(
        "What the SVM learns from",
        list(FEATURE_NAMES),
        format_func=FEATURE_NAMES.__getitem__,
        required=True,
        key="features",
        help="The paper's system [17] is older than such networks and knows colours and textures "
        "only.",
        on_change=_features_changed,
        args=(shown,),
    )
    answers = "Your answers stand in the address: a reload or a link keeps them."
    if shown.features == "embeddings":
        st.caption(
            f"The gallery's embeddings, attention *{shown.attention}*: they are here already. "
            "Where they rank well from the start, colour and texture leave more to learn. "
            + answers
        )
    else:
        st.caption(
            f"{N_FEATURES} numbers of colour and texture, as in the experiment with system [17]. "
            + answers
        )


def _colour_and_texture(gallery: Gallery, stored: StoredGallery) -> SvmActiveLearning | None:
    """Return the described gallery, or offer to describe it and return None."""

    def task(progress: Progress) -> SvmActiveLearning:
        method = SvmActiveLearning()
        nobody_asks = np.zeros(len(stored.ids), dtype=np.int64)
        method.fit(Pictures(gallery, stored.ids), nobody_asks, seed=0, progress=progress)
        return method

    n = len(stored.ids)
    work = resources.offered(
        "Measure colours and textures",
        f"The colours and textures of the {n:,} images are measured once and kept until the "
        f"app is restarted; it takes about {long_duration(n * _SECONDS_PER_IMAGE)} on a free core.",
        find=lambda: resources.described(gallery),
        start=lambda: resources.describe(gallery, task),
    )
    return work.result() if work else None


def _describe(query: Query, shown: View, method: SvmActiveLearning | None) -> NDArray[np.float32]:
    """Return the vector of a query that is not in the gallery."""
    if method is None:
        return resources.embedded_query(query.data, shown.attention).embedding
    return method.describe(resources.small_picture(query.data, max_side=resources.QUERY_SIDE))


# What is shown ------------------------------------------------------------------------------


@st.fragment
def play(search: FeedbackSearch, shown: View) -> None:
    """Play the rounds from where they stand; an answer redraws them and nothing above."""
    game = rounds.game(search.key, search.start)
    _guess(search, game)
    _summary(search, game)
    _questions(search, game)
    _ranking(search, game, shown)


def _summary(search: FeedbackSearch, game: Game) -> None:
    """Show the query, the round, and how good the ranking is where labels tell."""
    picture, numbers, chart = st.columns([2, 2, 4], gap="medium", vertical_alignment="top")
    precision = _precision(search, game)
    with picture, st.container(key="query-picture"):
        small = resources.small_picture(search.query.data, max_side=384)
        st.image(small, width="stretch", alt=f"Query: {search.query.title}", output_format="JPEG")
        st.caption(_told(search.query, search.label))
    answers = game.session.answers
    with numbers, st.grid(min_column_width=110, gap="small"):
        n_yes = sum(answers.values())
        st.metric(
            "Rounds",
            len(game.rounds),
            f"{n_yes} yes, {len(answers) - n_yes} no",
            delta_color="off",
            delta_arrow="off",
        )
        for n, values in precision.items():
            points = 100 * (values[-1] - values[-2]) if len(values) > 1 else 0
            st.metric(
                f"Precision@{n}",
                f"{values[-1]:.0%}",
                f"{points:+.0f} points" if round(points) else None,
                help=f"Share of the first {n} that has the query's label. Images that were "
                "answered about stay in the ranking, at the place that the SVM gives them.",
            )
    with chart:
        if precision:
            charts.chart(
                precision_by_round(precision),
                name="precision-by-round",
                key="precision",
                alt="Precision by round: "
                + "; ".join(
                    f"@{n} {', '.join(f'{value:.0%}' for value in values)}"
                    for n, values in precision.items()
                ),
            )
        else:
            st.info(
                "The query has no label, so nobody can count how good the ranking is: you are "
                "the judge."
            )


@st.fragment
def _guess(search: FeedbackSearch, game: Game) -> None:
    """Ask what one round will do to the ranking, and answer once there was one."""
    precision = _precision(search, game)
    if not precision:
        return
    n, values = max(precision.items())
    with st.container(border=True):
        guessed = ask(
            f"You say yes or no to ten pictures. What does this first round do to the first {n} "
            "of the ranking?",
            GUESSES,
            key="guess-round",
        )
        if guessed and len(values) == 1:
            st.caption("Now answer the round below, or let the labels do it.")
        elif guessed:
            before, after = values[:2]
            right = GUESSES[0 if after > before else 1 if after == before else 2]
            reveal(
                guessed,
                right=right,
                because=f"Precision@{n} was {before:.0%} and is {after:.0%} after the first round.",
            )


def _questions(search: FeedbackSearch, game: Game) -> None:
    """Show what the SVM asks about, and take the answers."""
    asked = game.session.to_ask()
    n_rounds = len(game.rounds)
    st.header(f"Round {n_rounds + 1}: what the SVM asks", anchor=False)
    if not len(asked):
        st.info("You have answered about every image: there is nothing left to ask.")
    elif game.session.has_boundary:
        st.caption("The images nearest to its boundary between yes and no: it is least sure here.")
    else:
        st.caption(
            "The images ranked first: as long as nothing was called not relevant there is no "
            "boundary, and images are ranked by how close they are to the query and to every yes."
        )
    if len(asked):
        _form(search, game, asked)
    with st.container(horizontal=True):
        if search.relevant is not None and len(asked):
            st.button(
                "Let the labels answer",
                icon=":material/sell:",
                help="Say yes to whatever has the query's label, as the simulated user of the "
                "experiment does.",
                on_click=rounds.add,
                args=(game.key, asked, search.relevant[asked]),
            )
        st.button(
            "Undo the last round",
            icon=":material/undo:",
            disabled=not n_rounds,
            on_click=rounds.undo,
            args=(game.key,),
        )
        st.button(
            "Start again",
            icon=":material/restart_alt:",
            disabled=not n_rounds,
            on_click=rounds.start_again,
        )


def _ranking(search: FeedbackSearch, game: Game, shown: View) -> None:
    """Show the first images of the ranking, and how each has moved in the last round."""
    n_rounds = len(game.rounds)
    st.header(
        f"The ranking after {n_rounds} round{'' if n_rounds == 1 else 's'}"
        if n_rounds
        else "The ranking before any answer",
        anchor=False,
    )
    before, answers = game.ranks_before(), game.session.answers
    if before:
        st.caption(
            f"▲ and ▼: places won and lost in the last round. New: was not among the first "
            f"{N_SHOWN}. A thumb is your answer."
        )
    with cards.grid("ranking"):
        for rank, row in enumerate(game.rankings[-1][:N_SHOWN].tolist(), start=1):
            id = int(search.ids[row])
            item = search.gallery.items[id]
            facts = f"**{rank}** {_moved(rank, before.get(row))} {_thumb(answers.get(row))}"
            cards.card(
                f"ranking-{rank}",
                search.gallery,
                id,
                facts=f"{facts}  \n{_label(search, row)}",
                link="Search with it",
                alt=f"Rank {rank}: {item.label or item.name}",
                shown=shown,
            )
    show_code(FeedbackSession.to_ask, FeedbackSession.ranking, FeedbackSession._score, precision_at)


def _form(search: FeedbackSearch, game: Game, asked: NDArray[np.intp]) -> None:
    names = {_control(place): row for place, row in enumerate(asked.tolist())}
    # The controls stay from round to round, which spares the browser much work; what was said in
    # them is of one round.
    if st.session_state.get(_ASKED) != (now := (game.key, game.rounds)):
        st.session_state[_ASKED] = now
        st.session_state.update(dict.fromkeys(names))
    with st.form(f"questions-{len(game.rounds)}", border=False):
        with cards.grid("asked", min_width=140):
            for place, row in enumerate(names.values()):
                _question(search, place, row)
        # An answer leads to the next round, whose button is another one and not pressed.
        if st.form_submit_button(
            "Answer",
            type="primary",
            icon=":material/check:",
            on_click=_answer,
            args=(game.key, names),
        ):
            st.warning("Nothing was answered; say yes or no below one image at least.")


def _question(search: FeedbackSearch, place: int, row: int) -> None:
    id = int(search.ids[row])
    item = search.gallery.items[id]
    with st.container(key=f"asked-{place}", gap="xsmall"):
        try:
            picture = resources.gallery_thumbnail(search.gallery, id)
            st.image(picture, width="stretch", alt=f"Asked: {item.label or item.name}")
        except HashlightError as error:
            st.caption(plain(str(error)))
        st.segmented_control(
            f"Is {plain(item.name)} relevant?",
            [True, False],
            format_func=lambda relevant: "Yes" if relevant else "No",
            label_visibility="collapsed",
            width="stretch",
            key=_control(place),
        )


def _control(place: int) -> str:
    """Name the control below the image in this place of a round, from 0."""
    return f"answer-{place}"


def _answer(key: Hashable, names: dict[str, int]) -> None:
    """Take what was answered as a round; images without an answer may be asked about again."""
    given = {row: st.session_state[name] for name, row in names.items()}
    given = {row: relevant for row, relevant in given.items() if relevant is not None}
    if given:
        rounds.add(key, np.array(list(given)), np.array(list(given.values())))


def _precision(search: FeedbackSearch, game: Game) -> dict[int, list[float]]:
    """precision@n after each round; of no n beyond the gallery's size, and none without labels."""
    relevant, rankings = search.relevant, game.rankings
    if relevant is None:
        return {}
    return {
        n: [precision_at(relevant[order], n) for order in rankings]
        for n in AT
        if n <= len(rankings[0])
    }


def _told(query: Query, label: str | None) -> str:
    title = plain(query.title)
    return title if label is None else f"{title} · label **{plain(label)}**"


def _moved(rank: int, before: int | None) -> str:
    """Say how a rank has changed: ▲ places won, ▼ lost."""
    if before is None or before == rank:
        return ""
    if before > N_SHOWN:
        return ":green[**new**]"
    return f":green[▲{before - rank}]" if before > rank else f":orange[▼{rank - before}]"


def _thumb(answer: bool | None) -> str:
    if answer is None:
        return ""
    return ":material/thumb_up:" if answer else ":material/thumb_down:"


def _label(search: FeedbackSearch, row: int) -> str:
    item = search.gallery.items[int(search.ids[row])]
    if search.relevant is None:
        return f":gray[{plain(item.label or item.name)}]"
    good = search.relevant[row]
    icon, colour = (":material/check:", "green") if good else (":material/close:", "orange")
    return f":{colour}[{icon} {plain(item.label or 'no label')}]"
