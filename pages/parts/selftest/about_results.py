"""Questions about what is found, what it costs, and when hashing pays."""

from random import Random

from core.evaluation.metrics import precision_at, recall_at
from core.index.exact import neighbour_recall
from core.language import tr
from core.wording import percent
from pages.parts.selftest.question import (
    BENCHMARK,
    SEARCH,
    DrawnQuestion,
    one_of_sentences,
    rising,
    whole,
)


def precision(rng: Random) -> DrawnQuestion:
    """Right hits of all hits."""
    n_right, k, n_relevant = rng.choice(((9, 10, 90), (6, 10, 40), (4, 20, 25)))
    share = precision_at(_ranking(n_right, k), k)
    return DrawnQuestion(
        text=tr(
            "{n_right} of {k} hits are right. There are {n_relevant} right images in all. What is "
            "the precision?",
            n_right=n_right,
            k=k,
            n_relevant=n_relevant,
        ),
        options=rising((n_right / n_relevant, share, k / n_relevant, 1.0), percent),
        right=percent(share),
        why=tr(
            "Precision looks at the hits only: {n_right} of {k} is {share}.",
            n_right=n_right,
            k=k,
            share=percent(share),
        ),
        place=SEARCH,
    )


def recall(rng: Random) -> DrawnQuestion:
    """Right hits of all right images."""
    n_right, k, n_relevant = rng.choice(((9, 10, 90), (6, 10, 40), (4, 20, 25)))
    share = recall_at(_ranking(n_right, k), k, n_relevant)
    return DrawnQuestion(
        text=tr(
            "{n_right} of {k} hits are right. There are {n_relevant} right images in all. What is "
            "the recall?",
            n_right=n_right,
            k=k,
            n_relevant=n_relevant,
        ),
        options=rising((share, n_right / k, k / n_relevant, 1.0), percent),
        right=percent(share),
        why=tr(
            "Recall looks at all right images: {n_right} of {n_relevant} is {share}. "
            "The precision is {precision}, and both are true.",
            n_right=n_right,
            n_relevant=n_relevant,
            share=percent(share),
            precision=percent(n_right / k),
        ),
        place=SEARCH,
    )


def recall_of_neighbours(rng: Random) -> DrawnQuestion:
    """What LSH finds of the exact scan's hits."""
    n_found = rng.choice((6, 7, 8, 9))
    exact = list(range(10))
    found = [*exact[:n_found], *range(50, 60 - n_found)]
    share = neighbour_recall(found, exact)
    return DrawnQuestion(
        text=tr(
            "The exact scan shows ten images. LSH shows ten too, and {n_found} of them are the "
            "same. {n_right} of its ten have the right label. What is its neighbour "
            "recall?",
            n_found=n_found,
            n_right=n_found - 2,
        ),
        options=rising((share, (n_found - 2) / 10, 1 - share, 1.0), percent),
        right=percent(share),
        why=tr(
            "Labels play no part: {n_found} of the exact scan's ten are found, {share}.",
            n_found=n_found,
            share=percent(share),
        ),
        place=SEARCH,
    )


def ten_times_the_gallery(rng: Random) -> DrawnQuestion:
    """A scan grows with N."""
    times = rng.choice((10, 50, 100))
    return DrawnQuestion(
        text=tr(
            "A gallery becomes {times} times as large. How long does the exact scan take?",
            times=times,
        ),
        options=(
            tr("as long as before"),
            tr("about {times} times as long", times=times),
            tr("about {square:,} times as long", square=times * times),
        ),
        right=tr("about {times} times as long", times=times),
        why=tr(
            "It compares the query with each image once, so its time grows in step with the "
            "gallery."
        ),
        place=BENCHMARK,
    )


def slower_when_small(rng: Random) -> DrawnQuestion:
    """Why LSH loses on a small gallery."""
    return one_of_sentences(
        rng,
        text=tr("Why can LSH be slower than the exact scan in a small gallery?"),
        right=tr("Hashing takes time in any gallery"),
        others=(
            tr("LSH looks at too many images"),
            tr("The network takes longer"),
            tr("LSH must learn the labels first"),
        ),
        why=tr(
            "What a look-up costs before it compares anything is the same everywhere. A short "
            "scan is over before that."
        ),
        place=BENCHMARK,
    )


def where_they_cross(rng: Random) -> DrawnQuestion:
    """The size from which on a look-up is faster."""
    microseconds, per_thousand = rng.choice(((400, 50), (600, 40), (300, 60), (1_000, 20)))
    n = 1_000 * microseconds // per_thousand
    return DrawnQuestion(
        text=tr(
            "A scan takes {per_thousand} µs for each 1,000 images. A look-up takes "
            "{microseconds:,} µs, however large the gallery is. From how many images on is the "
            "look-up faster?",
            per_thousand=per_thousand,
            microseconds=microseconds,
        ),
        options=rising((n // 10, n, 10 * n, 1_000 * microseconds), whole),
        right=whole(n),
        why=tr(
            "{microseconds:,} µs are {times} times {per_thousand} µs: the "
            "scan takes as long at {n:,} images.",
            microseconds=microseconds,
            times=microseconds // per_thousand,
            per_thousand=per_thousand,
            n=n,
        ),
        place=SEARCH,
    )


def _ranking(n_right: int, k: int) -> list[bool]:
    return [True] * n_right + [False] * (k - n_right)
