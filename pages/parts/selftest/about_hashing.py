"""Questions about hyperplanes, bits, tables, margins and probes."""

from random import Random

import numpy as np

from core.index.families.hyperplanes import collision_probability, retrieval_probability
from core.index.multi_probe import flips_in_order
from core.language import tr
from core.wording import decimal, percent
from pages.parts.selftest.question import (
    BUCKETS,
    LAB,
    PAIRS,
    PROBES,
    ROBUSTNESS,
    SEARCH,
    TABLES,
    DrawnQuestion,
    one_of_sentences,
    rising,
    whole,
)


def _separated(degrees: float) -> float:
    return 1 - float(collision_probability(np.cos(np.deg2rad(degrees))))


def chance_of_a_cut(rng: Random) -> DrawnQuestion:
    """The chance that one hyperplane separates two images."""
    degrees = rng.choice((18, 36, 45, 60))
    chance = _separated(degrees)
    return DrawnQuestion(
        text=tr(
            "Two images are {degrees}° apart. How likely does a random hyperplane fall between?",
            degrees=degrees,
        ),
        options=rising((chance, 2 * chance, degrees / 100, 1 - chance), percent),
        right=percent(chance),
        why=tr(
            "{degrees} of 180 degrees: {degrees}/180 = {chance}.",
            degrees=degrees,
            chance=percent(chance),
        ),
        place=PAIRS,
    )


def bits_that_differ(rng: Random) -> DrawnQuestion:
    """How many of K bits differ on average."""
    degrees, n_bits = rng.choice(((30, 12), (45, 8), (60, 24), (90, 16), (36, 20)))
    differ = n_bits * _separated(degrees)
    return DrawnQuestion(
        text=tr(
            "Two images are {degrees}° apart. How many of {n_bits} random bits differ on average?",
            degrees=degrees,
            n_bits=n_bits,
        ),
        options=rising((differ, 2 * differ, differ / 2, n_bits), whole),
        right=whole(differ),
        why=tr(
            "Each bit differs with a chance of {degrees}/180, and there are {n_bits}: "
            "{n_bits} × {degrees}/180 = {differ}.",
            degrees=degrees,
            n_bits=n_bits,
            differ=whole(differ),
        ),
        place=PAIRS,
    )


def how_much_more_often(rng: Random) -> DrawnQuestion:
    """A wider angle is cut more often, in proportion."""
    near, times = rng.choice(((20, 3), (30, 4), (15, 5), (40, 2)))
    ratio = _separated(near * times) / _separated(near)
    return DrawnQuestion(
        text=tr(
            "Pair A is {near}° apart, pair B {far}°. How much more often does a "
            "random hyperplane separate pair B?",
            near=near,
            far=near * times,
        ),
        options=rising(
            (1, ratio, ratio**2, 2**ratio + 4),
            lambda it: tr("{ratio:.0f} times as often", ratio=it),
        ),
        right=tr("{ratio:.0f} times as often", ratio=ratio),
        why=tr("The chance grows in step with the angle: the angle over 180°."),
        place=PAIRS,
    )


def number_of_keys(rng: Random) -> DrawnQuestion:
    """2^K keys."""
    n_bits = rng.choice((5, 6, 8, 10))
    return DrawnQuestion(
        text=tr(
            "A key has {n_bits} bits. How many different keys can a table have?", n_bits=n_bits
        ),
        options=rising((n_bits, 2 * n_bits, n_bits**2, 2**n_bits), whole),
        right=whole(2**n_bits),
        why=tr(
            "Each bit doubles the number of keys: 2 multiplied {n_bits} times by itself is "
            "{n_keys:,}.",
            n_bits=n_bits,
            n_keys=2**n_bits,
        ),
        place=BUCKETS,
    )


def all_bits_agree(rng: Random) -> DrawnQuestion:
    """p^K."""
    share, n_bits = rng.choice(((0.5, 2), (0.8, 3), (0.9, 2), (0.7, 2)))
    chance = float(retrieval_probability(share, n_bits, 1))
    return DrawnQuestion(
        text=tr(
            "Two images agree in one bit with a chance of {share}. How likely do they "
            "agree in all {n_bits} bits of a key?",
            share=percent(share),
            n_bits=n_bits,
        ),
        options=rising((chance, share, share / n_bits, 1 - chance), percent),
        right=percent(chance),
        why=tr(
            "All {n_bits} bits have to agree, so the chances are multiplied: {product} = {chance}.",
            n_bits=n_bits,
            product=" × ".join([percent(share)] * n_bits),
            chance=percent(chance),
        ),
        place=TABLES,
    )


def one_bit_more(rng: Random) -> DrawnQuestion:
    """K up: fewer candidates, lower recall."""
    return one_of_sentences(
        rng,
        text=tr("Each key gets one more bit. What happens?"),
        right=tr("Fewer candidates, fewer found"),
        others=(
            tr("Fewer candidates, more found"),
            tr("More candidates, more found"),
            tr("More candidates, fewer found"),
        ),
        why=tr(
            "One more cut makes the buckets smaller. There is less to look at, and some "
            "neighbours fall on the other side."
        ),
        place=LAB,
    )


def one_of_the_tables(rng: Random) -> DrawnQuestion:
    """1 - (1 - P)^L."""
    share, n_tables = rng.choice(((0.5, 2), (0.5, 3), (0.2, 2), (0.4, 2)))
    chance = float(retrieval_probability(share, 1, n_tables))
    return DrawnQuestion(
        text=tr(
            "In one table a neighbour is found with a chance of {share}. How likely is "
            "it found by at least one of {n_tables} such tables?",
            share=percent(share),
            n_tables=n_tables,
        ),
        options=rising((share**n_tables, share, chance, 1.0), percent),
        right=percent(chance),
        why=tr(
            "All {n_tables} tables miss it with a chance of {product} = {missed}. Else it is "
            "found.",
            n_tables=n_tables,
            product=" × ".join([percent(1 - share)] * n_tables),
            missed=percent(1 - chance),
        ),
        place=TABLES,
    )


def ids_in_tables(rng: Random) -> DrawnQuestion:
    """Memory grows with L."""
    n, n_tables = rng.choice(((1_000, 8), (720, 10), (5_000, 4), (100, 16)))
    return DrawnQuestion(
        text=tr(
            "There are {n:,} images and {n_tables} tables. How many ids do the tables keep?",
            n=n,
            n_tables=n_tables,
        ),
        options=rising((n_tables, n, n * n_tables, n * 2**n_tables), whole),
        right=whole(n * n_tables),
        why=tr(
            "Each table keeps the id of every image once: {n_tables} × {n:,} = "
            "{n_ids:,}. More tables cost memory.",
            n_tables=n_tables,
            n=n,
            n_ids=n * n_tables,
        ),
        place=TABLES,
    )


def one_table_more(rng: Random) -> DrawnQuestion:
    """L up: more candidates, higher recall, more memory."""
    return one_of_sentences(
        rng,
        text=tr("There is one more table. What happens?"),
        right=tr("More found, more candidates, more memory"),
        others=(
            tr("More found, fewer candidates, more memory"),
            tr("More found, all else as before"),
            tr("Fewer found, fewer candidates, less memory"),
        ),
        why=tr(
            "Another table adds another bucket: what it holds is looked at too, and the table "
            "itself has to be kept."
        ),
        place=TABLES,
    )


def buckets_read(rng: Random) -> DrawnQuestion:
    """L times the probes."""
    n_tables, n_probes = rng.choice(((8, 4), (10, 3), (6, 5), (12, 8)))
    return DrawnQuestion(
        text=tr(
            "There are {n_tables} tables, and {n_probes} probes in each. How many buckets are "
            "read?",
            n_tables=n_tables,
            n_probes=n_probes,
        ),
        options=rising((n_probes, n_tables, n_tables + n_probes, n_tables * n_probes), whole),
        right=whole(n_tables * n_probes),
        why=tr(
            "{n_probes} in each of {n_tables} tables: {n_tables} × {n_probes} = {n_buckets}.",
            n_probes=n_probes,
            n_tables=n_tables,
            n_buckets=n_tables * n_probes,
        ),
        place=PROBES,
    )


def without_a_new_index(rng: Random) -> DrawnQuestion:
    """Probes are set when asking, K and L when building."""
    return one_of_sentences(
        rng,
        text=tr("Which can be changed without new tables?"),
        right=tr("The number of probes"),
        others=(tr("The bits per key"), tr("The number of tables")),
        why=tr(
            "Probes only say how many buckets are read. Other bits or tables put the images "
            "into other buckets."
        ),
        place=PROBES,
    )


def second_probe(rng: Random) -> DrawnQuestion:
    """The bucket beyond the hyperplane that the query nearly touches."""
    margins = [0.02, -0.08, 0.15, -0.31]
    rng.shuffle(margins)
    bits = [int(margin >= 0) for margin in margins]
    _own, (flipped, _), *_ = flips_in_order(np.array(margins, dtype=np.float32))
    keys = [_key(bits, {place}) for place in range(len(bits))]
    own = _key(bits, set())
    return DrawnQuestion(
        text=tr(
            "A query's key is {own}, its margins are {margins}. Which bucket does the next probe "
            "read?",
            own=own,
            margins=", ".join(decimal(margin) for margin in margins),
        ),
        options=tuple(keys),
        right=_key(bits, set(flipped)),
        why=tr(
            "The bit with the smallest margin, whatever its sign, is flipped first: the query "
            "nearly touches that hyperplane."
        ),
        place=PROBES,
    )


def fragile_bit(rng: Random) -> DrawnQuestion:
    """Which bit flips first."""
    margins = [0.01, -0.06, 0.12, -0.25]
    rng.shuffle(margins)
    fragile = min(range(len(margins)), key=lambda place: abs(margins[place]))
    return DrawnQuestion(
        text=tr(
            "Four bits have the margins {margins}. Which flips most easily?",
            margins=", ".join(decimal(margin) for margin in margins),
        ),
        options=tuple(tr("bit {number}", number=place + 1) for place in range(len(margins))),
        right=tr("bit {number}", number=fragile + 1),
        why=tr(
            "The one with the margin nearest to 0: the picture lies closest to that hyperplane."
        ),
        place=SEARCH,
    )


def one_bit_differs(rng: Random) -> DrawnQuestion:
    """A bucket needs all bits."""
    bits = [rng.randint(0, 1) for _ in range(6)]
    other = _key(bits, {rng.randrange(6)})
    return one_of_sentences(
        rng,
        text=tr(
            "In one table, a query has the key {key}, an image {other_key}. Do they share a "
            "bucket there?",
            key=_key(bits, set()),
            other_key=other,
        ),
        right=tr("No: all bits must agree"),
        others=(tr("Yes: five of six agree"), tr("It depends on the margins")),
        why=tr(
            "The key names the bucket. One bit that differs is another key, and so another bucket."
        ),
        place=ROBUSTNESS,
    )


def cost_of_two_flips(rng: Random) -> DrawnQuestion:
    """The cost of a probe is the sum of its squared margins."""
    first, second = rng.choice(((0.1, 0.2), (0.1, 0.3), (0.2, 0.3)))
    cost = first**2 + second**2
    return DrawnQuestion(
        text=tr(
            "A probe flips two bits, with the margins {first} and "
            "{second}. What is its cost, by which probes are put in order?",
            first=decimal(first, 1),
            second=decimal(second, 1),
        ),
        options=rising((first * second, cost, first + second, (first + second) ** 2), decimal),
        right=decimal(cost),
        why=tr(
            "The cost is the sum of the squared margins: {first} + {second} = {cost}.",
            first=decimal(first**2),
            second=decimal(second**2),
            cost=decimal(cost),
        ),
        place=PROBES,
    )


def _key(bits: list[int], flipped: set[int]) -> str:
    return "".join(str(bit ^ (place in flipped)) for place, bit in enumerate(bits))
