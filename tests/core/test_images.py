import io
import random
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageFile

from core import images
from core.errors import ImageError
from core.files import file_digest
from core.images import decode, thumbnail

RAMP = np.dstack(np.broadcast_arrays(*np.ogrid[0:200:5, 0:224:4], 77)).astype(np.uint8)  # 40×56

# EXIF orientation -> what brings the stored pixels upright (EXIF 2.3, tag 0x0112).
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def saved(image, format, **options) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    image.save(file, format, **options)
    return file.getvalue()


def exif(orientation) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def png(width, height, *, bits=8, colour=0, rows=b"", chunks=()) -> bytes:
    """A PNG made by hand, so that its header can say what it likes."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    extra = b"".join(chunk(*it) for it in chunks)
    data = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + data + chunk(b"IEND", b"")


LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {}, "WEBP": {"lossless": True}}


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_lossless_file_gives_back_exactly_the_pixels_that_went_in(format):
    data = saved(RAMP, format, **LOSSLESS[format])
    image = decode(data)
    np.testing.assert_array_equal(image.pixels, RAMP)
    assert image.pixels.dtype == np.uint8
    assert image.digest == file_digest(data)
    assert image.notes == ()


@pytest.mark.parametrize("format", ["JPEG", "AVIF"])
def test_a_lossy_file_gives_nearly_the_pixels_that_went_in(format):
    pixels = decode(saved(RAMP, format, quality=95)).pixels
    assert np.abs(pixels.astype(int) - RAMP).mean() < 2


def test_the_content_counts_and_not_the_name():
    np.testing.assert_array_equal(decode(saved(RAMP, "PNG"), name="photo.jpg").pixels, RAMP)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_an_exif_orientation_is_undone(format, orientation):
    image = decode(saved(RAMP, format, exif=exif(orientation), **LOSSLESS[format]))
    np.testing.assert_array_equal(image.pixels, UPRIGHT[orientation](RAMP))
    assert image.notes == (("turned upright (EXIF)",) if orientation > 1 else ())


def test_a_photo_taken_upright_comes_out_upright():
    image = decode(saved(RAMP, "JPEG", exif=exif(6), quality=95))
    assert image.pixels.shape == (56, 40, 3)
    assert np.abs(image.pixels.astype(int) - np.rot90(RAMP, -1)).mean() < 2


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(format):
    stored = np.tile(np.array([0, 255, 256, 32768, 65535], np.uint16), (20, 4))
    image = decode(saved(stored, format))
    np.testing.assert_array_equal(image.pixels[0, :5, 0], [0, 0, 1, 128, 255])
    assert image.notes == ("16 bits per channel reduced to 8",)


def test_sixteen_bit_colour_is_scaled_and_not_clipped():
    pixel = struct.pack(">HHH", 65535, 32768, 256)
    image = decode(png(20, 20, bits=16, colour=2, rows=(b"\0" + pixel * 20) * 20))
    assert image.pixels[3, 4].tolist() == [255, 128, 1]
    assert image.notes[0] == "16 bits per channel reduced to 8"


def test_cmyk_is_converted_with_adobes_inversion_and_without():
    red = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    inverted = saved(red, "JPEG", quality=100)
    assert b"Adobe" in inverted
    np.testing.assert_allclose(decode(inverted).pixels[9, 9], [255, 0, 0], atol=2)
    np.testing.assert_allclose(decode(saved(red, "TIFF")).pixels[9, 9], [255, 0, 0], atol=2)
    assert decode(inverted).notes[0] == "CMYK converted to RGB"


def test_transparency_is_laid_on_white():
    half_red = Image.new("RGBA", (20, 20), (255, 0, 0, 51))  # 51/255 = 1/5 red, 4/5 white
    image = decode(saved(half_red, "PNG"))
    assert image.pixels[0, 0].tolist() == [255, 204, 204]
    assert image.notes[0] == "transparency laid on white"


def test_a_transparent_colour_of_a_palette_becomes_white():
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([9, 9, 9, 10, 200, 30])
    palette.putpixel((0, 0), 0)
    for format in ("PNG", "GIF"):
        pixels = decode(saved(palette, format, transparency=0)).pixels
        assert pixels[0, 0].tolist() == [255, 255, 255]
        assert pixels[5, 5].tolist() == [10, 200, 30]


def test_an_alpha_channel_that_hides_nothing_is_not_mentioned():
    image = decode(saved(Image.new("RGBA", (20, 20), (1, 2, 3, 255)), "PNG"))
    assert not any("transparency" in note for note in image.notes)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [("1", 1, 255), ("L", 99, 99), ("LA", (99, 255), 99), ("LA", (99, 0), 99)],
)
def test_grey_and_black_and_white_become_rgb(mode, value, expected):
    image = decode(saved(Image.new(mode, (20, 20), value), "PNG"))
    assert image.pixels.shape == (20, 20, 3)
    assert image.pixels[7, 7].tolist() == [expected] * 3


@pytest.mark.parametrize(
    ("format", "options", "note"),
    [
        ("GIF", {}, "first frame of several"),
        ("WEBP", {"lossless": True}, "first frame of several"),
        ("PNG", {}, "first frame of several"),
        ("TIFF", {}, "first page of several"),
    ],
)
def test_of_an_animation_the_first_frame_is_taken(format, options, note):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "lime")]
    image = decode(saved(frames[0], format, save_all=True, append_images=frames[1:], **options))
    assert image.pixels[9, 9].tolist() == [255, 0, 0]
    assert image.notes[0] == note


def scan_bomb() -> bytes:
    """A progressive JPEG whose last scan is repeated: every time, all pixels are gone through."""
    data = saved(Image.new("L", (2000, 2000), 77), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * 1000 + data[-2:]


REFUSED = {
    "empty": (b"", "empty file (0 bytes)"),
    "text": (b"Dear diary, today I uploaded you.\n" * 40, "not an image that can be read here"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "web page": (b"<!DOCTYPE html><title>404</title>" + bytes(90), "a web page"),
    "video": (b"\0\0\0\x18ftypisom" + bytes(90), "a video"),
    "photoshop": (b"8BPS\0\1" + bytes(90), "a Photoshop file"),
    "no photograph inside": (b"\0\0\0\x18ftypheic" + bytes(90), "damaged or incomplete"),
    "pdf": (b"%PDF-1.7\n" + bytes(90), "a PDF document"),
    "zip": (b"PK\x03\x04" + bytes(90), "not an image that can be read here"),
    "one pixel": (png(1, 1, rows=bytes(2)), "1×1 pixels"),
    "thread": (png(60_000, 10, rows=bytes(60_001 * 10)), "60000×10 pixels"),
    "strip": (png(400, 16, rows=bytes(401 * 16)), "at most 20 times the shorter"),
    "bomb": (png(12_000, 12_000, bits=1, rows=bytes(1501 * 12_000)), "12000×12000 (144 million)"),
    "larger bomb": (png(60_000, 60_000, bits=1), "more than the 120 million pixels"),
    "no size": (png(0, 20), "not an image that can be read here"),
    "no pixels": (png(20, 20), "damaged or incomplete"),
    "header only": (b"\x89PNG\r\n\x1a\n", "not an image that can be read here"),
    "scans without end": (scan_bomb(), "a JPEG of 1,00"),
    "too many bytes": (bytes(images.MAX_BYTES + 1), "50 MB is the most"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_not_be_searched_with_is_refused_in_one_sentence(what):
    data, expected = REFUSED[what]
    with pytest.raises(ImageError) as error:
        decode(data, name="photo.jpg")
    message = str(error.value)
    assert expected in message
    assert message.startswith("photo.jpg ")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    "what", ["one pixel", "thread", "strip", "bomb", "larger bomb", "scans without end"]
)
def test_sides_are_judged_before_anything_is_decoded(what, monkeypatch):
    def load(self):
        pytest.fail("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    with pytest.raises(ImageError):
        decode(REFUSED[what][0])


def test_the_bomb_is_as_small_as_bombs_are():
    assert len(REFUSED["bomb"][0]) < 20_000


def test_the_smallest_and_the_longest_allowed_image_are_decoded():
    assert decode(png(16, 16, rows=bytes(17 * 16))).pixels.shape == (16, 16, 3)
    assert decode(png(320, 16, rows=bytes(321 * 16))).pixels.shape == (16, 320, 3)


SAMPLES = {
    "jpeg": saved(RAMP, "JPEG"),
    "progressive jpeg": saved(RAMP, "JPEG", progressive=True, exif=exif(6)),
    "cmyk jpeg": saved(Image.fromarray(RAMP).convert("CMYK"), "JPEG"),
    "png": saved(RAMP, "PNG", exif=exif(3)),
    "16-bit png": saved(RAMP[..., 0].astype(np.uint16) * 200, "PNG"),
    "webp": saved(RAMP, "WEBP", exif=exif(8)),
    "lossless webp": saved(RAMP, "WEBP", lossless=True),
    "gif": saved(
        Image.fromarray(RAMP).quantize(16),
        "GIF",
        save_all=True,
        append_images=[Image.fromarray(RAMP[::-1]).quantize(16)],
    ),
    "bmp": saved(RAMP, "BMP"),
    "tiff": saved(RAMP, "TIFF", exif=exif(2)),
    "avif": saved(RAMP, "AVIF"),
}


@pytest.mark.parametrize("what", SAMPLES)
def test_a_file_cut_short_is_refused_or_shows_what_it_has_but_never_grey(what):
    data = SAMPLES[what]
    whole = decode(data).pixels
    lengths = [*range(0, len(data), len(data) // 80 + 1), *range(len(data) - 12, len(data))]
    for length in lengths:
        try:
            image = decode(data[:length])
        except ImageError:
            continue
        if "progressive" in what:  # its first scans show all of the picture, less sharply
            assert np.abs(image.pixels.astype(int) - whole).mean() < 40
            continue
        height = len(image.pixels)
        if any("end of the file is missing" in note for note in image.notes):
            height = max(0, (height - 1) // 16 * 16 - 1)  # blocks that are there to their end
        else:
            assert height == len(whole)
        np.testing.assert_array_equal(image.pixels[:height], whole[:height])


def test_a_jpeg_whose_last_bytes_are_missing_shows_what_it_has_and_says_so():
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(rough).resize((320, 320)))
    data = saved(pixels, "JPEG", quality=90)
    whole = decode(data).pixels
    image = decode(data[:-60])
    assert image.notes == (
        f"the end of the file is missing, {1 - len(image.pixels) / 320:.0%} of it cut off",
    )
    assert 304 <= len(image.pixels) < 320  # the last row of blocks is gone, no other
    np.testing.assert_array_equal(image.pixels[:300], whole[:300])
    with pytest.raises(ImageError, match="damaged or incomplete"):
        decode(data[: len(data) // 5])


@pytest.mark.parametrize("what", SAMPLES)
def test_flipped_bytes_end_in_an_image_or_in_an_image_error(what, capfd):
    rng = random.Random(what)
    for _ in range(100):
        data = bytearray(SAMPLES[what])
        for _ in range(rng.choice([1, 1, 4, 16])):
            data[rng.randrange(rng.choice([60, len(data)]))] = rng.randrange(256)
        try:
            assert decode(bytes(data)).pixels.ndim == 3
        except ImageError:
            continue


def test_any_bytes_after_a_known_beginning_end_in_an_image_error():
    rng = random.Random(0)
    starts = [data[:count] for data in SAMPLES.values() for count in (4, 12, 30)]
    for start in starts:
        with pytest.raises(ImageError):
            decode(start + rng.randbytes(300))


# EXIF that ends in the middle of a tag: Pillow warns of it.
BROKEN_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x03\0\x01"


def test_pillows_warnings_stay_inside():
    data = saved(RAMP, "JPEG", exif=BROKEN_EXIF)
    with pytest.warns(UserWarning, match="EXIF"):
        Image.open(io.BytesIO(data)).getexif()
    assert decode(data).pixels.shape == RAMP.shape


def test_threads_that_decode_at_once_get_the_same_and_leave_no_trace():
    before = list(warnings.filters)
    data = [*SAMPLES.values(), saved(RAMP, "JPEG", exif=BROKEN_EXIF)] * 8
    alone = [decode(it).pixels for it in data]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda it: decode(it).pixels, data))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
    assert list(warnings.filters) == before


def test_a_heic_photograph_is_read_the_right_way_up():
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(RAMP)).save(file, quality=95, exif=exif(6).tobytes())
    image = decode(file.getvalue(), name="IMG_0001.HEIC")
    assert image.pixels.shape == (56, 40, 3)
    assert np.abs(image.pixels.astype(int) - np.rot90(RAMP, -1)).mean() < 4


@pytest.mark.parametrize("format", ["JPEG2000", "PPM"])
def test_formats_that_scanners_and_programs_write_are_read(format):
    options = {"irreversible": False} if format == "JPEG2000" else {}
    np.testing.assert_array_equal(decode(saved(RAMP, format, **options)).pixels, RAMP)


def test_a_photograph_of_108_megapixels_is_decoded_smaller():
    large = Image.new("RGB", (12_000, 9_000), (200, 40, 40))
    large.paste((20, 20, 200), (0, 0, 6_000, 9_000))
    image = decode(saved(large, "JPEG", quality=60))
    height, width = image.pixels.shape[:2]
    assert width / height == pytest.approx(4 / 3, abs=0.01)
    assert images.DECODED_SIDE <= height < 2 * images.DECODED_SIDE
    np.testing.assert_allclose(image.pixels[500, 100], [20, 20, 200], atol=6)
    np.testing.assert_allclose(image.pixels[500, -100], [200, 40, 40], atol=6)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_large_image_keeps_as_many_pixels_as_anyone_looks_at(format):
    image = decode(saved(Image.new("RGB", (2_500, 4_200), "teal"), format))
    assert min(image.pixels.shape[:2]) >= images.DECODED_SIDE
    assert image.pixels.shape[0] / image.pixels.shape[1] == pytest.approx(1.68, abs=0.01)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_grey_that_uses_few_of_its_16_bits_is_neither_black_nor_white(bits):
    stored = np.tile(np.linspace(0, 2**bits - 1, 40).astype(np.uint16), (30, 1))
    image = decode(saved(stored, "PNG"))
    expected = np.linspace(0, 255, 40)
    np.testing.assert_allclose(image.pixels[3, :, 0], expected, atol=1)
    assert image.notes == (f"brightness stretched: 0 is shown as black, {2**bits - 1} as white",)


def test_floats_are_stretched_from_their_darkest_to_their_brightest():
    stored = np.tile(np.linspace(-2.5, 7.5, 40).astype(np.float32), (30, 1))
    image = decode(saved(stored, "TIFF"))
    np.testing.assert_allclose(image.pixels[3, :, 0], np.linspace(0, 255, 40), atol=1)


def test_transparency_that_hides_everything_is_ignored():
    hidden = np.dstack([RAMP, np.zeros(RAMP.shape[:2], np.uint8)])
    image = decode(saved(Image.fromarray(hidden, "RGBA"), "PNG"))
    np.testing.assert_array_equal(image.pixels, RAMP)
    assert image.notes == ("transparency that would hide everything is ignored",)


def test_a_picture_of_one_colour_says_so():
    assert decode(saved(Image.new("RGB", (20, 20), "navy"), "PNG")).notes == (
        "one colour only: nothing to search by",
    )


def test_orientation_that_is_text_still_turns_the_picture():
    text = struct.pack("<HHI4sI", 0x0112, 2, 2, b"6", 0)  # tag, ASCII, two bytes, "6"
    tags = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + text
    image = decode(saved(RAMP, "JPEG", exif=tags, quality=95))
    assert image.pixels.shape == (56, 40, 3)


def test_metadata_that_can_not_be_read_is_no_damage_of_the_picture(monkeypatch):
    def unreadable(self):
        raise SyntaxError("not a TIFF file")

    data = saved(RAMP, "PNG")
    monkeypatch.setattr(Image.Image, "getexif", unreadable)
    np.testing.assert_array_equal(decode(data).pixels, RAMP)


def swapped_primaries() -> bytes:
    """Return an ICC profile as sRGB's, whose red and green have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")  # entries of the table of tags
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "RGsB".encode("utf-16-be"))


def test_colours_are_converted_from_the_profile_of_the_file():
    red = Image.new("RGB", (20, 20), (255, 0, 0))
    image = decode(saved(red, "PNG", icc_profile=swapped_primaries()))
    assert image.pixels[5, 5].tolist() == pytest.approx([0, 255, 0], abs=2)
    assert any("converted from" in note for note in image.notes)


@pytest.mark.parametrize("profile", [b"", b"nonsense", bytes(128)])
def test_a_profile_that_is_none_is_ignored(profile):
    image = decode(saved(RAMP, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(image.pixels, RAMP)


def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape():
    small = Image.open(io.BytesIO(thumbnail(saved(RAMP, "PNG", exif=exif(6)), max_side=28)))
    assert small.format == "JPEG"
    assert small.size == (20, 28)
