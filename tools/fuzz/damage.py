"""What can happen to bytes, by accident or on purpose."""

import random
import struct
from collections.abc import Callable, Sequence

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_BEGINNING = 64  # bytes: lengths and sides stand there, so a third of all damage is done there


def damaged(rng: random.Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return the bytes after one to eight changes.

    Args:
        rng: what it does.
        data: a sound file.
        others: files whose parts may be put into it.
    """
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 1, 2, 8])):
        change = rng.choice(_CHANGES)
        change(rng, changed)
    if others and rng.random() < 0.1:
        other = rng.choice(others)
        cut = _place(rng, other)
        changed[_place(rng, changed) :] = other[cut:]
    return bytes(changed)


def _place(rng: random.Random, data: bytes | bytearray) -> int:
    return rng.randrange(max(1, min(len(data), rng.choice([_BEGINNING, *[len(data) + 1] * 2]))))


def _span(rng: random.Random, data: bytearray) -> slice:
    start = _place(rng, data)
    return slice(start, start + rng.choice([1, 4, 16, 256, len(data)]))


def _flip(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice([1, 1, 4, 32])):
        if data:
            data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _extreme(rng: random.Random, data: bytearray) -> None:
    size, kind = rng.choice([(1, "B"), (2, "H"), (4, "I")])
    value = rng.choice(_EXTREMES) & (256**size - 1)
    start = _place(rng, data)
    data[start : start + size] = struct.pack(rng.choice("<>") + kind, value)


def _cut_short(rng: random.Random, data: bytearray) -> None:
    del data[_place(rng, data) :]


def _leave_out(rng: random.Random, data: bytearray) -> None:
    del data[_span(rng, data)]


def _repeat(rng: random.Random, data: bytearray) -> None:
    part = bytes(data[_span(rng, data)])
    start = _place(rng, data)
    data[start:start] = part * rng.choice([1, 1, 2, 100 if len(part) < 1000 else 1])


def _noise(rng: random.Random, data: bytearray) -> None:
    span = _span(rng, data)
    data[span] = rng.randbytes(rng.choice([0, 4, 16, 256]))


_CHANGES: tuple[Callable[[random.Random, bytearray], None], ...] = (
    *(_flip, _flip, _extreme, _extreme),
    *(_cut_short, _leave_out, _repeat, _noise),
)
