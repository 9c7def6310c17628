"""The stages of the machine: what each is called, what it does in plain words, and its lesson."""

from dataclasses import dataclass, field

from pages.ui import navigation


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage on the way from a picture to its hits."""

    name: str  # in the address
    title: str
    says: str  # at most 60 words
    lesson: str  # what the link says
    page: str  # where it leads
    state: dict[str, str] = field(default_factory=dict)  # of that page, beside the view


_WALK = {"part": "Walk through"}

STAGES = (
    Stage(
        name="image",
        title="Picture",
        says="A picture is numbers: how much red, green and blue there is at each point. It is "
        "resized to a square, and every number is shifted and scaled to the range that the network "
        "has learnt with.",
        lesson="What training does to pictures",
        page=navigation.AUGMENTATION,
    ),
    Stage(
        name="features",
        title="Feature map F",
        says="The network, ResNet50, turns the picture into a stack of small maps, its channels. "
        "Each is bright where the picture shows one kind of thing: an eye, a stripe, a sky. These "
        "are the six that count most in the end.",
        lesson="How attention works",
        page=navigation.ATTENTION,
        state=_WALK,
    ),
    Stage(
        name="channel",
        title="Channel gate",
        says="Not all channels count alike. From a channel's average and its maximum a small "
        "network makes a gate between 0, shut, and 1, open. Each map is multiplied by its gate.",
        lesson="How attention works: which channels count",
        page=navigation.ATTENTION,
        state=_WALK,
    ),
    Stage(
        name="spatial",
        title="Spatial gate",
        says="Not all places count alike either. At each place the mean and the maximum over all "
        "channels are taken; a small window of learnt weights slides over both, and makes a gate "
        "for each place.",
        lesson="How attention works: which places stand out",
        page=navigation.ATTENTION,
        state=_WALK,
    ),
    Stage(
        name="embedding",
        title="Embedding",
        says="Each map is averaged, and a last layer mixes the averages into a list of numbers. "
        "Think of an arrow of length 1: pictures that are alike point nearly the same way.",
        lesson="How LSH works: angles and bits",
        page=navigation.HASHING,
        state={"part": "Theory and practice"},
    ),
    Stage(
        name="sides",
        title="Sides",
        says="A random hyperplane cuts all arrows into two sides, as a line cuts a sheet of paper. "
        "Multiply arrow and hyperplane number by number and add up: the sum, the margin, is how "
        "far the arrow lies from the cut. From 0 up the side is 1, below it 0.",
        lesson="How LSH works: turn hyperplanes by hand",
        page=navigation.HASHING,
    ),
    Stage(
        name="keys",
        title="Keys",
        says="The sides of one table's hyperplanes, written in a row, are the picture's key in "
        "that table. Read as a binary number, the key is the number of a bucket.",
        lesson="How LSH works: bits and tables",
        page=navigation.HASHING,
        state={"part": "Bits and tables"},
    ),
    Stage(
        name="buckets",
        title="Buckets",
        says="Every picture of the gallery lies in the bucket of its own key. The query reads its "
        "own bucket in each table, and then, probe by probe, those across the hyperplanes that it "
        "lies nearest to.",
        lesson="How LSH works: probes",
        page=navigation.HASHING,
        state={"part": "Probes"},
    ),
    Stage(
        name="candidates",
        title="Candidates",
        says="Pictures in a bucket that was read are candidates, each counted once. All others are "
        "never looked at: that is the time saved. Here stands the whole gallery, the nearest "
        "picture first; what was read is filled.",
        lesson="Inspect: the candidates of this query",
        page=navigation.INSPECT,
        state={"part": "Candidates"},
    ),
    Stage(
        name="ranking",
        title="Hits",
        says="Only candidates are compared exactly: multiply both lists number by number and add "
        "up. This is the cosine of the angle between the two arrows; 1 is the same direction. The "
        "highest cosines are the hits.",
        lesson="Inspect: what was missed, and why",
        page=navigation.INSPECT,
        state={"part": "Missed"},
    ),
)
