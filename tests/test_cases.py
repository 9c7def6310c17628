"""Folders and zips as people have them, from a collection of such cases: ``$HASHLIGHT_CASES``.

Its folders are numbered; ``make.py`` adds those that can't lie in a repository, made of pictures
of Corel-1k (``$HASHLIGHT_DATA``). Each case is an instance of a kind that has its own tests beside
the code that reads it; here nothing is made up.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.errors import ImageError
from core.galleries.registry import open_gallery
from core.galleries.store import load_or_build
from core.images import decode
from core.search import search
from tests.unprivileged import run_unprivileged

CASES = Path(os.environ.get("HASHLIGHT_CASES", ""))
COREL = Path(os.environ.get("HASHLIGHT_DATA", "")) / "corel1k"

pytestmark = pytest.mark.skipif("HASHLIGHT_CASES" not in os.environ, reason="needs the cases")
needs_corel = pytest.mark.skipif("HASHLIGHT_DATA" not in os.environ, reason="needs Corel-1k")

DAMAGED = "is damaged or incomplete"


@dataclass(frozen=True)
class Case:
    """What a folder or zip must give."""

    path: str
    n_images: int
    names: tuple[str, ...] = ()  # some of them
    labels: frozenset[str] = frozenset()
    left_out: dict[str, str] = field(default_factory=dict)  # name -> words of the reason
    undecodable: dict[str, str] = field(default_factory=dict)  # name -> words of the sentence


SYSTEM = {"__MACOSX/": "the system's", "photos/.DS_Store": "hidden"}
BUSES_AND_FLOWERS = frozenset({"buses", "flowers"})
HEICS = [f"IMG_{number:04}.HEIC" for number in range(3, 9)]

READ = [
    Case("1/gbk.zip", 8, ("公共汽车/车0.jpg", "花卉/花3.jpg"), frozenset({"公共汽车", "花卉"})),
    Case("1/sjis.zip", 6, ("ソ.jpg", "予定.jpg", "能.jpg", "表示0.jpg", "表示1.jpg", "表示2.jpg")),
    Case(
        "3/phone",
        13,
        ("download.jpg!d", "face.pgm", "noext", "scan.jp2", "IMG_0000.JPG"),
        undecodable=dict.fromkeys(HEICS, DAMAGED),
    ),
    Case(
        "3/damaged",
        9,
        undecodable={
            "half.jpg": DAMAGED,
            "heic-inside.jpg": DAMAGED,
            "icon.png": "an empty file",
            "page.jpg": "a web page",
        },
    ),
    Case("6", 5),
    Case("8", 5),
    Case("9/one", 1),
    Case("9/two", 2),
    Case("9/same", 6),
    Case("10/keras", 10, labels=BUSES_AND_FLOWERS),
    Case("10/spaces", 12, labels=frozenset({"#1 & more?", "Buses 🚌", "café"})),
    Case("12/照片.zip", 3),
    Case("12/图片.zip", 3),
    Case("12/backslash.zip", 6, ("photos/buses/0.jpg",), BUSES_AND_FLOWERS),
    Case("12/colon.zip", 2, (), frozenset({"3: cats", "cats:"})),
    Case("12/flipped.zip", 5, (), BUSES_AND_FLOWERS, SYSTEM | {"photos/buses/0.JPG": DAMAGED[3:]}),
    Case("12/mac.zip", 6, (), BUSES_AND_FLOWERS, SYSTEM),
    Case("12/mixed.zip", 7, undecodable={f"IMG_{it}.HEIC": DAMAGED for it in range(5)}),
    Case("12/prefixed.zip", 6, (), BUSES_AND_FLOWERS, SYSTEM),
    Case("12/zip64.zip", 3),
    Case("16/dups", 9, labels=BUSES_AND_FLOWERS),
]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.path)
def test_each_image_is_there_and_whatever_is_not_is_named(case):
    gallery = open_gallery(str(CASES / case.path))
    names = [it.name for it in gallery.items]
    assert len(set(names)) == case.n_images
    assert set(case.names) <= set(names)
    assert {it.label for it in gallery.items} - {None} == case.labels
    left_out = {it.name: it.reason for it in gallery.left_out}
    assert left_out.keys() == case.left_out.keys()
    assert all(words in left_out[name] for name, words in case.left_out.items())
    failures = {}
    for item in gallery.items:
        try:
            decode(gallery.read(item.id), name=item.name)
        except ImageError as error:
            failures[item.name] = str(error)
    assert failures.keys() == case.undecodable.keys()
    assert all(words in failures[name] for name, words in case.undecodable.items())


@pytest.mark.parametrize(
    ("name", "why"), [("dotdot", "leads out of the zip"), ("pw", "a password")]
)
def test_a_zip_without_an_image_for_us_says_why_in_one_sentence(name, why, capsys):
    assert main(["index", "--gallery", str(CASES / f"12/{name}.zip")]) == 1
    printed = capsys.readouterr()
    assert why in printed.err
    assert printed.out == ""


def test_two_zips_have_two_addresses():
    one, other = (open_gallery(str(CASES / f"12/{name}.zip")) for name in ("照片", "图片"))
    assert one.key != other.key


@pytest.mark.parametrize("name", ["turned.png", "bad-srational.jpg", "fuzzed.jpg"])
def test_odd_metadata_spoils_no_picture(name):
    pixels = decode((CASES / "6" / name).read_bytes()).pixels
    upright = decode((CASES / "6" / "plain-turned.jpg").read_bytes()).pixels
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).mean() < 8  # JPEG against PNG


@pytest.mark.parametrize("name", ["grey12in16.png", "grey16.png", "bmp-zero-alpha.bmp"])
def test_unusual_depths_and_alpha_show_the_picture(name):
    pixels, usual = (decode((CASES / "8" / it).read_bytes()).pixels for it in (name, "grey8.png"))
    shown, meant = (it.astype(float).mean(axis=2).ravel() for it in (pixels, usual))
    assert np.corrcoef(shown, meant)[0, 1] > 0.98


def test_a_jpeg_without_its_end_shows_what_it_has_with_a_word():
    assert any("missing" in note for note in decode((CASES / "8/cut-99.jpg").read_bytes()).notes)


# Asked ------------------------------------------------------------------------------------


@pytest.fixture
def ask(embedder, tmp_path):
    """Return what searches with one image of a gallery, at the settings that fit it."""

    def ask(gallery, id):
        stored = load_or_build(gallery, embedder, home=tmp_path)
        return search(gallery.read(id), embedder=embedder, gallery=gallery, stored=stored)

    return ask


@pytest.mark.parametrize(("name", "n_others"), [("one", 0), ("two", 1), ("same", 0)])
def test_a_small_gallery_gives_all_that_it_has(name, n_others, ask):
    result = ask(open_gallery(str(CASES / "9" / name)), 0)
    assert len(result.hits) == len(result.exact_hits) == n_others


def test_a_file_in_two_classes_has_no_label_of_its_own_and_is_never_its_own_hit(ask):
    gallery = open_gallery(str(CASES / "16/dups"))
    twice = {"buses/stray.jpg", "flowers/0.jpg"}
    query = next(it.id for it in gallery.items if it.name == "flowers/0.jpg")
    result = ask(gallery, query)
    assert {gallery.items[id].name for id in (result.query_id, *result.copies)} == twice
    assert len(result.hits) == 7
    assert not {it.name for it in result.hits} & twice
    assert {it.relevant for it in result.hits} == {None}


def test_what_is_left_out_of_the_answer_is_named_beside_json_too(checkpoint_file, home, capsys):
    folder = CASES / "3/damaged"
    asked = ["search", str(folder / "0.jpg"), "--gallery", str(folder), "--json"]
    assert main([*asked, "--checkpoint", str(checkpoint_file)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["hits"]) == 4
    named = [it["name"] for it in found["left_out"]]
    assert named == ["half.jpg", "heic-inside.jpg", "icon.png", "page.jpg"]


# Made -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with the cases that can't lie in a repository."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, CASES / "make.py", folder, COREL], check=True)
    yield folder
    (folder / "5/card/lost+found").chmod(0o700)  # or pytest can't remove it


@needs_corel
@pytest.mark.parametrize(
    ("path", "n_images", "labels"),
    [
        ("2/mixed", 6, BUSES_AND_FLOWERS),
        ("5/latin1", 3, frozenset()),
        ("7", 5, frozenset()),
        ("9/sixty", 60, frozenset()),
    ],
)
def test_links_and_odd_names_are_read(made, path, n_images, labels):
    gallery = open_gallery(str(made / path))
    assert len(gallery.items) == n_images
    assert {it.label for it in gallery.items} - {None} == labels
    assert not gallery.left_out


@needs_corel
def test_what_may_not_be_read_refuses_nothing_else(made):
    printed = run_unprivileged(
        """
        import sys
        from core.galleries.registry import open_gallery
        gallery = open_gallery(sys.argv[1])
        print(len(gallery.items), *[f"{it.name} {it.reason}" for it in gallery.left_out])
        """,
        made / "5/card",
    )
    assert printed.startswith("3 lost+found/ It is the system's")


@needs_corel
def test_sixty_photographs_give_ten_hits(made, ask):
    result = ask(open_gallery(str(made / "9/sixty")), 0)
    assert len(result.hits) == len(result.exact_hits) == 10


@needs_corel
def test_odd_names_harm_no_console(made, home, checkpoint_file):
    folder = made / "7"
    asked = ["search", folder / "301.jpg", "--gallery", folder, "--checkpoint", checkpoint_file]
    done = subprocess.run(
        [sys.executable, "-m", "core", *asked],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    )
    assert rb"\u5df4\u58eb.jpg" in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr
    assert rb"two\nlines.jpg" in done.stdout
