from pathlib import Path

import platformdirs

from core import locations


def test_home_is_where_the_variable_says(monkeypatch, tmp_path):
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path))
    assert locations.home() == tmp_path


def test_home_without_the_variable_is_the_cache_directory_of_the_user(monkeypatch):
    for prepare in (
        lambda: monkeypatch.delenv("HASHLIGHT_HOME", raising=False),
        lambda: monkeypatch.setenv("HASHLIGHT_HOME", ""),
    ):
        prepare()
        assert locations.home() == Path(platformdirs.user_cache_dir("hashlight"))


def test_data_sets_have_no_place_unless_one_is_set(monkeypatch, tmp_path):
    monkeypatch.setenv("HASHLIGHT_DATA", str(tmp_path))
    assert locations.data() == tmp_path
    monkeypatch.setenv("HASHLIGHT_DATA", "")
    assert locations.data() is None
    monkeypatch.delenv("HASHLIGHT_DATA")
    assert locations.data() is None


def test_asking_for_a_place_does_not_make_it(monkeypatch, tmp_path):
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "home"))
    assert not locations.home().exists()


def test_assets_lie_beside_core():
    assert (locations.ASSETS.parent / "core" / "locations.py").is_file()
