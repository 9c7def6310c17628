import errno
import hashlib
import io
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import namedtuple

import pytest

from core.errors import DownloadError, StoreError
from core.galleries.remote.downloads import RemoteFile, fetch, unpack

DATA = random.Random(0).randbytes(700_000)  # a few blocks


@pytest.fixture
def remote(server):
    server.files["sets/photos.tgz"] = DATA
    return RemoteFile(f"{server.url}/sets/photos.tgz", hashlib.md5(DATA).hexdigest())


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_under_its_own_name(remote, tmp_path):
    told = []
    path = fetch(remote, tmp_path / "new", progress=lambda *it: told.append(it))
    assert path == tmp_path / "new" / "photos.tgz"
    assert path.read_bytes() == DATA
    assert names(tmp_path / "new") == ["photos.tgz"]
    assert told[-1] == (len(DATA), len(DATA), "downloading photos.tgz")
    assert told == sorted(told)
    assert len(told) > 2


def test_a_file_that_is_there_is_not_asked_for_again(remote, server, tmp_path):
    fetch(remote, tmp_path)
    fetch(remote, tmp_path)
    assert len(server.asked) == 1


def test_an_interrupted_download_goes_on_where_it_stopped(remote, server, tmp_path):
    server.cut_after = 300_000
    with pytest.raises(DownloadError, match=r"after 0.3 of 0.7 MB.*what has arrived is kept"):
        fetch(remote, tmp_path)
    assert names(tmp_path) == ["photos.tgz.part"]
    server.cut_after = None
    told = []
    path = fetch(remote, tmp_path, progress=lambda *it: told.append(it))
    assert path.read_bytes() == DATA
    assert server.asked[-1] == ("/sets/photos.tgz", "bytes=300000-")
    assert told[0][0] > 300_000
    assert told[-1][:2] == (len(DATA), len(DATA))


def test_a_server_that_can_not_resume_sends_all_of_it_again(remote, server, tmp_path):
    server.cut_after, server.ranges = 300_000, False
    with pytest.raises(DownloadError):
        fetch(remote, tmp_path)
    server.cut_after = None
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_a_part_that_is_already_complete_is_checked_and_used(remote, tmp_path):
    (tmp_path / "photos.tgz.part").write_bytes(DATA)
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_a_wrong_checksum_leaves_nothing_behind_and_the_next_attempt_is_fresh(
    remote, server, tmp_path
):
    for part in (b"not the beginning of it", DATA + b"too much"):
        (tmp_path / "photos.tgz.part").write_bytes(part)
        with pytest.raises(DownloadError, match=r"not the file it should be .* try again"):
            fetch(remote, tmp_path)
        assert names(tmp_path) == []
    assert fetch(remote, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize(("status", "text"), [(404, "Not Found"), (503, "Service Unavailable")])
def test_an_error_page_is_one_sentence(remote, server, tmp_path, status, text):
    server.status = status
    with pytest.raises(DownloadError, match=f"answered {status} \\({text}\\).*photos.tgz"):
        fetch(remote, tmp_path)


def test_a_web_page_in_place_of_the_file_is_not_kept(remote, server, tmp_path):
    server.content_type = "text/html; charset=utf-8"
    with pytest.raises(DownloadError, match=r"web page in place of photos\.tgz"):
        fetch(remote, tmp_path)
    server.content_type = "application/gzip"
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_without_a_connection_the_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadError, match=rf"127.0.0.1:{port} failed \(connection refused\)"):
        fetch(RemoteFile(f"http://127.0.0.1:{port}/photos.tgz", "0" * 32), tmp_path)


def test_a_server_that_falls_silent_does_not_hang_us(remote, server, tmp_path):
    server.cut_after = 300_000
    server.stall.clear()
    start = time.perf_counter()
    with pytest.raises(DownloadError, match="timed out"):
        fetch(remote, tmp_path, timeout=0.3)
    assert time.perf_counter() - start < 5
    server.cut_after = None
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_a_disk_without_room_is_noticed_before_the_download(remote, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free=len(DATA) - 1))
    with pytest.raises(StoreError, match=r"no space left on device.*HASHLIGHT_HOME"):
        fetch(remote, tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free=len(DATA)))
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_a_disk_that_fills_up_meanwhile_is_one_sentence_and_can_be_resumed(
    remote, tmp_path, monkeypatch
):
    def fsync(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(StoreError, match="no space left"):
            fetch(remote, tmp_path)
    assert fetch(remote, tmp_path).read_bytes() == DATA


def test_a_folder_that_can_not_be_made_is_one_sentence(remote, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match=r"can't be written \(not a directory\)"):
        fetch(remote, tmp_path / "file" / "folder")


def test_a_process_killed_in_the_middle_leaves_only_a_part(remote, server, tmp_path):
    server.cut_after = 300_000
    server.stall.clear()
    script = (
        "import sys; from pathlib import Path; from core.galleries.remote.downloads import *;"
        "fetch(RemoteFile(sys.argv[1], sys.argv[2]), Path(sys.argv[3]))"
    )
    arguments = [sys.executable, "-c", script, remote.url, remote.md5, str(tmp_path)]
    with subprocess.Popen(arguments) as process:
        part = tmp_path / "photos.tgz.part"
        while not (part.exists() and part.stat().st_size) and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert names(tmp_path) == ["photos.tgz.part"]
    server.cut_after = None
    assert fetch(remote, tmp_path).read_bytes() == DATA
    assert server.asked[-1][1] is not None  # resumed


def test_what_is_packed_comes_out(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("deep/a.txt", "from a zip")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as target:
        target.add(tmp_path / "a.zip", "deep/b.zip")
    told = []
    for name in ("a.zip", "b.tar.gz"):
        unpack(tmp_path / name, tmp_path / "out", progress=lambda *it: told.append(it))
    assert (tmp_path / "out/deep/a.txt").read_text() == "from a zip"
    assert (tmp_path / "out/deep/b.zip").read_bytes() == (tmp_path / "a.zip").read_bytes()
    assert {what for _, _, what in told} == {"unpacking a.zip", "unpacking b.tar.gz"}


def test_an_archive_that_leads_out_of_its_folder_writes_nothing_there(tmp_path):
    with tarfile.open(tmp_path / "evil.tar", "w") as target:
        entry = tarfile.TarInfo("../escaped.txt")
        target.addfile(entry, io.BytesIO())
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as target:
        target.writestr("../escaped.txt", "")
    with pytest.raises(DownloadError, match=r"can't be unpacked .* outside the destination"):
        unpack(tmp_path / "evil.tar", tmp_path / "out")
    unpack(tmp_path / "evil.zip", tmp_path / "out")
    assert not (tmp_path / "escaped.txt").exists()


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tgz"])
@pytest.mark.parametrize("damage", [lambda data: b"junk", lambda data: data[: len(data) // 2]])
def test_a_damaged_archive_is_one_sentence(tmp_path, name, damage):
    path = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as target:
            target.writestr("a.bin", DATA)
    else:
        (tmp_path / "a.bin").write_bytes(DATA)
        with tarfile.open(path, "w:gz") as target:
            target.add(tmp_path / "a.bin", "a.bin")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DownloadError, match="can't be unpacked"):
        unpack(path, tmp_path / "out")
