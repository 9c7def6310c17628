"""The door for a folder: loops, devices, odd names, and a hand that changes it meanwhile."""

import os
import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from core.errors import GalleryError
from core.galleries.folder import open_folder
from tools.fuzz.doors import Attempt, Door, answered, beside
from tools.fuzz.pictures import samples


def door(n: int = 300) -> Door:
    """Make the door."""
    return Door(name="folder", n=n, seconds=10, megabytes=100, make=_make)


def _make(rng: random.Random, folder: Path) -> Attempt:
    root = folder / "photos"
    root.mkdir()
    for _ in range(rng.randrange(1, 30)):
        rng.choice(_ADDITIONS)(rng, root)
    changing = rng.random() < 0.5

    def attempt() -> str:
        end = threading.Event()
        hand = beside(lambda: _change(rng, root, end)) if changing else None
        try:
            return answered(lambda: _read_all(root))
        finally:
            end.set()
            if hand:
                hand.join()
            shutil.rmtree(root)

    return attempt


def _read_all(root: Path) -> None:
    gallery = open_folder(root)
    for item in gallery.items:
        item.name.encode()
        try:
            gallery.read(item.id)
        except GalleryError:  # it is gone, or another one, since the folder was opened
            continue
    gallery.is_current()


def _change(rng: random.Random, root: Path, end: threading.Event) -> None:
    while not end.wait(rng.random() / 500):
        there = list(root.rglob("*"))
        try:
            kind = rng.randrange(4)
            if kind == 0 or not there:
                rng.choice(_ADDITIONS)(rng, root)
            elif kind == 1:
                rng.choice(there).unlink()
            elif kind == 2:
                os.truncate(rng.choice(there), rng.randrange(100))
            else:
                rng.choice(there).rename(root / f"renamed-{rng.randrange(99)}")
        except OSError:
            continue


def _place(rng: random.Random, root: Path, suffix: str = "") -> Path:
    folder = root / rng.choice(["", "a", "b", "a/c"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{rng.randrange(1000)}{suffix}"


def _picture(rng: random.Random, root: Path) -> None:
    suffix = rng.choice([".jpg", "", ".txt", ".JPG"])
    _place(rng, root, suffix).write_bytes(rng.choice(rng.choice(list(samples().values()))))


def _no_picture(rng: random.Random, root: Path) -> None:
    _place(rng, root, rng.choice([".jpg", ""])).write_bytes(rng.randbytes(rng.randrange(200)))


def _link(rng: random.Random, root: Path) -> None:
    where = rng.choice([".", "..", "nowhere", str(root), "/dev/zero", "/dev/null"])
    link = _place(rng, root, ".jpg")
    link.unlink(missing_ok=True)
    link.symlink_to(where)


def _link_to_itself(rng: random.Random, root: Path) -> None:
    link = _place(rng, root)
    link.unlink(missing_ok=True)
    link.symlink_to(link)


def _pipe(rng: random.Random, root: Path) -> None:
    path = _place(rng, root, ".jpg")
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _odd_name(rng: random.Random, root: Path) -> None:
    name = rng.choice([b"\xff\xfe", b"caf\xe9", b"<b>x", b"a\nb", b"[x](y)", b"%00", b" "])
    (root / os.fsdecode(name)).write_bytes(samples()["JPEG"][0])


_ADDITIONS: tuple[Callable[[random.Random, Path], None], ...] = (
    *(_picture, _picture, _picture, _no_picture),
    *(_link, _link_to_itself, _pipe, _odd_name),
)
