"""The steps of the tour: what each says, where it leads, and the question that it lights."""

from dataclasses import dataclass, field

from core.language import later

OWL = {"gallery": "scenes", "image": "owl/03.jpg"}
# By hand, and hyperplanes as the lesson has them, so that one probe misses something.
_SET = {"hyperplanes": "uniform", "K": "12", "L": "8"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TourStep:
    """One stop: a page in one exact state, one idea, and one question of that page."""

    title: str
    page: str
    idea: str
    do: str
    asks: str | None  # key of the page's question (``pages.ui.question``); None: the page itself
    state: dict[str, str] = field(default_factory=dict)  # of the page, as its address says it
    stage: str | None = None  # of the machine, that it is about


STEPS = (
    TourStep(
        title=later("Right, and all of them"),
        page="pages/search.py",
        state=OWL,
        asks="guess-recall",
        stage="ranking",
        idea=later(
            "You give one picture, the [[query]]. The machine shows the pictures most like it, "
            "the [[hits]]. [[Precision]] asks: how many of the hits are right? [[Recall]] asks: "
            "how many of all right pictures are among the hits?"
        ),
        do=later("Look at the hits, and answer the marked question."),
    ),
    TourStep(
        title=later("A picture becomes an arrow"),
        page="pages/search.py",
        state=OWL,
        asks="guess-stage",
        stage="embedding",
        idea=later(
            "A [[network]] turns each picture into a list of numbers, its [[embedding]]. Think of "
            "an arrow of length 1. Two pictures are alike when their arrows point nearly the same "
            "way; the [[cosine]] of the angle says how nearly."
        ),
        do=later("Guess which part of a search takes longest."),
    ),
    TourStep(
        title=later("Which channels count"),
        page="pages/attention.py",
        state=OWL,
        asks="guess-gates",
        stage="channel",
        idea=later(
            "In the network a picture is a stack of small maps, its [[channels]]. Each answers to "
            "one kind of thing: an eye, a stripe, a sky. [[Channel attention]] reads the average "
            "and the maximum of each and gives it a weight, its [[gate]], between 0 and 1."
        ),
        do=later("Guess. Then move over the gates."),
    ),
    TourStep(
        title=later("Which places count"),
        page="pages/attention.py",
        state=OWL | {"painting": "4"},  # in it attention gains much, which is the step's point
        asks="guess-weight",
        stage="spatial",
        idea=later(
            "[[Spatial attention]] comes next: a gate for each place. At each place it takes the "
            "mean and the maximum over all channels, so two maps are left. A small window of "
            "learnt weights, the [[kernel]], slides over both."
        ),
        do=later(
            "Guess how much more one place weighs than others; the maps below show why. Then open "
            "*Clutter* and shrink the owl."
        ),
    ),
    TourStep(
        title=later("One cut, one bit"),
        page="pages/hashing.py",
        state=OWL | {"part": "Theory and practice"},
        asks="guess-practice",
        stage="sides",
        idea=later(
            "Now the search. A random [[hyperplane]] cuts all arrows into two sides, as a line "
            "cuts a sheet of paper. The side is one [[bit]]. The wider the angle between two "
            "pictures, the more often a cut falls between them."
        ),
        do=later("Guess. Then click on a dot: each is a pair of pictures."),
    ),
    TourStep(
        title=later("Buckets and tables"),
        page="pages/hashing.py",
        asks="guess-lab",
        stage="keys",
        idea=later(
            "Several bits together name a [[bucket]]. Only pictures in the query's bucket are "
            "looked at. More bits: smaller buckets, and more [[neighbours]] lost. A second "
            "[[hash table]] cuts with other lines, so it may find what the first has lost."
        ),
        do=later("Guess. Then solve the task under the figure."),
    ),
    TourStep(
        title=later("What it costs"),
        page="pages/hashing.py",
        state=OWL | _SET | {"part": "Bits and tables"},
        asks="guess-coach",
        stage="candidates",
        idea=later(
            "The same with real pictures. [[Candidates]] are the pictures looked at. One bit "
            "more: fewer candidates, fewer found. One table more: more found, more candidates, and "
            "more memory, for each table holds the number of every picture."
        ),
        do=later("Guess. Then solve the task below the sliders."),
    ),
    TourStep(
        title=later("Nearly on the other side"),
        page="pages/hashing.py",
        state=OWL | _SET | {"part": "Probes", "probes": "1"},
        asks="guess-probes",
        stage="buckets",
        idea=later(
            "The [[margin]] is how far a picture lies from a cut. Where it is small, the bit is "
            "fragile: a neighbour may lie just across. So read that bucket too. This is a "
            "[[probe]]. It needs no new tables; other bits or tables do."
        ),
        do=later("Guess. Then press *Next probe* and watch what comes back."),
    ),
    TourStep(
        title=later("When it is worth it"),
        page="pages/benchmark.py",
        asks="guess-crossing",
        idea=later(
            "To hash a query and to find its buckets takes the same time in every gallery. To "
            "compare it with all pictures, the [[exact scan]], takes longer with each picture. So "
            "the scan wins in small galleries, and hashing in large ones."
        ),
        do=later("Guess where they cross."),
    ),
    TourStep(
        title=later("What you know now"),
        page="pages/selftest.py",
        asks=None,
        idea=later(
            "Ten questions, drawn from a bank. Each can be answered from what the app shows, and "
            "after marking each names the place."
        ),
        do=later("Answer all ten, then press *Mark my answers*. You can print the sheet."),
    ),
)
