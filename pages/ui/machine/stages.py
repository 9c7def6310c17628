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

STAGES = (
    Stage(
        name="image",
        title=later("Picture"),
        says=later(
            "A picture is numbers: how much red, green and blue there is at each point. It is "
            "resized to a square, and every number is shifted and scaled to the range that "
            "the network has learnt with."
        ),
        page=navigation.AUGMENTATION,
        part="",
        lesson=later("What training does to pictures"),
    ),
    Stage(
        name="features",
        title=later("Feature map F"),
        says=later(
            "The network, ResNet50, turns the picture into a stack of small maps, its "
            "channels. Each is bright where the picture shows one kind of thing: an eye, a "
            "stripe, a sky. These are the six that count most in the end."
        ),
        page=_ATTENTION,
        part="Walk through",
        lesson=later("How attention works"),
    ),
    Stage(
        name="channel",
        title=later("Channel gate"),
        says=later(
            "Not all channels count alike. From a channel's average and its maximum a small "
            "network makes a gate between 0, shut, and 1, open. Each map is multiplied by its "
            "gate."
        ),
        page=_ATTENTION,
        part="Walk through",
        lesson=later("How attention works: channels"),
    ),
    Stage(
        name="spatial",
        title=later("Spatial gate"),
        says=later(
            "Not all places count alike either. At each place the mean and the maximum over "
            "all channels are taken; a small window of learnt weights slides over both, and "
            "makes a gate for each place."
        ),
        page=_ATTENTION,
        part="Walk through",
        lesson=later("How attention works: places"),
    ),
    Stage(
        name="embedding",
        title=later("Embedding"),
        says=later(
            "Each map is averaged, and a last layer mixes the averages into a list of "
            "numbers. Think of an arrow of length 1: pictures that are alike point nearly the "
            "same way."
        ),
        page=_HASHING,
        part="Theory and practice",
        lesson=later("How LSH works: angles and bits"),
    ),
    Stage(
        name="sides",
        title=later("Sides"),
        says=later(
            "A random hyperplane cuts all arrows into two sides, as a line cuts a sheet of "
            "paper. All cuts pass through one point, from which the arrow is measured. "
            "Multiply both number by number and add up: the sum, the margin, is how far the "
            "arrow lies from the cut. From 0 up the side is 1, below it 0."
        ),
        page=_HASHING,
        part="",
        lesson=later("How LSH works: turn hyperplanes by hand"),
    ),
    Stage(
        name="keys",
        title=later("Keys"),
        says=later(
            "The sides of one table's hyperplanes, written in a row, are the picture's key in "
            "that table. Read as a binary number, the key is the number of a bucket."
        ),
        page=_HASHING,
        part="Bits and tables",
        lesson=later("How LSH works: bits and tables"),
    ),
    Stage(
        name="buckets",
        title=later("Buckets"),
        says=later(
            "Every picture of the gallery lies in the bucket of its own key. The query reads "
            "its own bucket in each table, and then, probe by probe, those across the "
            "hyperplanes that it lies nearest to."
        ),
        page=_HASHING,
        part="Probes",
        lesson=later("How LSH works: probes"),
    ),
    Stage(
        name="candidates",
        title=later("Candidates"),
        says=later(
            "Pictures in a bucket that was read are candidates, each counted once. All others "
            "are never looked at: that is the time saved. Here stands the whole gallery, the "
            "nearest picture first; what was read is filled."
        ),
        page=_INSPECT,
        part="Candidates",
        lesson=later("Inspect: the candidates of this query"),
    ),
    Stage(
        name="ranking",
        title=later("Hits"),
        says=later(
            "Only candidates are compared exactly: multiply both lists number by number and "
            "add up. This is the cosine of the angle between the two arrows; 1 is the same "
            "direction. The highest cosines are the hits."
        ),
        page=_INSPECT,
        part="Missed",
        lesson=later("Inspect: what was missed, and why"),
    ),
)
