"""Files that must be whole: the one way to write them, and the digest that they are known by.

    content -> NAME.<16 hex digits>.tmp -> flushed to the disk -> renamed to NAME

A rename either happens or doesn't, so whoever opens NAME sees a whole file, the old one or the
new one, even where the writer is killed or the power fails. A writer holds an advisory lock on
its temporary file. The kernel releases it when the process dies, so the next writer of NAME
can tell what was left behind from what is still being written, and removes it.

Where work is to be done once, however many ask for it at the same time, they take ``lock``.

Needs the standard library and ``core.errors`` only.
"""

import contextlib
import errno
import glob
import hashlib
import io
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .errors import StoreError
from .language import later, tr

_TOKEN_BYTES = 8
_ANY_TOKEN = "[0-9a-f]" * (2 * _TOKEN_BYTES)
_FULL = (errno.ENOSPC, errno.EDQUOT)


# Writing ----------------------------------------------------------------------------------


def write(path: Path, content: bytes) -> None:
    """Write one file, replacing whatever has its name; missing folders are made.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    with writing(path) as file:
        file.write(content)


def write_json(path: Path, value: Any) -> None:
    """Write plain values as JSON that people can read too.

    Raises:
        StoreError: the folder can't be written or is full.
        ValueError: a figure is NaN or infinite, which JSON can't say.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write(path, text.encode())


def check_can_write(path: Path) -> None:
    """Refuse a place before the work of hours is done, not after it.

    Raises:
        StoreError: a file can't be written there.
    """
    with write_errors(path):
        _make(path.parent)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raw = _create_temporary(path)
        raw.close()
        raw.path.unlink()


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for content that comes bit by bit; it gets its name when the block ends.

    After an exception there is no trace of it, and an older file of that name is as it was.
    Any number may write the same path at once: the last to end wins.

    Raises:
        StoreError: the folder can't be written or is full. An OSError of the block's own, such
            as from reading another file, stays what it is.
    """
    with write_errors(path):
        _make(path.parent)
        _remove_abandoned(path)
        raw = _create_temporary(path)
    file = io.BufferedWriter(raw)
    try:
        yield file
        _finish(file, raw, path)
    finally:
        raw.close()
        raw.path.unlink(missing_ok=True)


@contextmanager
def resuming(path: Path) -> Iterator[BinaryIO]:
    """Open ``NAME.part`` to append to what an earlier attempt left; as ``writing`` but for that.

    After an exception the part stays for the next attempt, unless it is empty. One writer at a
    time: hold a lock.

    Raises:
        StoreError: the folder can't be written or is full.
    """
    with write_errors(path):
        _make(path.parent)
        raw = _RawFile(path.with_name(f"{path.name}.part"), "ab", path)
    file = io.BufferedWriter(raw)
    try:
        try:
            yield file
        finally:
            file.flush()
        _finish(file, raw, path)
    finally:
        raw.close()
        if raw.path.exists() and not raw.path.stat().st_size:
            raw.path.unlink()


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """Make a folder that is to be filled; it gets its name when the block ends.

    After an exception there is no trace of it. One writer at a time: hold a lock.

    Raises:
        StoreError: the folder can't be written, is full, or ``path`` is there already.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    with write_errors(path):
        shutil.rmtree(temporary, ignore_errors=True)  # of a writer that was killed
        temporary.mkdir(parents=True)
    try:
        yield temporary
        with write_errors(path):
            os.replace(temporary, path)
            _flush_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# Taking turns -----------------------------------------------------------------------------


@contextmanager
def lock(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a path, ``NAME.lock`` beside it, among all threads and processes.

    The path itself need not be there. The kernel releases the lock when the process dies. The
    lock's file stays: to remove it while another waits for it would give two of them the lock.

    Args:
        path: what is locked.
        waiting: called once where another holds the lock; it may raise so as not to wait.

    Raises:
        StoreError: the folder can't be written, or its file system knows no locks.
    """
    with write_errors(path):
        _make(path.parent)
        file = path.with_name(f"{path.name}.lock").open("ab")
    with file:
        if not _try_lock(file.fileno()):
            waiting()
            with write_errors(path):
                _wait_for_lock(file.fileno())
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_for_lock(descriptor: int) -> None:
        while not _try_lock(descriptor):
            time.sleep(0.05)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _wait_for_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


# What goes wrong --------------------------------------------------------------------------


def cannot_write(path: Path, error: OSError) -> StoreError:
    """One sentence for a place that is full, read-only or no folder at all."""
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    sentence = (
        later(
            "{path} can't be written ({reason}); free some space there, or choose another "
            "directory ($HASHLIGHT_HOME sets the one for whatever can be computed again)."
        )
        if error.errno in _FULL
        else later(
            "{path} can't be written ({reason}); choose another directory ($HASHLIGHT_HOME sets "
            "the one for whatever can be computed again)."
        )
    )
    return StoreError(tr(sentence, path=path, reason=reason))


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turn what the file system says into that sentence.

    Raises:
        StoreError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


# Known by its content ---------------------------------------------------------------------


def file_digest(file: bytes | Path) -> str:
    """SHA-256 of a file, its content or its path: 64 hex digits.

    Raises:
        OSError: the path can't be read.
    """
    if isinstance(file, bytes):
        return hashlib.sha256(file).hexdigest()
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# Inside -----------------------------------------------------------------------------------


class _RawFile(io.FileIO):
    """A file whose own errors are StoreErrors, so that no other OSError is taken for one."""

    def __init__(self, path: Path, mode: str, target: Path) -> None:
        super().__init__(path, mode)
        self.path = path
        self._target = target  # what a message is about

    def write(self, data: Any, /) -> int:
        with write_errors(self._target):
            return super().write(data)


def _make(folder: Path) -> None:
    """Make a folder that may be there already; a file in its place has a better name than EEXIST.

    Raises:
        OSError: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error


def _finish(file: BinaryIO, raw: _RawFile, path: Path) -> None:
    """Bring what was written to the disk and give it its name."""
    file.flush()
    with write_errors(path):
        os.fsync(raw.fileno())
        if sys.platform == "win32":  # where an open file can't be renamed
            raw.close()
        os.replace(raw.path, path)
        _flush_folder(path.parent)


def _create_temporary(path: Path) -> _RawFile:
    """Create a temporary file and lock it."""
    while True:
        name = f"{path.name}.{secrets.token_hex(_TOKEN_BYTES)}.tmp"
        raw = _RawFile(path.with_name(name), "xb", path)
        with contextlib.suppress(OSError):  # no locks here: then nobody removes it either
            _wait_for_lock(raw.fileno())
        if raw.path.exists():
            return raw
        raw.close()  # another writer removed it in the moment before it was locked


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of this path whose writers are gone."""
    for temporary in path.parent.glob(f"{glob.escape(path.name)}.{_ANY_TOKEN}.tmp"):
        with contextlib.suppress(OSError), temporary.open("r+b") as file:
            if _try_lock(file.fileno()):
                temporary.unlink()


def _flush_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the system can do that for a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
