import numpy as np
import pytest

from core.errors import StoreError
from core.evaluation.labelled_embeddings import load_labelled, save_labelled
from core.locations import ASSETS


@pytest.fixture
def embeddings():
    rows = np.random.default_rng(0).standard_normal((12, 8), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_what_was_saved_is_loaded_up_to_the_rounding_of_float16(tmp_path, embeddings):
    labels = np.repeat([0, 1, 2], 4)
    path = tmp_path / "new folder" / "file.safetensors"
    save_labelled(path, embeddings, labels, ["a", "b", "ö"], {"date": "today"})
    loaded = load_labelled(path)
    np.testing.assert_allclose(loaded.embeddings, embeddings, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(loaded.embeddings, axis=1), 1, atol=1e-6)
    assert np.array_equal(loaded.labels, labels)
    assert loaded.classes == ("a", "b", "ö")
    assert loaded.about == {"date": "today"}
    assert [file.name for file in path.parent.iterdir()] == ["file.safetensors"]


@pytest.mark.parametrize("content", [None, b"", b"not safetensors"])
def test_a_file_that_is_missing_or_damaged_is_one_sentence(tmp_path, content):
    path = tmp_path / "file.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is no file of labelled embeddings .* --only embeddings"):
        load_labelled(path)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, embeddings):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="can't be written"):
        save_labelled(tmp_path / "file" / "x", embeddings, np.zeros(12, np.int64), ["a"], {})


def test_those_of_corel1k_ship_and_are_a_thousand_of_ten_classes():
    loaded = load_labelled(ASSETS / "embeddings" / "corel1k-labelled.safetensors")
    assert loaded.embeddings.shape == (1000, 256)
    assert np.bincount(loaded.labels).tolist() == [100] * 10
    assert len(loaded.classes) == 10
    assert loaded.about["gallery"] == "corel1k"
