"""Images of strangers are decoded in processes of their own, which may crash, hang or eat memory.

    caller      name, side, bytes ->          <- shape, digest, notes, pixels; or why not
    decoder                         decode

A codec is C code that reads whatever somebody has written. One that goes wrong ends its decoder
and never the caller, who gets an ImageError; the next image has a fresh decoder. A decoder bounds
itself where the system can do that: seconds of the processor for each image, bytes of memory, and
no file that it could write.
"""

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from . import images
from .errors import ImageError
from .images import DECODED_SIDE, THE_IMAGE, DecodedImage
from .language import as_json, from_json, later

SECONDS = 20  # of the processor, for one image
PATIENCE = 90.0  # seconds on the clock: others may have the processor meanwhile
MAX_MEMORY = 2 * 2**30  # bytes of one decoder's address space
DECODERS = max(2, min(4, os.cpu_count() or 1))

_FOLDER = Path(__file__).resolve().parents[1]  # where this package is imported from
_PROGRAM = f"import sys; from {__name__} import serve; serve(*map(int, sys.argv[1:]))"
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each reserves memory
_PIPE = 2**20  # bytes that are under way at most: the fewer, the more often both sides wait
_LARGE = {"large": True}


class DecoderPool:
    """A few decoders, each started when it is first needed; safe to share between threads."""

    def __init__(
        self,
        n: int = DECODERS,
        *,
        seconds: int = SECONDS,
        patience: float = PATIENCE,
        max_memory: int = MAX_MEMORY,
    ) -> None:
        """Start nothing yet.

        Args:
            n: images that are decoded at once; others wait.
            seconds: of the processor, for one image.
            patience: seconds on the clock, for one image.
            max_memory: bytes of one decoder's address space.
        """
        self._decoders = [_Decoder(seconds, patience, max_memory) for _ in range(n)]
        self._idle: queue.LifoQueue[_Decoder] = queue.LifoQueue()
        for decoder in self._decoders:
            self._idle.put(decoder)
        self._large = threading.Lock()
        atexit.register(self.close)

    def decode(
        self, data: bytes, *, name: str = THE_IMAGE, side: int = DECODED_SIDE
    ) -> DecodedImage:
        """Check and decode the bytes of one image file, with the outcome of ``images.decode``.

        Raises:
            ImageError: as there, or it can't be decoded within the limits.
        """
        images.check_bytes(data, name)
        decoder = self._idle.get()
        try:
            return decoder.decode(data, name, side, self._large)
        finally:
            self._idle.put(decoder)

    def close(self) -> None:
        """End all decoders; the next image starts one again."""
        for decoder in self._decoders:
            decoder.end()


class _Decoder:
    """One process as its user sees it; for one thread at a time."""

    def __init__(self, seconds: int, patience: float, max_memory: int) -> None:
        self._seconds = seconds
        self._patience = patience
        self._max_memory = max_memory
        self._process: subprocess.Popen[bytes] | None = None
        self._is_late = False

    def decode(self, data: bytes, name: str, side: int, large: threading.Lock) -> DecodedImage:
        """Have an image decoded; ``large`` is held meanwhile if it is a large one.

        Raises:
            ImageError: the decoder says why not, or did not survive it.
        """
        task = {"name": as_json(name), "side": side, "size": len(data)}
        try:
            answer, pixels = self._ask(task, data)
            if answer == _LARGE:
                with large:
                    answer, pixels = self._ask({})
        except (
            OSError,
            ValueError,
        ) as error:  # the pipe has ended, in the middle of a line perhaps
            raise ImageError(self._why_it_ended(name)) from error
        if "error" in answer:
            raise ImageError(from_json(answer["error"]))
        return DecodedImage(pixels, answer["digest"], tuple(map(from_json, answer["notes"])))

    def end(self) -> int:
        """End the process; return its code, negative where a signal ended it."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.kill()  # does nothing to one that has ended
        with contextlib.suppress(OSError), process:  # it may not have read all that it was told
            pass
        return process.returncode

    def _ask(
        self, about: Mapping[str, Any], data: bytes = b""
    ) -> tuple[dict[str, Any], NDArray[np.uint8]]:
        """Say something, and return the answer with the pixels that came with it."""
        process = self._running()
        assert process.stdin
        assert process.stdout
        self._is_late = False
        clock = threading.Timer(self._patience, self._too_late)
        clock.start()
        try:
            _say(process.stdin, about, data)
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            pixels = np.empty(answer.get("shape", (0, 0, 3)), np.uint8)
            if process.stdout.readinto(pixels.reshape(-1).data) < pixels.size:  # type: ignore[attr-defined]
                raise EOFError
        finally:
            clock.cancel()
        return answer, pixels

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(self._seconds), str(self._max_memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what a codec has to say of a broken file
                pipesize=_PIPE,
                cwd=_FOLDER,
                env={**os.environ, **_ONE_THREAD},
            )
            assert self._process.stdout
            self._process.stdout.readline()  # starting is no part of any image's time
        return self._process

    def _too_late(self) -> None:
        self._is_late = True
        if self._process:
            self._process.kill()

    def _why_it_ended(self, name: str) -> str:
        code = self.end()
        if self._is_late or -code == getattr(signal, "SIGXCPU", None):
            return later(
                "{name} takes longer than {seconds} s to decode; save it again as a JPEG.",
                name=name,
                seconds=self._seconds,
            )
        return later(
            "{name} makes its decoder crash, so it is damaged; save it again as a JPEG.", name=name
        )


def _say(file: IO[bytes], about: Mapping[str, Any], data: bytes | memoryview = b"") -> None:
    """Write one line of JSON, and what belongs to it."""
    file.write(json.dumps(about).encode() + b"\n")
    file.write(data)
    file.flush()


# In the decoder ---------------------------------------------------------------------------


def serve(seconds: int, max_memory: int) -> None:
    """Decode what comes on the standard input until it ends; this is the decoder's whole life.

    Args:
        seconds: of the processor, for one image.
        max_memory: bytes of address space.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a codec that prints must not be taken for an answer
    _give_up_rights(max_memory)
    _say(answers, {})  # it has started

    @contextlib.contextmanager
    def turn() -> Iterator[None]:
        _say(answers, _LARGE)
        sys.stdin.buffer.readline()
        yield

    for line in sys.stdin.buffer:
        task = json.loads(line)
        data = sys.stdin.buffer.read(task["size"])
        _allow(seconds)
        try:
            image = images.decode(
                data, name=from_json(task["name"]), side=task["side"], large=turn()
            )
        except ImageError as error:
            _say(answers, {"error": as_json(error.sentence)})
        else:
            notes = [*map(as_json, image.notes)]
            about = {"shape": image.pixels.shape, "digest": image.digest, "notes": notes}
            _say(answers, about, image.pixels.reshape(-1).data)


if sys.platform == "win32":

    def _give_up_rights(max_memory: int) -> None:
        """Windows bounds a process from outside only; a crash still ends nobody else."""

    def _allow(seconds: int) -> None:
        """The caller's patience is the bound."""

else:
    import resource

    def _give_up_rights(max_memory: int) -> None:
        """Bound the memory, and write neither a file nor what is left after a crash."""
        for what, most in (
            (resource.RLIMIT_AS, max_memory),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
                resource.setrlimit(what, (most, most))

    def _allow(seconds: int) -> None:
        """Let this process have so many seconds more of the processor; then a signal ends it."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
