"""Questions about CBAM's gates and about Grad-CAM."""

from random import Random

from core.language import tr
from core.wording import capital, decimal
from pages.parts.selftest.question import (
    CLUTTER,
    GRAD_CAM,
    WALK,
    DrawnQuestion,
    one_of_sentences,
    rising,
    whole,
)

KERNEL = 7  # the side of CBAM's window, as in equation 6


def what_goes_in(rng: Random) -> DrawnQuestion:
    """The input of channel attention."""
    return one_of_sentences(
        rng,
        text=tr("What does channel attention read?"),
        right=tr("Average and maximum of each channel"),
        others=(
            tr("Average and maximum at each place"),
            tr("The picture's colours"),
            tr("The similarity to the hit"),
        ),
        why=tr(
            "Two poolings sum each channel up, over all its places. One network reads both lists."
        ),
        place=WALK,
    )


def channel_gates(rng: Random) -> DrawnQuestion:
    """The shape that channel attention gives."""
    n_channels, side = rng.choice(((512, 7), (2048, 6), (1024, 8)))
    return DrawnQuestion(
        text=tr(
            "There are {n_channels:,} channels of {side} × {side} places. How many gates does "
            "channel attention give?",
            n_channels=n_channels,
            side=side,
        ),
        options=rising((1, side * side, n_channels, n_channels * side * side), whole),
        right=whole(n_channels),
        why=tr("One gate for each channel, the same for all its places."),
        place=WALK,
    )


def gate_times_value(rng: Random) -> DrawnQuestion:
    """F' = M_c F."""
    value, gate = rng.choice(((4.0, 0.25), (2.0, 0.4), (5.0, 0.1), (3.0, 0.5)))
    return DrawnQuestion(
        text=tr(
            "A channel has the value {value} at a place, and its gate is "
            "{gate}. What is left of the value?",
            value=decimal(value, 1),
            gate=decimal(gate),
        ),
        options=rising((0.0, gate * value, value - gate, value), decimal),
        right=decimal(gate * value),
        why=tr(
            "The gate is a weight: {gate} × {value} = {product}.",
            gate=decimal(gate),
            value=decimal(value, 1),
            product=decimal(gate * value),
        ),
        place=WALK,
    )


def maps_under_the_kernel(rng: Random) -> DrawnQuestion:
    """The input of spatial attention."""
    n_channels = rng.choice((512, 1024, 2048))
    return DrawnQuestion(
        text=tr(
            "Of {n_channels:,} channels: over how many maps does the kernel slide?",
            n_channels=n_channels,
        ),
        options=rising((1, 2, KERNEL, n_channels), whole),
        right=whole(2),
        why=tr(
            "Over two, however many channels there are: their mean and their maximum at each place."
        ),
        place=WALK,
    )


def reach_of_the_kernel(rng: Random) -> DrawnQuestion:
    """How far the kernel sees."""
    return DrawnQuestion(
        text=tr(
            "The kernel is {kernel} × {kernel} places wide. How many places away does a place "
            "see, to each side?",
            kernel=KERNEL,
        ),
        options=rising((1, KERNEL // 2, KERNEL, KERNEL**2), whole),
        right=whole(KERNEL // 2),
        why=tr(
            "{kernel} places are the place itself and {reach} on either side.",
            kernel=KERNEL,
            reach=KERNEL // 2,
        ),
        place=WALK,
    )


def spatial_gates(rng: Random) -> DrawnQuestion:
    """The shape that spatial attention gives."""
    n_channels, side = rng.choice(((512, 7), (2048, 6), (1024, 8)))
    return DrawnQuestion(
        text=tr(
            "There are {n_channels:,} channels of {side} × {side} places. How many gates does "
            "spatial attention give?",
            n_channels=n_channels,
            side=side,
        ),
        options=rising((2, side * side, n_channels, n_channels * side * side), whole),
        right=whole(side * side),
        why=tr("One gate for each place, the same for all channels."),
        place=WALK,
    )


def places_of_the_thing(rng: Random) -> DrawnQuestion:
    """How much of a feature map is left to a thing amid clutter."""
    side, parts = rng.choice(((8, 2), (8, 4), (6, 2), (6, 3)))
    share = {2: tr("half"), 3: tr("a third"), 4: tr("a quarter")}[parts]
    places = (side // parts) ** 2
    return DrawnQuestion(
        text=tr(
            "A feature map has {side} × {side} places. A thing takes {share} of each side of its "
            "picture, and clutter the rest. How many places does the thing cover?",
            side=side,
            share=share,
        ),
        options=rising((1, places, side * side // parts, side * side), whole),
        right=whole(places),
        why=tr(
            "{share} of {side} is {part}, and {part} × "
            "{part} = {places}. All other {others} places are clutter.",
            share=capital(share),
            side=side,
            part=side // parts,
            places=places,
            others=side * side - places,
        ),
        place=CLUTTER,
    )


def where_attention_gains(rng: Random) -> DrawnQuestion:
    """Clutter is weighed down where there is some, and something beside it."""
    between = tr("In between: there is clutter to weigh down, and enough of the picture left")
    without = tr("Without clutter: the gates see the picture best")
    most = tr("Where clutter is nearly everything: there is most to weigh down")
    asked = tr(
        "Pictures are made ever smaller amid ever more clutter. Where do both gates gain most "
        "over no attention?"
    )
    why = tr(
        "Without clutter there is little to weigh down. Where clutter is nearly everything, too "
        "few places of the picture are left to find it by."
    )
    return one_of_sentences(
        rng, text=asked, right=between, others=(without, most), why=why, place=CLUTTER
    )


def what_depends_on_the_hit(rng: Random) -> DrawnQuestion:
    """Grad-CAM asks about a pair, the gate about a picture."""
    return one_of_sentences(
        rng,
        text=tr("You compare the query with another hit. Which map of the query can change?"),
        right=tr("Grad-CAM only"),
        others=(tr("The spatial gate only"), tr("Both"), tr("Neither")),
        why=tr(
            "The gate is computed from the picture alone, before anyone says what it is compared "
            "with. Grad-CAM asks what one similarity rests on."
        ),
        place=GRAD_CAM,
    )


def part_of_the_network(rng: Random) -> DrawnQuestion:
    """The gate changes the embedding, Grad-CAM doesn't."""
    return one_of_sentences(
        rng,
        text=tr("Which of the two maps changes the embedding, and so what is found?"),
        right=tr("The spatial gate"),
        others=("Grad-CAM", tr("Both")),
        why=tr(
            "The gate is a part of the network and weighs the places. Grad-CAM is computed "
            "afterwards and changes nothing."
        ),
        place=GRAD_CAM,
    )


def gate_twice_as_high(rng: Random) -> DrawnQuestion:
    """Only the gate over its mean matters."""
    times = rng.choice((tr("twice"), tr("three times")))
    return one_of_sentences(
        rng,
        text=tr(
            "Every gate of a place becomes {times} as high. What does the embedding do?",
            times=times,
        ),
        right=tr("It stays the same"),
        others=(tr("It becomes {times} as long", times=times), tr("It turns")),
        why=tr(
            "What is weighed gets length 1 afterwards, so only the differences between places "
            "count."
        ),
        place=WALK,
    )
