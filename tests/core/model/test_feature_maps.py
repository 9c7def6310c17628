import re
import resource

import numpy as np
import pytest
import torch

from core.errors import ImageError, StoreError
from core.galleries.folder import open_folder
from core.model.checkpoint import Checkpoint, Provenance
from core.model.embedder import Embedder
from core.model.feature_maps import AugmentedView, load_or_compute
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig

ITSELF, AUGMENTED = AugmentedView(0, 0), AugmentedView(1, 0)


@pytest.fixture
def passes(embedder, monkeypatch):
    """Count the forward passes."""
    batches = []
    forward = embedder.frozen_maps
    monkeypatch.setattr(
        embedder, "frozen_maps", lambda b, of: batches.append(len(b)) or forward(b, of)
    )
    return batches


def test_they_are_the_embedders_and_computed_once(gallery, embedder, passes, tmp_path):
    seen = []
    maps = load_or_compute(
        gallery, embedder, ITSELF, tmp_path, progress=lambda *it: seen.append(it)
    )
    assert passes == [16, 4]
    assert [(done, total) for done, total, _ in seen] == [(16, 20), (20, 20)]
    assert maps.shape == (20, 2048, 2, 2)
    assert maps.dtype == np.float16
    for id in (0, 15, 16, 19):
        image = embedder.prepare(gallery.read(id))
        expected = embedder.feature_maps([image])[0].numpy()
        np.testing.assert_allclose(maps[id], expected, rtol=2e-3, atol=2e-3)
    passes.clear()
    again = load_or_compute(gallery, embedder, ITSELF, tmp_path)
    assert not passes
    assert np.array_equal(again, maps)
    with pytest.raises(ValueError, match="read-only"):
        again[0] = 0


def test_for_a_last_stage_that_learns_they_are_its_input(gallery, embedder, tmp_path):
    features = load_or_compute(gallery, embedder, ITSELF, tmp_path)
    inputs = load_or_compute(gallery, embedder, ITSELF, tmp_path, learns="last stage")
    assert inputs.shape == (20, 1024, 4, 4)
    _, late = embedder._network.split_backbone("last stage")
    with torch.inference_mode():
        outputs = late(torch.from_numpy(inputs.astype(np.float32)))
    # float16 in between, and bfloat16 where the processor has it: a hundredth of the largest.
    np.testing.assert_allclose(outputs, features, rtol=0, atol=0.01 * float(features.max()))


def test_an_augmented_view_is_another_picture_but_always_the_same_one(gallery):
    itself, augmented = ITSELF.of(gallery, 3), AUGMENTED.of(gallery, 3)
    assert itself.shape == (48, 72, 3)
    assert np.array_equal(augmented, AUGMENTED.of(gallery, 3))
    others = [
        AugmentedView(2, 0).of(gallery, 3),
        AugmentedView(1, 1).of(gallery, 3),
        AUGMENTED.of(gallery, 4),
    ]
    for other in (itself, *others):
        assert other.shape != augmented.shape or not np.array_equal(other, augmented)


class Fake(Embedder):
    """An embedder of its settings only: its feature maps are all ones."""

    def __init__(self, digest="0", strides="v1", **preprocess):
        self.digest = digest
        network = RetrievalNetwork.__new__(RetrievalNetwork)
        object.__setattr__(network, "config", NetworkConfig(strides=strides))
        config = PreprocessConfig(**({"input_size": 64} | preprocess))
        self.checkpoint = Checkpoint(network, config, Provenance(), digest)
        self.batches = 0

    def frozen_maps(self, batch, learns):
        assert learns == "head"
        self.batches += 1
        size = self.preprocess.input_size // 32
        return torch.ones(len(batch), 2048, size, size)


def test_another_network_preprocessing_or_view_has_its_own_file(gallery, tmp_path):
    settings = [
        {},
        {"digest": "1"},
        {"strides": "v1.5"},  # the same weights fit both
        {"input_size": 96},
        {"normalisation": "paper"},
    ]
    for number, setting in enumerate(settings, start=1):
        fake = Fake(**setting)
        load_or_compute(gallery, fake, ITSELF, tmp_path)
        assert fake.batches == 2
        assert len(list(tmp_path.glob("*.npy"))) == number
    load_or_compute(gallery, Fake(), AUGMENTED, tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == len(settings) + 1


def test_another_gallery_has_its_own_file(gallery, photos, tmp_path):
    load_or_compute(gallery, Fake(), ITSELF, tmp_path)
    load_or_compute(open_folder(photos / "red"), Fake(), ITSELF, tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 2


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_computation_leaves_no_file(gallery, tmp_path, kind):
    def interrupt(*_):
        raise kind

    with pytest.raises(kind):
        load_or_compute(gallery, Fake(), ITSELF, tmp_path, progress=interrupt)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    assert load_or_compute(gallery, Fake(), ITSELF, tmp_path).shape == (20, 2048, 2, 2)


def test_the_sentence_about_a_broken_image_names_it(gallery, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "good.png").write_bytes(gallery.read(0))
    (folder / "bad.png").write_bytes(b"")
    with pytest.raises(ImageError, match=r"^bad\.png is an empty file"):
        load_or_compute(open_folder(folder), Fake(), ITSELF, tmp_path / "maps")
    assert [path.suffix for path in (tmp_path / "maps").iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_made_is_one_sentence(gallery, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"can't be written \(not a directory\); choose"):
        load_or_compute(gallery, Fake(), ITSELF, tmp_path / "file" / "maps")


def test_a_disk_that_is_full_is_one_sentence_and_leaves_nothing(gallery, tmp_path):
    # No file may grow beyond 100 kB; the maps of one image take 16 kB, of all 328 kB.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StoreError, match=re.escape(str(tmp_path))) as error:
            load_or_compute(gallery, Fake(), ITSELF, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "(file too large)" in str(error.value)
    assert str(error.value).endswith("Feature maps of photos, view 0: 0.3 MB.")
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


TWICE = """
import sys
from pathlib import Path
from core.galleries.folder import open_folder
from core.model.feature_maps import load_or_compute
from tests.core.model.test_feature_maps import ITSELF, Fake
from tests.overlap import Overlap

gallery, fake, place = open_folder(Path(sys.argv[1])), Fake(), Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
overlap = Overlap(place.parent)
maps = load_or_compute(gallery, fake, ITSELF, place, progress=overlap)
print(fake.batches, maps.shape == (20, 2048, 2, 2), bool((maps == 1).all()))
print(overlap.said[0].partition(":")[0])
"""


def test_of_two_processes_one_computes_and_the_other_waits_and_reads(
    photos, tmp_path, two_processes
):
    waited, computed = sorted(two_processes(TWICE, photos, tmp_path / "maps"))
    assert waited == ["0 True True", "Waiting for another process"]
    assert computed == ["2 True True", "Feature maps of photos, view 0"]


def test_an_image_that_is_gone_is_not_taken_for_a_full_disk(gallery, tmp_path, monkeypatch):
    def gone(id):
        raise FileNotFoundError(2, "No such file or directory", "photo.png")

    monkeypatch.setattr(gallery, "read", gone)
    with pytest.raises(FileNotFoundError, match=r"photo\.png"):
        load_or_compute(gallery, Fake(), ITSELF, tmp_path)
