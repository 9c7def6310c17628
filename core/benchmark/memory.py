"""How much memory is free, and who can race at the same time within it.

Nobody is kept out who would fit: those who don't fit beside the others race after them, in a
*heat* of their own. Needs the standard library only.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
SPARE = 0.8  # of what is free is given away: building takes more than what is built


def free_bytes() -> int:
    """Memory that can be had without swapping; half of all where the system doesn't say."""
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    if not hasattr(os, "sysconf"):
        return 4 * 2**30
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def heats(needs: Mapping[str, int], room: int) -> tuple[list[list[str]], dict[str, str]]:
    """Share contestants out so that those of one heat fit into memory together.

    Args:
        needs: bytes of each contestant, in the order in which they should race.
        room: bytes that there are.

    Returns:
        the names of each heat, and a sentence about each who needs more than there is.
    """
    usable = int(SPARE * room)
    too_large = {
        name: f"It needs about {bytes_ / 1e9:.1f} GB of memory; {usable / 1e9:.1f} GB can be had."
        for name, bytes_ in needs.items()
        if bytes_ > usable
    }
    found: list[list[str]] = []
    left = 0
    for name, bytes_ in needs.items():
        if name in too_large:
            continue
        if not found or bytes_ > left:
            found.append([])
            left = usable
        found[-1].append(name)
        left -= bytes_
    return found, too_large
