import json
import os

import pytest

from core import locations
from core.cli.common import circumstances
from core.errors import StoreError
from core.evaluation import results

RESULT = {**circumstances(), "seconds": 1.5, "title": "Précis", "figures": {"5": 0.1 + 0.2}}


def test_what_was_saved_is_loaded_to_the_last_digit(tmp_path):
    path = results.save("experiment-photos", RESULT, tmp_path / "new")
    assert path == tmp_path / "new" / "experiment-photos.json"
    assert results.load("experiment-photos", tmp_path / "new") == RESULT
    assert '  "title": "Précis",\n' in path.read_text(encoding="utf-8")  # for people, too
    assert [it.name for it in (tmp_path / "new").iterdir()] == [path.name]  # nothing beside it


def test_what_has_not_been_measured_is_none(tmp_path):
    assert results.load("experiment-photos", tmp_path) is None
    assert results.load("experiment-photos", tmp_path / "nowhere") is None


def test_every_result_that_ships_can_be_loaded():
    assert results.RESULTS == locations.ASSETS / "results"
    names = [path.stem for path in results.RESULTS.glob("*.json")]
    assert "retrieval-corel1k" in names
    for name in names:
        assert set(results.HEAD) <= set(results.load(name))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"date": ',
        b"\xff\xfe",
        b"[1, 2]",
        *(
            json.dumps({key: value for key, value in RESULT.items() if key != field}).encode()
            for field in results.HEAD
        ),
    ],
)
def test_a_damaged_file_is_one_sentence(tmp_path, content):
    (tmp_path / "broken.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"broken\.json is damaged \(.*\); run .* again\.$"):
        results.load("broken", tmp_path)


def test_a_file_that_can_not_be_written_leaves_the_old_one(tmp_path):
    path = results.save("figures", RESULT, tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        results.save("figures", {**RESULT, "seconds": float("nan")}, tmp_path)
    assert results.load("figures", tmp_path) == RESULT
    with pytest.raises(StoreError, match=r"can't be written .*; choose another directory"):
        results.save("figures", RESULT, path)  # a folder that is a file


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path, monkeypatch):
    results.save("figures", RESULT, tmp_path)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        results.save("figures", {**RESULT, "seconds": 2}, tmp_path)
    assert results.load("figures", tmp_path) == RESULT
