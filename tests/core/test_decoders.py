"""Decoders that crash, hang or eat memory: a program that does so takes the place of a codec."""

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import decoders, images
from core.decoders import DecoderPool
from core.errors import ImageError

RAMP = np.dstack(np.broadcast_arrays(*np.ogrid[0:200:5, 0:224:4], 77)).astype(np.uint8)  # 40×56


def saved(pixels, format, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format, **options)
    return file.getvalue()


SOUND = saved(RAMP, "PNG")
TRAP = saved(RAMP[::-1], "PNG")
GIVEN = {
    "png": SOUND,
    "jpeg cut short": saved(np.tile(RAMP, (8, 8, 1)), "JPEG")[:-40],
    "transparent webp": saved(np.dstack([RAMP, RAMP[..., 0]]), "WEBP"),
    "empty": b"",
    "no image": b"%PDF-1.7 ...",
    "damaged": SOUND[:60] + SOUND[90:],
}


def outcome(decode, data):
    try:
        image = decode(data, name="photo.jpg", side=32)
    except ImageError as error:
        return str(error)
    return image.pixels.tolist(), image.digest, image.notes


@pytest.fixture
def pool():
    """Return a function that makes a pool."""
    made = []

    def make(n=1, **limits):
        made.append(DecoderPool(n, **limits))
        return made[-1]

    yield make
    for it in made:
        it.close()


@pytest.fixture
def trapped(pool, monkeypatch):
    """Return a function that makes a pool whose codec does something else with ``TRAP``."""

    def make(trap, **limits):
        before = f"""
import os, sys, time
from core import decoders, images
whole = images.decode
def decode(data, **settings):
    if images.file_digest(data) == {images.file_digest(TRAP)!r}:
        {trap}
    return whole(data, **settings)
images.decode = decode
decoders.serve(*map(int, sys.argv[1:]))
"""
        monkeypatch.setattr(decoders, "_PROGRAM", before)
        return pool(**limits)

    return make


@pytest.mark.parametrize("what", GIVEN)
def test_the_outcome_is_that_of_decoding_here(pool, what):
    assert outcome(pool().decode, GIVEN[what]) == outcome(images.decode, GIVEN[what])


ENDS = {
    "os.abort()": "crash",
    "import ctypes; ctypes.string_at(0)": "crash",
    "os._exit(0)": "crash",
    "sys.stdin.close(); raise ValueError": "crash",
    "while True: pass": "takes longer than 1 s",
    "os.write(os.open({path!r}, os.O_CREAT | os.O_WRONLY), b'x')": "crash",
    "x = bytearray(3 * 2**30)": "more memory than there is",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")
@pytest.mark.parametrize("trap", ENDS)
def test_a_decoder_that_goes_wrong_costs_its_image_alone(trapped, tmp_path, trap):
    path = tmp_path / "written"
    inside = trap.replace("{path!r}", repr(str(path)))
    if "bytearray" in trap:  # as a codec would meet it: inside of what images guards
        inside = f"images._to_upright_rgb = lambda *_: exec({inside!r})"
    decode = trapped(inside, seconds=1).decode
    with pytest.raises(ImageError, match=ENDS[trap]) as error:
        decode(TRAP, name="photo.jpg")
    assert str(error.value).startswith("photo.jpg ")
    if "bytearray" not in trap:
        np.testing.assert_array_equal(decode(SOUND).pixels, RAMP)
    assert not path.exists() or not path.read_bytes()


def test_a_decoder_that_only_waits_runs_out_of_patience(trapped):
    decode = trapped("time.sleep(60)", patience=1).decode
    with pytest.raises(ImageError, match="takes longer"):
        decode(TRAP)
    np.testing.assert_array_equal(decode(SOUND).pixels, RAMP)


def test_what_a_codec_prints_is_not_taken_for_an_answer(trapped):
    decode = trapped("os.write(1, b'{}' + bytes([10]))").decode
    np.testing.assert_array_equal(decode(TRAP).pixels, RAMP[::-1])


def test_a_decoder_that_died_while_it_was_idle_is_replaced(pool):
    it = pool()
    it.decode(SOUND)
    it._decoders[0]._process.kill()
    it._decoders[0]._process.wait()
    np.testing.assert_array_equal(it.decode(SOUND).pixels, RAMP)


def test_large_images_wait_for_one_another_and_small_ones_do_not(trapped):
    """Each large one takes 0.3 s: three of them one after the other, and small ones in between."""
    it = trapped("with settings['large']: time.sleep(0.3)", n=4)
    start = time.monotonic()
    ends = {}

    def decode(number, data):
        it.decode(data)
        ends[number] = time.monotonic() - start

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(it.decode, SOUND)  # so that all four have started
    start = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        for number in range(3):
            threads.submit(decode, number, TRAP)
        threads.submit(decode, "small", SOUND)
    assert max(ends.values()) > 0.9
    assert ends["small"] < max(ends.values()) - 0.3


def test_threads_get_their_own_images_from_few_decoders(pool):
    decode = pool(n=2).decode
    given = [saved(np.roll(RAMP, n, axis=0), "PNG") for n in range(40)]
    with ThreadPoolExecutor(8) as threads:
        for n, image in enumerate(threads.map(decode, given)):
            np.testing.assert_array_equal(image.pixels, np.roll(RAMP, n, axis=0))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="asks /proc")
def test_decoders_end_with_their_caller_however_it_ends():
    script = """
import sys, time
from core.decoders import DecoderPool
pool = DecoderPool(1)
try: pool.decode(b"x")
except ValueError: pass
print(pool._decoders[0]._process.pid, flush=True)
time.sleep(60)
"""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as caller:
        pid = caller.stdout.readline().strip()
        assert os.path.exists(f"/proc/{pid}")
        caller.kill()
    deadline = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False
