"""The store, with a gallery of short byte strings and an embedder that hashes them.

Run as a script, this file is the process that the tests kill: see ``main`` at the end.
"""

import errno
import hashlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core import array_files
from core.errors import GalleryError, ImageError, SettingError, StoreError
from core.files import file_digest
from core.galleries.base import GalleryItem, digest_of
from core.galleries.store import is_stored, load, load_or_build, save

MODES = ("off", "channel", "spatial", "both")
SLOW_IMAGES = 200  # half a second and more, in batches of 4: time enough to be killed or met in


class FakeGallery:
    key, title = "fake", "Fake"

    def __init__(self, n, *, broken=()):
        self.files = [b"broken" if i in broken else b"image %d" % i for i in range(n)]
        self.items = [
            GalleryItem(id=i, name=f"{i}.jpg", label=None, digest=file_digest(data))
            for i, data in enumerate(self.files)
        ]
        self.digest = digest_of(self.items)

    def read(self, id):
        return self.files[id]


class FakeEmbedder:
    """Keeps a list of what it embedded, and adds it to a file that outlives a killed process."""

    digest, modes, dim = "e" * 64, MODES, 32
    power = 1  # a higher one gives a few large numbers among many small ones

    def __init__(self, log=None, *, seconds=0.0):
        self.embedded = []
        self.log = log
        self.seconds = seconds

    def prepare(self, data):
        if data == b"broken":
            raise ImageError("The file is broken.")
        return data

    def embed(self, batch):
        time.sleep(self.seconds)
        self.embedded += batch
        if self.log:
            with self.log.open("ab") as file:
                file.write(b"".join(data + b"\n" for data in batch))
        return np.stack([expected(data, self.power) for data in batch])


class Unhurried(FakeEmbedder):
    """Never comes to the end of a slow gallery, however late it is killed."""

    def embed(self, batch):
        if len(self.embedded) >= SLOW_IMAGES / 4:
            time.sleep(60)
        return super().embed(batch)


def expected(data, power=1):
    """The exact embeddings of one image, (M, D)."""
    seed = int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
    shape = (len(MODES), FakeEmbedder.dim)
    vectors = np.random.default_rng(seed).standard_normal(shape) ** power
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build(gallery, embedder, home, **settings):
    return load_or_build(gallery, embedder, home=home, **{"shipped": (), **settings})


def equal(one, other):
    return (
        (one.gallery_digest, one.embedder_digest, one.modes, one.failures)
        == (other.gallery_digest, other.embedder_digest, other.modes, other.failures)
        and np.array_equal(one.ids, other.ids)
        and np.array_equal(one.embeddings, other.embeddings)
    )


def file_of(home):
    (path,) = (home / "embeddings").glob("*.safetensors")
    return path


def leftovers(home):
    return [p for p in (home / "embeddings").iterdir() if p.suffix not in (".safetensors", ".lock")]


@pytest.fixture
def gallery():
    return FakeGallery(22, broken=(3, 9))


@pytest.fixture
def undisturbed(gallery, tmp_path):
    return build(gallery, FakeEmbedder(), tmp_path / "undisturbed")


# What is stored


def test_the_second_start_computes_nothing_and_returns_the_same(gallery, tmp_path):
    first, second = FakeEmbedder(), FakeEmbedder()
    built = build(gallery, first, tmp_path)
    loaded = build(gallery, second, tmp_path)
    assert (len(first.embedded), len(second.embedded)) == (20, 0)
    assert equal(built, loaded)
    assert equal(built, load(gallery, FakeEmbedder.digest, home=tmp_path, shipped=()))


def test_half_precision_on_disk_keeps_the_direction_and_the_length(gallery, undisturbed):
    exact = np.stack([expected(gallery.files[id]) for id in undisturbed.ids], axis=1)  # (M, n, D)
    cosines = (undisturbed.embeddings.astype(np.float64) * exact).sum(axis=-1)
    assert undisturbed.embeddings.dtype == np.float32
    assert cosines.min() > 0.999999
    lengths = np.linalg.norm(undisturbed.embeddings.astype(np.float64), axis=-1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_each_mode_is_one_contiguous_matrix_that_nobody_can_change(undisturbed):
    for number, mode in enumerate(MODES):
        matrix = undisturbed.of(mode)
        assert np.shares_memory(matrix, undisturbed.embeddings[number])
        assert matrix.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            matrix[0, 0] = 1
    with pytest.raises(SettingError, match="'sideways': choose one of off, channel"):
        undisturbed.of("sideways")


def test_broken_images_are_listed_and_the_others_served(undisturbed):
    assert dict(undisturbed.failures) == {3: "The file is broken.", 9: "The file is broken."}
    assert undisturbed.ids.tolist() == [i for i in range(22) if i not in (3, 9)]


@pytest.mark.parametrize(("n", "why"), [(5, "The file is broken"), (0, "It is empty")])
def test_a_gallery_without_a_good_image_is_an_error(n, why, tmp_path):
    with pytest.raises(GalleryError, match=f"Fake has no image that can be searched. {why}"):
        build(FakeGallery(n, broken=range(n)), FakeEmbedder(), tmp_path)


def test_another_gallery_or_another_embedder_has_its_own_file(gallery, tmp_path):
    class Retrained(FakeEmbedder):
        digest = "f" * 64

    retrained = Retrained()
    build(gallery, FakeEmbedder(), tmp_path)
    assert not is_stored(gallery, retrained.digest, home=tmp_path)
    assert load(gallery, retrained.digest, home=tmp_path) is None
    build(gallery, retrained, tmp_path)
    assert len(retrained.embedded) == 20
    assert load(FakeGallery(21), FakeEmbedder.digest, home=tmp_path) is None


def test_progress_counts_every_image_once_and_starts_where_the_last_build_ended(gallery, tmp_path):
    seen = []

    def interrupt(done, total, what):
        seen.append((done, total, what))
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(gallery, FakeEmbedder(), tmp_path, batch_size=4, progress=interrupt)
    build(gallery, FakeEmbedder(), tmp_path, batch_size=4, progress=lambda *now: seen.append(now))
    assert [done for done, _, _ in seen] == [0, 4, 8, 8, 12, 16, 20, 22]
    assert {(total, what) for _, total, what in seen} == {(22, "Embedding Fake")}


def test_a_batch_of_no_images_is_refused(gallery, tmp_path):
    with pytest.raises(SettingError, match="0 images"):
        build(gallery, FakeEmbedder(), tmp_path, batch_size=0)


# Killed, interrupted


def child(*arguments, **pipes):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, **pipes)


@pytest.mark.model
def test_a_build_killed_before_any_step_on_the_disk_resumes_and_equals_an_undisturbed_one(tmp_path):
    process = child("every-step", tmp_path, stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert int(output) > 15  # steps at which it was killed


@pytest.mark.model
def test_a_build_killed_at_any_moment_resumes_and_equals_an_undisturbed_one(tmp_path):
    gallery, log, home = FakeGallery(SLOW_IMAGES), tmp_path / "log", tmp_path / "home"
    log.touch()
    moments = random.Random(0)  # seconds
    kills = 3
    for _ in range(kills):
        before = log.stat().st_size
        process = child("unhurried", home, log)
        while log.stat().st_size == before:  # until it has embedded a batch
            assert process.poll() is None
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.1))
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert load(gallery, FakeEmbedder.digest, home=home, shipped=()) is None
    resumed = build(gallery, FakeEmbedder(log), home)
    assert equal(resumed, build(gallery, FakeEmbedder(), tmp_path / "undisturbed"))
    images = log.read_bytes().count(b"\n")
    assert images <= SLOW_IMAGES + 4 * kills  # a kill costs one batch at most
    assert not leftovers(home)


@pytest.mark.parametrize("batch_size", [1, 4, 7])
def test_an_interrupted_build_resumes_with_any_batch_size(batch_size, gallery, tmp_path):
    class Spread(FakeEmbedder):
        power = 11  # float16, undone and applied again, changes the last bit of such embeddings

    class Interrupted(Spread):
        def embed(self, batch):
            if len(self.embedded) >= 8:
                raise KeyboardInterrupt
            return super().embed(batch)

    first, second = Interrupted(), Spread()
    with pytest.raises(KeyboardInterrupt):
        build(gallery, first, tmp_path, batch_size=4)
    assert not is_stored(gallery, FakeEmbedder.digest, home=tmp_path, shipped=())
    resumed = build(gallery, second, tmp_path, batch_size=batch_size)
    assert equal(resumed, build(gallery, Spread(), tmp_path / "undisturbed"))
    assert sorted(first.embedded + second.embedded) == sorted(set(gallery.files) - {b"broken"})
    assert not leftovers(tmp_path)


def test_only_a_damaged_part_is_computed_again(gallery, undisturbed, tmp_path):
    def stop(done, total, what):
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(gallery, FakeEmbedder(), tmp_path, batch_size=5, progress=stop)
    (parts,) = (tmp_path / "embeddings").glob("*.parts")
    (parts / "00000010.safetensors").write_bytes(b"")
    notices, embedder = [], FakeEmbedder()
    assert equal(build(gallery, embedder, tmp_path, notice=notices.append), undisturbed)
    assert embedder.embedded == [gallery.files[i] for i in (10, 11, 12, 13, 14, 20, 21)]
    assert notices == ["Damaged parts of Fake are computed again: 1."]


# Damaged and foreign files


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


DAMAGES = {
    "a flipped bit": flip,
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: path.write_bytes(b""),
    "a text": lambda path: path.write_text("Buy milk, eggs and bread. " * 10),
    "foreign safetensors": lambda path: save_file({"a": np.zeros(3)}, path),
    "another layout": lambda path: array_files.write(path, {"a": np.zeros(3)}, {"version": 0}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_or_foreign_file_is_built_again_with_one_sentence(damage, gallery, tmp_path):
    built = build(gallery, FakeEmbedder(), tmp_path)
    damage(file_of(tmp_path))
    assert load(gallery, FakeEmbedder.digest, home=tmp_path, shipped=()) is None
    notices, embedder = [], FakeEmbedder()
    assert equal(build(gallery, embedder, tmp_path, notice=notices.append), built)
    assert len(embedder.embedded) == 20
    assert len(notices) == 1
    assert notices[0].startswith("The embeddings of Fake are computed again: ")
    build(gallery, embedder, tmp_path, notice=notices.append)
    assert (len(embedder.embedded), len(notices)) == (20, 1)


def test_half_a_gallery_under_the_name_of_the_whole_is_never_served(gallery, tmp_path):
    def stop(done, total, what):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(gallery, FakeEmbedder(), tmp_path, batch_size=4, progress=stop)
    (part,) = (tmp_path / "embeddings").glob("*.parts/*.safetensors")
    shutil.copy(part, part.parent.with_suffix(".safetensors"))
    assert load(gallery, FakeEmbedder.digest, home=tmp_path, shipped=()) is None
    notices = []
    build(gallery, FakeEmbedder(), tmp_path, notice=notices.append)
    assert "does not hold the whole gallery" in notices[0]


def test_the_file_of_another_gallery_is_never_served(gallery, tmp_path):
    build(gallery, FakeEmbedder(), tmp_path / "here")
    build(FakeGallery(22), FakeEmbedder(), tmp_path / "there")
    shutil.copy(file_of(tmp_path / "there"), file_of(tmp_path / "here"))
    assert load(gallery, FakeEmbedder.digest, home=tmp_path / "here", shipped=()) is None


# Shipped files


def test_a_shipped_gallery_needs_no_computing_and_no_home(gallery, undisturbed, tmp_path):
    path = save(undisturbed, tmp_path / "assets")
    embedder = FakeEmbedder()
    shipped = (tmp_path / "nowhere", tmp_path / "assets")
    assert is_stored(gallery, embedder.digest, home=tmp_path / "home", shipped=shipped)
    assert equal(build(gallery, embedder, tmp_path / "home", shipped=shipped), undisturbed)
    assert embedder.embedded == []
    assert not (tmp_path / "home").exists()
    assert path.read_bytes() == file_of(tmp_path / "undisturbed").read_bytes()


def test_a_damaged_shipped_file_is_left_alone_and_the_home_takes_its_place(
    gallery, undisturbed, tmp_path
):
    path = save(undisturbed, tmp_path / "assets")
    path.write_bytes(b"damaged")
    notices = []
    for _ in range(2):
        stored = build(
            gallery, FakeEmbedder(), tmp_path, shipped=[path.parent], notice=notices.append
        )
        assert equal(stored, undisturbed)
    assert path.read_bytes() == b"damaged"
    assert len(notices) == 1


# Disks that refuse


def test_on_a_full_disk_the_result_is_served_and_what_fitted_is_used_next_time(
    gallery, undisturbed, tmp_path, monkeypatch
):
    calls = itertools.count()

    def fsync(_):
        if next(calls) >= 4:  # two files, each with its folder
            raise OSError(errno.ENOSPC, "No space left on device")

    notices = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        stored = build(gallery, FakeEmbedder(), tmp_path, batch_size=5, notice=notices.append)
        with pytest.raises(StoreError, match="no space left on device"):
            save(stored, tmp_path / "assets")
    assert equal(stored, undisturbed)
    assert len(notices) == 1
    assert "no space left on device" in notices[0]
    assert not is_stored(gallery, FakeEmbedder.digest, home=tmp_path, shipped=())
    later = FakeEmbedder()
    assert equal(build(gallery, later, tmp_path), undisturbed)
    assert later.embedded == gallery.files[10:]
    assert not leftovers(tmp_path)


def test_a_home_that_cannot_be_written_costs_one_sentence(gallery, undisturbed, tmp_path):
    home = tmp_path / "home"
    home.write_text("a file where a directory should be")
    notices = []
    assert equal(build(gallery, FakeEmbedder(), home, notice=notices.append), undisturbed)
    assert len(notices) == 1
    assert str(home) in notices[0]
    assert "HASHLIGHT_HOME" in notices[0]


# Several at once


@pytest.mark.model
def test_of_two_processes_one_builds_and_the_other_waits(tmp_path):
    log, home = tmp_path / "log", tmp_path / "home"
    processes = [child("slow", home, log) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert log.read_bytes().count(b"\n") == SLOW_IMAGES
    assert load(FakeGallery(SLOW_IMAGES), FakeEmbedder.digest, home=home, shipped=()) is not None


def test_of_many_threads_one_builds_and_the_others_say_that_they_wait(gallery, tmp_path):
    embedder, reports, results = FakeEmbedder(), [], []
    start = threading.Barrier(4)

    def progress(done, total, what):
        reports.append(what)
        if done == 0 and what.startswith("Embedding"):
            until = time.monotonic() + 10
            while sum(what.startswith("Waiting") for what in reports) < 3:
                assert time.monotonic() < until
                time.sleep(0.001)

    def ask():
        start.wait()
        results.append(build(gallery, embedder, tmp_path, progress=progress))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(embedder.embedded) == 20
    assert len(results) == 4
    assert all(equal(results[0], result) for result in results)
    assert reports.count("Waiting for another process that embeds Fake") == 3


# The process that is killed


STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "fcntl.flock"}


def kill_before_step(number, home):
    """Kill this process when it is about to touch the disk for the given time."""
    count = itertools.count()

    def hook(event, arguments):
        if event not in STEPS:
            return
        mine = event == "fcntl.flock" or str(arguments[0]).startswith(str(home))
        if mine and next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def every_step(folder):
    """Kill a build before its first step on the disk, its second, and so on to the last."""
    gallery = FakeGallery(10, broken=(4,))
    undisturbed = build(gallery, FakeEmbedder(), folder / "undisturbed")
    for number in itertools.count():
        home, log = folder / f"home-{number}", folder / f"log-{number}"
        pid = os.fork()
        if pid == 0:
            kill_before_step(number, home)
            build(gallery, FakeEmbedder(log), home, batch_size=3)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        served = load(gallery, FakeEmbedder.digest, home=home, shipped=())
        assert served is None or equal(served, undisturbed)
        assert equal(build(gallery, FakeEmbedder(log), home, batch_size=3), undisturbed)
        assert log.read_bytes().count(b"\n") <= 9 + 3  # at most one batch was lost
        assert not leftovers(home)
        if os.waitstatus_to_exitcode(status) == 0:
            return number
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def main(task, folder, log=None):
    if task == "every-step":
        print(every_step(Path(folder)))
    else:
        kind = {"slow": FakeEmbedder, "unhurried": Unhurried}[task]
        embedder = kind(Path(log), seconds=0.01)
        build(FakeGallery(SLOW_IMAGES), embedder, Path(folder), batch_size=4)


if __name__ == "__main__":
    main(*sys.argv[1:])
