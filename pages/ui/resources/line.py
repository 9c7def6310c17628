"""The line at the network: pictures of all sessions go through it in batches, each session in turn.

One thread asks the network, so PyTorch's threads are those of one caller, however many visitors
there are. A session that hands over many pictures holds nobody up: the line takes one of each
session before it takes another of any.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Protocol

BATCH = 8  # pictures that go through the network together


class Network(Protocol):
    """What the line leads to."""

    @property
    def preprocess(self) -> Any:
        """How pictures are prepared."""

    @property
    def decode(self) -> Any:
        """Turns the bytes of a file into pixels."""

    def trace_batch(self, images: Sequence[Any], modes: Sequence[Any]) -> list[Any]:
        """Embed prepared pictures, each with its own attention mode."""
        ...


class Waiting:
    """A picture in the line."""

    def __init__(self, image: Any, attention: Any) -> None:
        """Wait for nothing yet.

        Args:
            image: prepared for the network.
            attention: its mode.
        """
        self.image = image
        self.attention = attention
        self.has_left = False  # nobody waits for it any more
        self.seconds = 0.0  # in the network: its share of the batch's
        self.done = threading.Event()
        self.outcome: Any = None  # the pass through the network
        self.error: Exception | None = None

    def result(self) -> Any:
        """What the network made of it, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self.outcome


class Line:
    """Waiting pictures by session, and the thread that takes them to the network."""

    def __init__(self, network: Network, *, batch: int = BATCH) -> None:
        """Start empty; the thread starts with the first picture.

        Args:
            network: that it leads to.
            batch: pictures that are taken together, at most.
        """
        self.network = network
        self._batch = batch
        self._waiting: OrderedDict[str, deque[Waiting]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def join(self, session: str, image: Any, attention: Any) -> Waiting:
        """Take a picture in, at the end of its session's."""
        place = Waiting(image, attention)
        with self._changed:
            self._waiting.setdefault(session, deque()).append(place)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True, name="network")
                self._thread.start()
            self._changed.notify()
        return place

    def ahead_of(self, place: Waiting) -> int:
        """How many pictures the network takes before this one."""
        with self._changed:
            for n, it in enumerate(self._in_turn()):
                if it is place:
                    return n
        return 0

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def _in_turn(self) -> list[Waiting]:
        """All that wait, in the order in which they will be taken."""
        rounds = [
            (n, i, it) for i, own in enumerate(self._waiting.values()) for n, it in enumerate(own)
        ]
        return [it for _, _, it in sorted(rounds, key=lambda turn: turn[:2])]

    def _serve(self) -> None:
        while True:
            self._take_through(self._next())

    def _next(self) -> list[Waiting]:
        """Wait for pictures, and take those whose turn it is out of the line."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting))
            taken: list[Waiting] = []
            while self._waiting and len(taken) < self._batch:
                session, own = self._waiting.popitem(last=False)
                place = own.popleft()
                if own:
                    self._waiting[session] = own  # at the end: it is the others' turn
                if not place.has_left:
                    taken.append(place)
            return taken

    def _take_through(self, places: Sequence[Waiting]) -> None:
        if not places:
            return
        start = perf_counter()
        try:
            outcomes = self.network.trace_batch(
                [it.image for it in places], [it.attention for it in places]
            )
        except Exception as error:  # whoever waits gets it from result()
            for place in places:
                place.error = error
        else:
            for place, outcome in zip(places, outcomes, strict=True):
                place.outcome = outcome
        for place in places:
            place.seconds = (perf_counter() - start) / len(places)
            place.done.set()


class InLine:
    """The network as one session sees it: it asks by joining the line, and waits.

    Attributes:
        seconds: that its last picture took in the network, the wait left out.
    """

    def __init__(self, line: Line, session: str, tell: Callable[[int], None]) -> None:
        """Join nothing yet.

        Args:
            line: to join.
            session: whose pictures these are.
            tell: called twice a second with how many are ahead; what it raises ends the wait.
        """
        self.seconds = 0.0
        self._line, self._session, self._tell = line, session, tell

    @property
    def preprocess(self) -> Any:
        """How pictures are prepared."""
        return self._line.network.preprocess

    @property
    def decode(self) -> Any:
        """Turns the bytes of a file into pixels; nobody waits in line for that."""
        return self._line.network.decode

    def trace(self, image: Any, *, attention: Any = "both") -> Any:
        """Embed one prepared picture when its turn comes."""
        place = self._line.join(self._session, image, attention)
        try:
            while not place.done.wait(0.5):
                self._tell(self._line.ahead_of(place))
        finally:
            place.has_left = True
        self.seconds = place.seconds
        return place.result()
