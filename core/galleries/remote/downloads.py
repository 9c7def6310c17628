"""Fetch one file over HTTP, so that it is either whole and checked or not there at all.

What arrives goes to ``<name>.part``; only when its checksum is right, where one is published, does
it get its own name. A part that is left behind (cable pulled, process killed) is where the next
call goes on.
"""

import errno
import gzip
import hashlib
import http.client
import os
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from ... import files, locations
from ...errors import DownloadError
from ...language import tr
from ...progress import Progress, silent

TIMEOUT = 30.0  # seconds without a single byte
_BLOCK = 2**18  # bytes between two reports


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the internet, and what it must be."""

    url: str
    md5: str | None = None  # 32 hex digits; None: nobody published it, the caller has to check
    called: str = ""  # the file's own name, where its address doesn't end in it
    max_bytes: int = 4 * 2**30  # more is not the file, whatever it is

    @property
    def name(self) -> str:
        """The file's own name: by default the last part of its address."""
        return self.called or Path(urlsplit(self.url).path).name

    @property
    def host(self) -> str:
        """The server, for an error's sentence."""
        return urlsplit(self.url).netloc


def downloads_folder() -> Path:
    """Where everything lies that was downloaded."""
    return locations.home() / "downloads"


def fetch(
    remote: RemoteFile, folder: Path, *, progress: Progress = silent, timeout: float = TIMEOUT
) -> Path:
    """Return the path of the file in ``folder``; download what isn't there yet.

    One caller at a time per file: two would write into the same part.

    Args:
        remote: the file.
        folder: where to put it; made when it doesn't exist.
        progress: called with the number of bytes.
        timeout: seconds without a byte after which the connection counts as lost.

    Raises:
        DownloadError: no connection, no such file, too large a one, or a wrong checksum.
        StoreError: the folder can't be written or is full.
    """
    path = folder / remote.name
    if path.exists():  # it got its name after the check
        return path
    with files.resuming(path) as part:
        _receive(remote, part, progress, timeout)
        _check(remote, part)
    return path


def unpack(
    archive: Path,
    folder: Path,
    *,
    wanted: Callable[[str], bool] = lambda name: True,
    max_bytes: int = 8 * 2**30,
    progress: Progress = silent,
) -> None:
    """Unpack a ``.zip``, ``.tar``, ``.tar.gz`` or ``.tgz`` into a folder, and never beside it.

    Args:
        archive: the file.
        folder: where to; made when it doesn't exist.
        wanted: tells of a member by its name whether it is unpacked.
        max_bytes: of all that is unpacked.
        progress: told how far it is.

    Raises:
        DownloadError: the archive is damaged, unpacks to more, or leads out of the folder.
        StoreError: the folder can't be written or is full.
    """
    with files.write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            unpack_it = _unpack_zip if archive.suffix == ".zip" else _unpack_tar
            unpack_it(archive, folder, wanted, max_bytes, progress)
        except (
            tarfile.TarError,
            zipfile.BadZipFile,
            gzip.BadGzipFile,
            zlib.error,
            EOFError,
        ) as error:
            raise DownloadError(
                tr(
                    "{archive} can't be unpacked ({error}); delete it and download it again.",
                    archive=archive,
                    error=error,
                )
            ) from error


def _receive(remote: RemoteFile, file: BinaryIO, progress: Progress, timeout: float) -> None:
    """Append to the file what it still lacks."""
    response = _ask(remote, file.tell(), timeout)
    if response is None:
        return
    with response:
        if response.status != HTTPStatus.PARTIAL_CONTENT:  # all of it, from the first byte
            file.truncate(0)
        done = file.seek(0, os.SEEK_END)
        total = done + int(response.headers.get("Content-Length", 0))
        _check_size(remote, total, file)
        if shutil.disk_usage(file.name).free < total - done:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise files.cannot_write(Path(file.name), full)
        for block in _blocks(remote, response):
            file.write(block)
            done += len(block)
            _check_size(remote, done, file)
            progress(done, max(total, done), f"downloading {remote.name}")
    if done < total:
        raise _connection_lost(
            remote,
            tr(
                "after {done:.1f} of {total:.1f} MB",
                done=done / 1e6,
                total=total / 1e6,
            ),
        )


def _ask(remote: RemoteFile, start: int, timeout: float) -> http.client.HTTPResponse | None:
    """Ask for the bytes from ``start`` on; None where the server has none after them."""
    request = urllib.request.Request(remote.url, headers={"User-Agent": "hashlight"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return None
        raise DownloadError(
            tr(
                "{host} answered {code} ({reason}) when asked for {name}; try again later.",
                host=remote.host,
                code=error.code,
                reason=error.reason,
                name=remote.name,
            )
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise _connection_lost(remote, _plain(error)) from error
    if response.headers.get_content_type() == "text/html":
        response.close()
        raise DownloadError(
            tr(
                "{host} answered with a web page in place of {name}; check whether "
                "this network wants a login, and try again.",
                host=remote.host,
                name=remote.name,
            )
        )
    return response


def _blocks(remote: RemoteFile, response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while block := response.read(_BLOCK):
            yield block
    except (OSError, http.client.HTTPException) as error:
        raise _connection_lost(remote, _plain(error)) from error


def _check_size(remote: RemoteFile, n_bytes: int, part: BinaryIO) -> None:
    """Refuse what is far larger than the file can be, before it fills the disk."""
    if n_bytes > remote.max_bytes:
        part.truncate(0)
        raise DownloadError(
            tr(
                "{host} sends {name} as {megabytes:,.0f} MB or more, but at most "
                "{most:,.0f} MB were expected; it was deleted: try again later.",
                host=remote.host,
                name=remote.name,
                megabytes=n_bytes / 1e6,
                most=remote.max_bytes / 1e6,
            )
        )


def _check(remote: RemoteFile, part: BinaryIO) -> None:
    if remote.md5 is None:
        return
    part.flush()
    with Path(part.name).open("rb") as file:
        # Against damage on the way; MD5 is what the data sets publish.
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if digest != remote.md5:
        part.truncate(0)
        raise DownloadError(
            tr(
                "{name} from {host} is not the file it should be (MD5 {digest}, not "
                "{md5}); it was deleted: try again.",
                name=remote.name,
                host=remote.host,
                digest=digest,
                md5=remote.md5,
            )
        )


def _unpack_tar(
    archive: Path, folder: Path, wanted: Callable[[str], bool], max_bytes: int, progress: Progress
) -> None:
    size, unpacked = archive.stat().st_size, 0
    with archive.open("rb") as packed, tarfile.open(fileobj=packed) as tar:
        for member in tar:
            if not wanted(member.name):
                continue
            unpacked += member.size
            _check_unpacked(archive, unpacked, max_bytes)
            tar.extract(member, folder, filter="data")
            progress(packed.tell(), size, f"unpacking {archive.name}")


def _unpack_zip(
    archive: Path, folder: Path, wanted: Callable[[str], bool], max_bytes: int, progress: Progress
) -> None:
    with zipfile.ZipFile(archive) as packed:
        members = [it for it in packed.infolist() if wanted(it.filename)]
        _check_unpacked(archive, sum(it.file_size for it in members), max_bytes)
        for done, member in enumerate(members, start=1):
            packed.extract(member, folder)  # zipfile itself drops ".." and a leading "/"
            progress(done, len(members), f"unpacking {archive.name}")


def _check_unpacked(archive: Path, n_bytes: int, max_bytes: int) -> None:
    if n_bytes > max_bytes:
        raise DownloadError(
            tr(
                "{name} unpacks to {megabytes:,.0f} MB or more, but at most "
                "{most:,.0f} MB were expected; delete it and download it again.",
                name=archive.name,
                megabytes=n_bytes / 1e6,
                most=max_bytes / 1e6,
            )
        )


def _plain(error: Exception) -> str:
    """What the system says, without its numbers: ``connection refused``."""
    reason = getattr(error, "reason", error)  # urllib wraps the error that counts
    return str(getattr(reason, "strerror", None) or reason).lower()


def _connection_lost(remote: RemoteFile, reason: str) -> DownloadError:
    return DownloadError(
        tr(
            "The connection to {host} failed ({reason}); check the internet connection and "
            "try again: what has arrived is kept.",
            host=remote.host,
            reason=reason,
        )
    )
