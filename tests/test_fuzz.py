"""A share of the hostile cases of ``tools.fuzz``, and what they once broke."""

import io
import os
import random
import time
import zipfile

import pytest
import torch

from core.decoders import DecoderPool
from core.errors import GalleryError, StoreError
from core.galleries import names
from core.galleries.archive import ArchiveGallery
from core.galleries.uploads import GivenFile, gather
from core.images import check, why_no_image
from tools.fuzz import damage, folders, pictures, stores, uploads, zips
from tools.fuzz.doors import Door, WrongAnswerError, check_sentence, forget_peak, memory, run

LINUX = pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="asks /proc")


@pytest.fixture(scope="module")
def pool():
    made = DecoderPool(2)
    yield made
    made.close()


@LINUX
@pytest.mark.parametrize("format", pictures.samples())
def test_a_damaged_image_is_decoded_or_refused_in_a_sentence(format, pool, tmp_path):
    report = run(pictures.door(format, pool), range(40), seed=1, folder=tmp_path)
    assert not report.failures
    assert report.outcomes["decoded"] > 2  # the damage is not always at the very beginning
    assert report.outcomes["refused"] > 2


OTHERS = {it.name: it for it in (zips.door(), uploads.door(), *stores.doors()[:3], folders.door())}


@LINUX
@pytest.mark.model
@pytest.mark.parametrize("name", OTHERS)
def test_every_other_door_gives_a_right_answer_or_a_sentence(name, tmp_path):
    report = run(OTHERS[name], range(12), seed=1, folder=tmp_path)
    assert not report.failures
    assert report.n == 12


def busy(seconds) -> str:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


def door(attempt) -> Door:
    return Door(name="d", n=1, seconds=1, megabytes=50, make=lambda rng, folder: attempt)


@LINUX
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: f"{len(b'x' * 400 * 2**20)}", "MB"),
        (lambda: busy(1.2), " s and "),
        (lambda: check_sentence("Traceback (most recent call last)"), "no sentence"),
    ],
)
def test_the_runner_notices_what_is_wrong(attempt, said, tmp_path):
    assert said in run(door(attempt), range(1), seed=0, folder=tmp_path).failures[0]


def test_a_case_can_be_made_again_by_its_number():
    data = pictures.samples()["PNG"][0]
    made = [damage.damaged(random.Random("0 d 7"), data) for _ in range(2)]
    assert made[0] == made[1] != damage.damaged(random.Random("0 d 8"), data)


# What was found ---------------------------------------------------------------------------


@LINUX
def test_a_name_of_twenty_thousand_folders_costs_nothing():
    """Each of its folders may be a label: it took 1.6 GB."""
    data = zips.packed({"a/" * 20_000 + "0.jpg": b"x", "a/1.jpg": pictures.samples()["JPEG"][0]})
    before = forget_peak()
    gallery = ArchiveGallery(data)
    assert memory("VmHWM") - before < 50
    assert [it.name for it in gallery.items] == ["a/1.jpg"]
    (left_out,) = gallery.left_out
    assert "more than 1,000 characters" in left_out.reason
    assert len(left_out.name) < 100


@LINUX
def test_a_zip_is_never_unpacked_to_memory_as_a_whole():
    """Twelve times 20 MB of zeros in 240 KB: one after the other, they need 20."""
    data = zips._of_packed(zips._packed_zeros(20), 20 * 2**20, [f"{n}.jpg" for n in range(12)])
    before = forget_peak()
    with pytest.raises(GalleryError, match="no photograph"):
        gather([GivenFile("a.zip", data)], key="own-1")
    assert memory("VmHWM") - before < 100


@pytest.mark.parametrize("name", ["", ".", "/", "//", "a\0b/.."])
def test_a_file_without_a_name_is_left_out_and_the_others_are_there(name):
    sound = pictures.samples()["JPEG"][0]
    gallery = gather([GivenFile(name, sound), GivenFile("b.jpg", sound)], key="own-1")
    assert len(gallery.items) + len(gallery.left_out) == 2
    assert "b.jpg" in {it.name for it in gallery.items} | {it.name for it in gallery.left_out}
    info = zipfile.ZipInfo("x")
    info.filename = name
    assert len(ArchiveGallery(zips.packed({info: sound, "b.jpg": sound})).items) >= 1


def test_names_of_ordinary_length_are_let_through():
    assert names.why_no_name("a/b.jpg") is None
    assert names.why_no_name("é" * names.LONGEST) is None
    assert names.why_no_name("é" * (names.LONGEST + 1))


def test_a_flipped_bit_in_a_training_state_is_noticed(tmp_path):
    state = stores._state()
    state.save(tmp_path / "state.pt", finished=False)
    content = bytearray((tmp_path / "state.pt").read_bytes())
    place = content.index(state.network.weight.detach().numpy().tobytes())
    content[place + 1] ^= 1
    assert torch.load(io.BytesIO(bytes(content[32:])), weights_only=True)  # nothing else minds
    (tmp_path / "state.pt").write_bytes(content)
    with pytest.raises(StoreError, match="is not the state of this training"):
        stores._state().load(tmp_path / "state.pt")


def test_too_little_memory_is_said_and_is_no_damage_of_the_file(monkeypatch):
    def too_large(*_):
        raise MemoryError

    data = zips.packed({"a.jpg": pictures.samples()["JPEG"][0]})
    monkeypatch.setattr(zipfile.ZipFile, "open", too_large)
    with pytest.raises(GalleryError, match="not enough memory"):
        gather([GivenFile("a.zip", data)], key="own-1")


@pytest.mark.parametrize("format", ["WebP", "AVIF", "HEIC"])
def test_no_codec_reads_what_strangers_gave_outside_of_a_decoder(format, monkeypatch):
    """Pillow's and libheif's C code would read the headers of these where they are opened."""

    def ran(*_, **__):
        pytest.fail("a codec ran")

    monkeypatch.setattr("PIL._webp.WebPAnimDecoder", ran)
    monkeypatch.setattr("PIL._avif.AvifDecoder", ran)
    monkeypatch.setattr("pillow_heif.HeifImageFile", ran)
    for data in pictures.samples()[format]:
        check(data)
        assert why_no_image(io.BytesIO(data)) is None


def test_a_sentence_is_one():
    check_sentence("It is one.")
    for text in ("Two.\nLines.", "No end", "x" * 1000 + "."):
        with pytest.raises(WrongAnswerError):
            check_sentence(text)
