import json

import pytest

from core.errors import StoreError
from core.evaluation.pieces import Pieces, digest_of, pieces_of

KEY = {"system": "ours", "seed": 0, "settings": {"K": 12, "sizes": (5, 10)}}
PIECE = {"figures": {"5": 0.1 + 0.2, "10": 1.0}, "date": "today"}


@pytest.fixture
def pieces(tmp_path):
    return Pieces(tmp_path / "pieces")


def only_file(pieces):
    (path,) = pieces.folder.iterdir()
    return path


def test_a_saved_piece_is_found_by_its_key(pieces):
    assert pieces.find(KEY) is None
    pieces.save(KEY, PIECE)
    assert pieces.find(KEY) == PIECE
    assert pieces.find({**KEY, "settings": {"sizes": [5, 10], "K": 12}}) == PIECE  # as JSON
    assert only_file(pieces).name.startswith("ours-seed0-")


@pytest.mark.parametrize(
    "other", [{"system": "sift"}, {"seed": 1}, {"settings": {"K": 13, "sizes": (5, 10)}}]
)
def test_a_piece_is_never_found_for_another(pieces, other):
    pieces.save(KEY, PIECE)
    assert pieces.find({**KEY, **other}) is None


@pytest.mark.parametrize("other", [{"system": "sift"}, {"seed": 1}, {"settings": {}}])
def test_a_piece_under_anothers_name_is_not_taken(pieces, other):
    pieces.save(KEY, PIECE)
    mine = only_file(pieces)
    pieces.save({**KEY, **other}, {"figures": {}})
    (foreign,) = set(pieces.folder.iterdir()) - {mine}
    foreign.replace(mine)
    assert pieces.find(KEY) is None


def test_a_damaged_piece_is_not_taken_and_can_be_replaced(pieces):
    pieces.save(KEY, PIECE)
    path = only_file(pieces)
    whole = path.read_bytes()
    changed = json.loads(whole)
    changed["piece"]["figures"]["10"] = 0.9
    renamed = json.loads(whole)
    del renamed["piece"]
    for damage in (b"", whole[: len(whole) // 2], b"[]", b"\xff", b"{}"):
        path.write_bytes(damage)
        assert pieces.find(KEY) is None
    for damage in (changed, renamed):
        path.write_text(json.dumps(damage))
        assert pieces.find(KEY) is None
    pieces.save(KEY, PIECE)
    assert pieces.find(KEY) == PIECE
    assert path.read_bytes() == whole


def test_a_fresh_start_finds_nothing_and_writes_all(pieces):
    pieces.save(KEY, PIECE)
    fresh = Pieces(pieces.folder, fresh=True)
    assert fresh.find(KEY) is None
    fresh.save(KEY, {"figures": "newer"})
    assert pieces.find(KEY) == {"figures": "newer"}


def test_the_pieces_of_each_gallery_lie_in_the_home(home):
    assert pieces_of("a" * 64) == Pieces(home / "experiment" / ("a" * 16))
    assert pieces_of("b" * 64).folder != pieces_of("a" * 64).folder
    assert pieces_of("a" * 64, fresh=True).fresh


def test_a_home_that_can_not_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="choose another directory"):
        Pieces(tmp_path / "file").save(KEY, PIECE)


def test_equal_values_have_equal_digests_whatever_their_order():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": (2,), "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
