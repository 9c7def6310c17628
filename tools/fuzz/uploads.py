"""The door for many files at once: beyond every limit, twice the same, hidden, with odd names."""

import random
from pathlib import Path

from core.galleries.uploads import GivenFile, gather
from core.images import MAX_BYTES
from tools.fuzz.damage import damaged
from tools.fuzz.doors import Attempt, Door, WrongAnswerError, answered
from tools.fuzz.pictures import samples
from tools.fuzz.zips import packed

_NAMES = (
    "a/{n}.jpg",
    "{n}.jpg",
    "{n}",
    ".hidden/{n}.jpg",
    "../{n}.jpg",
    "<i>{n}</i>",
    "",
    "\0",
    "/",
)
_MANY = 5_000


def door(n: int = 400) -> Door:
    """Make the door."""
    return Door(name="uploads", n=n, seconds=20, megabytes=300, make=_make)


def _make(rng: random.Random, folder: Path) -> Attempt:
    every = [it for them in samples().values() for it in them]
    count = rng.choice([0, 1, 3, 30, 30, 30, 30, 30, 30, _MANY if rng.random() < 0.1 else 30])
    given = []
    for n in range(count):
        data = rng.choice(every)
        data = damaged(rng, data, every) if rng.random() < 0.5 else data
        if rng.random() < 0.05:
            data = rng.choice([b"", packed({"x.jpg": data}), packed({}), data[:40]])
        given.append(GivenFile(rng.choice(_NAMES).format(n=n), data))
    if rng.random() < 0.02:
        given.append(GivenFile("large.jpg", every[0] + bytes(MAX_BYTES)))

    def attempt() -> str:
        return answered(lambda: _check(given))

    return attempt


def _check(given: list[GivenFile]) -> None:
    gallery = gather(given, key="own-fuzz")
    names = [item.name for item in gallery.items]
    if len(set(names)) < len(names):
        raise WrongAnswerError("two images have one name")
    told = len(gallery.items) + len(gallery.left_out)
    if told < len(given):
        raise WrongAnswerError(f"of {len(given)} files only {told} are accounted for")
