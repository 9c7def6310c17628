"""The stages of the machine: what each is called, what it does in plain words, and its lesson."""

from dataclasses import dataclass

from core.language import later
from pages.ui import navigation


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage on the way from a picture to its hits."""

    name: str  # in the address
    title: str
    says: str  # at most 60 words
    page: str  # that teaches it
    part: str  # of that page; "" for its start
    lesson: str  # what the link says


_HASHING, _ATTENTION, _INSPECT = navigation.HASHING, navigation.ATTENTION, navigation.INSPECT

# Name, title, page and part that teach it, and what the link there says.
_PLACES = (
    ("image", "Picture", navigation.AUGMENTATION, "", later("What training does to pictures")),
    (
        "features",
        later("Feature map F"),
        _ATTENTION,
        later("Walk through"),
        later("How attention works"),
    ),
    (
        "channel",
        later("Channel gate"),
        _ATTENTION,
        later("Walk through"),
        later("How attention works: channels"),
    ),
    (
        "spatial",
        later("Spatial gate"),
        _ATTENTION,
        later("Walk through"),
        later("How attention works: places"),
    ),
    (
        "embedding",
        "Embedding",
        _HASHING,
        later("Theory and practice"),
        later("How LSH works: angles and bits"),
    ),
    ("sides", "Sides", _HASHING, "", later("How LSH works: turn hyperplanes by hand")),
    ("keys", "Keys", _HASHING, later("Bits and tables"), later("How LSH works: bits and tables")),
    ("buckets", "Buckets", _HASHING, "Probes", later("How LSH works: probes")),
    (
        "candidates",
        "Candidates",
        _INSPECT,
        "Candidates",
        later("Inspect: the candidates of this query"),
    ),
    ("ranking", "Hits", _INSPECT, "Missed", later("Inspect: what was missed, and why")),
)

_SAYS = later("""
A picture is numbers: how much red, green and blue there is at each point. It is resized to a
square, and every number is shifted and scaled to the range that the network has learnt with.

The network, ResNet50, turns the picture into a stack of small maps, its channels. Each is bright
where the picture shows one kind of thing: an eye, a stripe, a sky. These are the six that count
most in the end.

Not all channels count alike. From a channel's average and its maximum a small network makes a
gate between 0, shut, and 1, open. Each map is multiplied by its gate.

Not all places count alike either. At each place the mean and the maximum over all channels are
taken; a small window of learnt weights slides over both, and makes a gate for each place.

Each map is averaged, and a last layer mixes the averages into a list of numbers. Think of an
arrow of length 1: pictures that are alike point nearly the same way.

A random hyperplane cuts all arrows into two sides, as a line cuts a sheet of paper. All cuts pass
through one point, from which the arrow is measured. Multiply both number by number and add up: the
sum, the margin, is how far the arrow lies from the cut. From 0 up the side is 1, below it 0.

The sides of one table's hyperplanes, written in a row, are the picture's key in that table. Read
as a binary number, the key is the number of a bucket.

Every picture of the gallery lies in the bucket of its own key. The query reads its own bucket in
each table, and then, probe by probe, those across the hyperplanes that it lies nearest to.

Pictures in a bucket that was read are candidates, each counted once. All others are never looked
at: that is the time saved. Here stands the whole gallery, the nearest picture first; what was
read is filled.

Only candidates are compared exactly: multiply both lists number by number and add up. This is the
cosine of the angle between the two arrows; 1 is the same direction. The highest cosines are the
hits.
""")

STAGES = tuple(
    Stage(name=name, title=title, says=" ".join(says.split()), page=page, part=part, lesson=lesson)
    for (name, title, page, part, lesson), says in zip(_PLACES, _SAYS.split("\n\n"), strict=True)
)
