import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import StoreError
from core.index import sealed

ARRAYS = {"ids": np.arange(3), "values": np.linspace(0, 1, 12, dtype=np.float16).reshape(3, 4)}
ABOUT = {"title": "Höhle", "failures": {"7": "It is a text file."}}


def same(read):
    arrays, about = read
    return about == ABOUT and all(
        arrays[name].dtype == array.dtype and np.array_equal(arrays[name], array)
        for name, array in ARRAYS.items()
    )


def test_what_is_read_is_what_was_written(tmp_path):
    path = tmp_path / "new" / "folder" / "a.safetensors"
    sealed.write(path, ARRAYS, ABOUT)
    assert same(sealed.read(path))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_equal_content_gives_equal_bytes(tmp_path):
    contents = []
    for name in ("a", "b", "c", "d"):
        sealed.write(tmp_path / name, ARRAYS, ABOUT)
        contents.append((tmp_path / name).read_bytes())
    assert len(set(contents)) == 1


def test_no_damaged_byte_anywhere_in_the_file_goes_unnoticed(tmp_path):
    path = tmp_path / "a.safetensors"
    sealed.write(path, ARRAYS, ABOUT)
    whole = path.read_bytes()
    noticed = 0
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            assert same(sealed.read(path)), position  # e.g. a space that became a tab
        except sealed.DamagedFileError:
            noticed += 1
    assert noticed > 0.95 * len(whole)


def test_a_file_cut_anywhere_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    sealed.write(path, ARRAYS, ABOUT)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(sealed.DamagedFileError):
            sealed.read(path)


def test_a_file_of_another_program_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    save_file(ARRAYS, path)
    with pytest.raises(sealed.DamagedFileError, match="another program"):
        sealed.read(path)
    save_file(ARRAYS, path, metadata={sealed.SEAL: "[1, 2]"})
    with pytest.raises(sealed.DamagedFileError, match="header"):
        sealed.read(path)
    path.write_text("Buy milk, eggs and bread. " * 10)
    with pytest.raises(sealed.DamagedFileError, match="not a safetensors file"):
        sealed.read(path)


def test_a_missing_file_is_not_a_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        sealed.read(tmp_path / "nothing")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    sealed.write(path, ARRAYS, ABOUT)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed.os, "fsync", full)
    with pytest.raises(StoreError, match=r"No space left on device.*make room"):
        sealed.write(path, {"ids": np.arange(9)}, {})
    assert same(sealed.read(path))
