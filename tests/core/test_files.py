import contextlib
import errno
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core import files
from core.errors import StoreError

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and modes of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start Python with the repository on its path."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )


# Writing ----------------------------------------------------------------------------------


def test_what_is_written_is_what_is_read_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "new" / "folder" / "a"
    for content in (b"one", b"", b"two"):
        files.write(path, content)
        assert path.read_bytes() == content
        assert names(path.parent) == ["a"]


def test_json_is_readable_and_refuses_what_it_cannot_say(tmp_path):
    path = tmp_path / "a.json"
    files.write_json(path, {"é": [1, 0.5]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"é": [1, 0.5]}
    assert "é" in path.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(path, float("nan"))
    assert json.loads(path.read_text(encoding="utf-8")) == {"é": [1, 0.5]}


def test_a_file_has_its_name_only_when_the_block_has_ended(tmp_path):
    with files.writing(tmp_path / "a") as file:
        file.write(b"half")
        file.flush()
        assert not (tmp_path / "a").exists()
        file.write(b" whole")
    assert (tmp_path / "a").read_bytes() == b"half whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_after_an_exception_the_old_file_is_as_it_was_and_the_error_as_well(tmp_path, error):
    path = tmp_path / "a"
    files.write(path, b"old")
    with pytest.raises(error, match="of its own"), files.writing(path) as file:  # noqa: PT012
        file.write(b"new")
        raise error("of its own")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_of_writers_at_once_each_writes_whole_files(tmp_path):
    path = tmp_path / "a"
    contents = [bytes([letter]) * 300_000 for letter in b"abcd"]
    seen, done = set(), threading.Event()

    def look():
        while not done.is_set():
            with contextlib.suppress(FileNotFoundError):
                seen.add(path.read_bytes())

    def write(content):
        for _ in range(20):
            files.write(path, content)

    reader = threading.Thread(target=look)
    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert seen
    assert seen <= set(contents)
    assert names(tmp_path) == ["a"]


WRITE_FOREVER = """
import sys
from pathlib import Path
from core import files
n = 0
while True:
    n = n % 250 + 1
    with files.writing(Path(sys.argv[1])) as file:
        for _ in range(40):
            file.write(bytes([n]) * 50_000)
    print(n, flush=True)
"""


@pytest.mark.model
@posix
def test_a_reader_never_sees_half_a_file_however_the_writer_dies(tmp_path):
    path = tmp_path / "a"
    rng = random.Random(0)
    left_behind = 0
    for _ in range(20):
        with python(WRITE_FOREVER, path) as writer:
            assert writer.stdout.readline()  # it has written one
            time.sleep(rng.uniform(0, 0.02))
            writer.kill()
        content = path.read_bytes()
        assert content == content[:1] * 2_000_000
        left_behind += len(names(tmp_path)) - 1
    assert left_behind  # else none was killed while it wrote
    files.write(path, b"the next writer")
    assert names(tmp_path) == ["a"]


def test_a_living_writer_keeps_its_temporary_file(tmp_path):
    path = tmp_path / "a"
    with files.writing(path) as slow:
        slow.write(b"slow")
        files.write(path, b"quick")
        assert path.read_bytes() == b"quick"
    assert path.read_bytes() == b"slow"
    assert names(tmp_path) == ["a"]


def test_only_temporary_files_of_the_same_path_are_removed(tmp_path):
    others = [f"b.{'0' * 16}.tmp", "a.tmp", "a.backup.tmp", "ab", f"a.{'0' * 16}.tmp.gz"]
    for name in [*others, f"a.{'0' * 16}.tmp"]:
        (tmp_path / name).write_bytes(b"")
    files.write(tmp_path / "a", b"")
    assert names(tmp_path) == sorted(["a", *others])


def test_a_place_is_checked_without_a_trace(tmp_path):
    files.check_can_write(tmp_path / "new" / "a")
    assert names(tmp_path / "new") == []
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "file" / "a"):
        with pytest.raises(StoreError, match=r"can't be written .*; choose another directory"):
            files.check_can_write(path)


# Resuming, and folders --------------------------------------------------------------------


def test_a_part_goes_on_where_the_last_attempt_stopped(tmp_path):
    path = tmp_path / "new" / "a"
    with pytest.raises(ConnectionError), files.resuming(path) as file:  # noqa: PT012
        file.write(b"half")
        raise ConnectionError
    assert names(path.parent) == ["a.part"]
    with pytest.raises(ConnectionError), files.resuming(path.with_name("b")):
        raise ConnectionError
    assert names(path.parent) == ["a.part"]
    with files.resuming(path) as file:
        assert file.tell() == 4
        file.write(b" whole")
    assert path.read_bytes() == b"half whole"
    assert names(path.parent) == ["a"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "a"
    with pytest.raises(ValueError, match="damaged"), files.writing_folder(path) as folder:  # noqa: PT012
        (folder / "one").write_bytes(b"1")
        raise ValueError("damaged")
    assert names(path.parent) == []
    (path.parent / "a.tmp").mkdir()  # of a writer that was killed
    (path.parent / "a.tmp" / "zero").write_bytes(b"0")
    with files.writing_folder(path) as folder:
        (folder / "one").write_bytes(b"1")
        assert not path.exists()
    assert names(path) == ["one"]
    assert names(path.parent) == ["a"]


# Taking turns -----------------------------------------------------------------------------

TAKE_TURNS = """
import sys, time
from pathlib import Path
from core import files
path = Path(sys.argv[1])
for _ in range(20):
    with files.lock(path):
        n = int(path.read_text())
        time.sleep(0.001)
        path.write_text(str(n + 1))
"""


def test_processes_and_threads_take_turns(tmp_path):
    path = tmp_path / "count"
    path.write_text("0")
    processes = [python(TAKE_TURNS, path) for _ in range(2)]

    def count():
        for _ in range(20):
            with files.lock(path):
                n = int(path.read_text())
                time.sleep(0.001)
                path.write_text(str(n + 1))

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert path.read_text() == "80"


def test_who_must_wait_is_called_once_and_may_refuse(tmp_path):
    calls = []
    with files.lock(tmp_path / "a", lambda: calls.append("free")):
        assert calls == []

        def refuse():
            raise BlockingIOError("busy")

        with pytest.raises(BlockingIOError), files.lock(tmp_path / "a", refuse):
            raise AssertionError
        with files.lock(tmp_path / "b", refuse):  # another path is another lock
            pass
    with files.lock(tmp_path / "a", refuse):  # free again
        pass


HOLD = """
import sys, time
from pathlib import Path
from core import files
with files.lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@posix
def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    with python(HOLD, tmp_path / "a") as holder:
        assert holder.stdout.readline() == "held\n"
        waited = []
        threading.Timer(0.1, holder.kill).start()
        with files.lock(tmp_path / "a", lambda: waited.append(True)):
            assert waited


# What goes wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_one_sentence_that_says_so(tmp_path, monkeypatch, step):
    path = tmp_path / "a"
    files.write(path, b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StoreError, match=r"a can't be written \(no space left.*free some space"):
        files.write(path, b"new" * 10_000)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


WRITE_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
from core import files
from core.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    files.write(Path(sys.argv[1]), bytes(200_000))
except StoreError as error:
    print(error)
"""


@posix
def test_a_write_that_the_system_cuts_short_leaves_the_old_file(tmp_path):
    files.write(tmp_path / "a", b"old")
    with python(WRITE_TOO_MUCH, tmp_path / "a") as process:
        assert "a can't be written (file too large); choose" in process.communicate()[0]
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@posix
def test_no_other_reason_asks_for_free_space(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path, reason in {
        tmp_path / "file" / "a": "not a directory",
        tmp_path / "folder": "is a directory",
        tmp_path / ("a" * 300): "file name too long",
    }.items():
        with pytest.raises(StoreError, match=reason) as caught:
            files.write(path, b"")
        assert "free" not in str(caught.value)
    with pytest.raises(StoreError, match="not a directory"), files.lock(tmp_path / "file" / "a"):
        pass
    assert names(tmp_path) == ["file", "folder"]


WRITE_AND_LOCK = """
import os, sys
from pathlib import Path
from core import files
from core.errors import StoreError
if os.geteuid() == 0:  # who may write everywhere
    os.seteuid(65534)
path = Path(sys.argv[1])
for attempt in (lambda: files.write(path, b""), files.lock(path).__enter__):
    try:
        attempt()
    except StoreError as error:
        print(error)
"""


@posix
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    with python(WRITE_AND_LOCK, folder / "a") as process:
        said = process.communicate()[0].splitlines()
    assert len(said) == 2
    for sentence in said:
        assert "read-only/a can't be written (permission denied); choose another" in sentence
    assert names(folder) == []


# Known by its content ---------------------------------------------------------------------


def test_a_digest_is_that_of_hashlib_for_bytes_and_for_a_path(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(content)
    wanted = hashlib.sha256(content).hexdigest()
    assert files.file_digest(content) == files.file_digest(tmp_path / "a") == wanted
