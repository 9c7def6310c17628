import numpy as np
import pytest
import torch

from core.errors import ImageError
from core.evaluation.untouched import pooled_features
from core.galleries.folder import open_folder


def test_they_are_the_average_of_the_backbones_maps_in_the_order_of_the_ids(gallery, embedder):
    ids = np.array([19, 3, *range(16)])  # more than one batch
    told = []
    features = pooled_features(gallery, embedder, ids, progress=lambda *it: told.append(it[:2]))
    assert features.shape == (18, 2048)
    assert told == [(16, 18), (18, 18)]
    backbone = embedder.checkpoint.network.backbone
    for row in (0, 1, 17):
        image = embedder.prepare(gallery.read(int(ids[row])))
        with torch.no_grad():
            expected = backbone(image[None])[0].mean(dim=(1, 2)).numpy()
        cosine = features[row] @ expected / np.linalg.norm(features[row]) / np.linalg.norm(expected)
        assert cosine >= 0.999


def test_an_image_that_cannot_be_decoded_is_one_sentence(embedder, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"\.$"):
        pooled_features(open_folder(tmp_path), embedder, np.array([0]))
