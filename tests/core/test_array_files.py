import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from core import array_files
from core.errors import StoreError

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
    array_files.write(path, ARRAYS, ABOUT)
    assert same(array_files.read(path))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_view_in_another_order_of_axes_is_written_as_it_is_seen(tmp_path):
    view = np.moveaxis(np.arange(24).reshape(2, 3, 4), 0, 1)
    array_files.write(tmp_path / "a", {"view": view}, {})
    assert array_files.read(tmp_path / "a")[0]["view"].tolist() == view.tolist()


def test_equal_content_gives_equal_bytes(tmp_path):
    contents = []
    for name in ("a", "b", "c", "d"):
        array_files.write(tmp_path / name, ARRAYS, ABOUT)
        contents.append((tmp_path / name).read_bytes())
    assert len(set(contents)) == 1


def test_no_damaged_byte_anywhere_in_the_file_goes_unnoticed(tmp_path):
    path = tmp_path / "a.safetensors"
    array_files.write(path, ARRAYS, ABOUT)
    whole = path.read_bytes()
    noticed = 0
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            assert same(array_files.read(path)), position  # e.g. a space that became a tab
        except array_files.DamagedFileError:
            noticed += 1
    assert noticed > 0.95 * len(whole)


def test_a_file_cut_anywhere_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    array_files.write(path, ARRAYS, ABOUT)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(array_files.DamagedFileError):
            array_files.read(path)


def test_a_file_of_another_program_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    save_file(ARRAYS, path)
    with pytest.raises(array_files.DamagedFileError, match="another program"):
        array_files.read(path)
    save_file(ARRAYS, path, metadata={array_files.HEADER: "[1, 2]"})
    with pytest.raises(array_files.DamagedFileError, match="header"):
        array_files.read(path)
    path.write_text("Buy milk, eggs and bread. " * 10)
    with pytest.raises(array_files.DamagedFileError, match="not a safetensors file"):
        array_files.read(path)


def test_a_missing_file_is_not_a_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        array_files.read(tmp_path / "nothing")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    array_files.write(path, ARRAYS, ABOUT)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"no space left on device.*free some space"):
        array_files.write(path, {"ids": np.arange(9)}, {})
    assert same(array_files.read(path))


@pytest.mark.parametrize("rows", [0, 1, 7])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_an_array_written_in_blocks_is_what_numpy_reads(tmp_path, rows, dtype):
    array = np.random.default_rng(0).standard_normal((rows, 2, 3))
    path = tmp_path / "new" / "rows.npy"
    with array_files.appending(path, array.shape, dtype) as append:
        for start in range(0, rows, 3):
            append(array[start : start + 3])
        assert not path.exists()
    np.save(tmp_path / "judge.npy", array.astype(dtype))
    assert path.read_bytes() == (tmp_path / "judge.npy").read_bytes()


def test_an_array_with_too_few_blocks_is_no_file(tmp_path):
    with (
        pytest.raises(ValueError, match="have 4 rows, but 3"),
        array_files.appending(tmp_path / "rows.npy", (4, 2), np.float32) as append,
    ):
        append(np.zeros((3, 2)))
    assert not list(tmp_path.iterdir())
