"""The steps of the tour: what each says, where it leads, and the question that it lights."""

from dataclasses import dataclass, field

from core.language import later

OWL = {"gallery": "scenes", "image": "owl/03.jpg"}
# By hand, and hyperplanes as the lesson has them, so that one probe misses something.
_SET = {"hyperplanes": "uniform", "K": "12", "L": "8"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TourStep:
    """One stop: a page in one exact state, one idea, and one question of that page.

    Of the parts of its page that have a name (``tour.shows``) it shows only those that it names:
    nothing else is to be read, and nothing answers a question before there is a guess.
    """

    title: str
    page: str
    idea: str
    do: str
    asks: str | None  # key of the page's question (``pages.ui.question``); None: the page itself
    state: dict[str, str] = field(default_factory=dict)  # of the page, as its address says it
    shows: tuple[str, ...] = ()  # parts of the page that are there at once
    then: tuple[str, ...] = ()  # and those that wait for the guess
    more: str | None = None  # for those who have time
    stage: str | None = None  # of the machine, that it is about


STEPS = (
    TourStep(
        title=later("Right, and all of them"),
        page="pages/search.py",
        state=OWL,
        asks="guess-recall",
        shows=("hits",),
        stage="ranking",
        idea=later(
            "You give one picture, the [[query]]; the machine shows those most like it, the "
            "[[hits]]. [[Precision]]: how many hits are right? [[Recall]]: how many of all right "
            "pictures are hits?"
        ),
        do=later("Look at the hits, then guess."),
    ),
    TourStep(
        title=later("A picture becomes an arrow"),
        page="pages/search.py",
        state=OWL,
        asks="guess-stage",
        then=("times",),
        stage="embedding",
        idea=later(
            "A [[network]] turns (*embeds*) each picture into an arrow of length 1, its "
            "[[embedding]]. The more alike two pictures, the smaller the angle between their "
            "arrows. The *look-up* finds the arrows nearest to the query's."
        ),
        do=later("Guess. Then find *embed*, the network, in the chart."),
    ),
    TourStep(
        title=later("Which channels count"),
        page="pages/attention.py",
        state=OWL,
        asks="guess-gates",
        shows=("channel gate",),
        then=("gates",),
        stage="channel",
        idea=later(
            "*Attention* weighs what counts in this picture. Inside the network it is a stack of "
            "small maps, its [[channels]]; each answers to one kind of thing, such as an eye. "
            "[[Channel attention]] gives weights between 0 and 1, its [[gates]]."
        ),
        do=later("Guess. Then move over the green curve of gates."),
    ),
    TourStep(
        title=later("Which places count"),
        page="pages/attention.py",
        state=OWL | {"painting": "4"},  # in it attention gains much: for those who have time
        asks="guess-weight",
        shows=("spatial gate",),
        then=("gate",),
        stage="spatial",
        idea=later(
            "Next, [[spatial attention]]: a gate for each place. The mean and the maximum of all "
            "channels at each place make two maps. A window of 7 × 7 places, the [[kernel]], "
            "slides over both."
        ),
        do=later("Guess. Then find it on the map."),
        more=later("Open *Clutter* and shrink the owl."),
    ),
    TourStep(
        title=later("One cut, one bit"),
        page="pages/hashing.py",
        state=OWL | _SET | {"part": "Theory and practice"},
        asks="guess-practice",
        then=("pairs",),
        stage="sides",
        idea=later(
            "Now the search. A random [[hyperplane]] cuts all arrows into two sides, as a line "
            "cuts paper; the side is one [[bit]]. The wider the angle between two pictures, the "
            "more often a cut falls between."
        ),
        do=later("Guess. Then click on a dot: two pictures."),
    ),
    TourStep(
        title=later("Buckets and tables"),
        page="pages/hashing.py",
        asks="guess-lab",
        then=("sliders",),
        stage="keys",
        idea=later(
            "Several bits name a [[bucket]]; only pictures in the query's bucket are looked at. "
            "More bits: smaller buckets, more [[neighbours]] lost. A second [[hash table]], with "
            "other lines, may find those."
        ),
        do=later("Guess. Then set K, the lines, to five, and raise L, the tables."),
    ),
    TourStep(
        title=later("What it costs"),
        page="pages/hashing.py",
        state=OWL | _SET | {"part": "Bits and tables"},
        asks="guess-coach",
        then=("sliders",),
        stage="candidates",
        idea=later(
            "Real pictures now. [[Candidates]] are those looked at. One more bit: fewer "
            "candidates, fewer found. One more table: more of both, and more memory, for each "
            "table keeps one id of every picture."
        ),
        do=later("Guess. Then the task: one slider is enough."),
    ),
    TourStep(
        title=later("Read another bucket"),
        page="pages/hashing.py",
        state=OWL | _SET | {"part": "Probes", "probes": "1"},
        asks="guess-probes",
        then=("stepper",),
        stage="buckets",
        idea=later(
            "To read a bucket in each table is a *probe*. The first reads the query's own; a "
            "neighbour may lie in another. More probes need no new tables; other bits or more "
            "tables do."
        ),
        do=later("Guess. Then press *Next probe* until the task is done."),
    ),
    TourStep(
        title=later("When it is worth it"),
        page="pages/benchmark.py",
        asks="guess-crossing",
        idea=later(
            "To hash a query takes as long in any gallery; the [[exact scan]] takes longer with "
            "each picture. So the scan wins in small galleries, hashing in large ones."
        ),
        do=later("Guess where they cross."),
    ),
    TourStep(
        title=later("What you know now"),
        page="pages/selftest.py",
        state={"test": "735"},  # the shortest of those that ask only what the tour tells
        asks=None,
        idea=later("Ten questions. Once marked, each says where its answer is."),
        do=later("Answer all; press *Mark my answers*."),
    ),
)
