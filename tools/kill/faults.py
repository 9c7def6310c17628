"""Faults of the machine: a full disk, nowhere to write, too little memory, a clock set back."""

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from core.errors import HashlightError
from core.galleries import store
from core.galleries.folder import open_folder
from core.galleries.uploads import GivenFile, gather
from tools.fake_gallery import FakeGallery
from tools.fuzz.doors import WrongAnswerError, check_sentence, memory
from tools.fuzz.pictures import samples
from tools.fuzz.zips import packed
from tools.kill.works import FakeEmbedder


def full_disk(folder: Path) -> str:
    """No file may grow beyond 4 KB: embeddings are served from memory, with one sentence."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    return _served_with_a_sentence(folder)


def nowhere_to_write(folder: Path) -> str:
    """The cache directory can't even be made: the same."""
    (folder / "file").write_text("")
    return _served_with_a_sentence(folder / "file" / "home")


def too_little_memory(folder: Path) -> str:
    """Photographs of 400 MB and room for 200: one sentence, and a smaller gallery is taken."""
    sound = samples()["JPEG"][0]
    many = packed({f"{n}.jpg": sound + bytes(40 * 2**20) + bytes([n]) for n in range(10)})
    most = int((memory("VmSize") + 200) * 1e6)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        gather([GivenFile("many.zip", many)], key="own-many")
    except HashlightError as error:
        sentence = str(error)
    else:
        raise WrongAnswerError("400 MB found room in 200")
    if len(gather([GivenFile("one.jpg", sound)], key="own-one").items) != 1:
        raise WrongAnswerError("nothing is taken any more")
    return sentence


def clock_set_back(folder: Path) -> str:
    """A photograph is replaced while the clock is a year behind: that is noticed all the same."""
    path = folder / "photo.jpg"
    path.write_bytes(samples()["JPEG"][0])
    gallery = open_folder(folder)
    path.write_bytes(samples()["PNG"][0])
    year = 365 * 86_400
    os.utime(path, (path.stat().st_atime - year, path.stat().st_mtime - year))
    if gallery.is_current():
        raise WrongAnswerError("an older file passes for the same file")
    return "What has changed is told by time and content, whichever way the clock went."


FAULTS: tuple[Callable[[Path], str], ...] = (
    full_disk,
    nowhere_to_write,
    too_little_memory,
    clock_set_back,
)


def meet(fault: Callable[[Path], str], folder: Path) -> dict[str, str]:
    """Meet a fault in a process of its own; return what was said, or what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            sentence = fault(folder)
            check_sentence(sentence)
            os.write(writing, f"said {sentence}".encode())
        except BaseException as error:
            os.write(writing, f"failed {type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        outcome, _, text = answer.read().decode().partition(" ")
    os.waitpid(child, 0)
    return {"fault": fault.__name__.replace("_", " "), outcome or "failed": text}


def _served_with_a_sentence(home: Path) -> str:
    said: list[str] = []
    gallery = FakeGallery(200)
    stored = store.load_or_build(
        gallery, FakeEmbedder(), home=home, shipped=(), batch_size=64, notice=said.append
    )
    if len(stored.ids) != len(gallery.items) or len(said) != 1:
        raise WrongAnswerError(f"{len(stored.ids)} embeddings and {len(said)} sentences")
    return said[0]
