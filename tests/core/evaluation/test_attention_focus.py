import zlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import normalize

from core.errors import GalleryError
from core.evaluation import attention_focus as module
from core.evaluation.attention_focus import (
    average_pool,
    cell_shares,
    gaussian,
    measure_focus,
    nearest_of_category,
    peak_inside,
    share_inside,
    untrained_cbam,
)
from core.galleries.scenes import ScenesGallery
from core.model.cbam import CBAM
from core.model.gradcam import grad_cam, similarity_map
from tests.networks import narrow_network

pytestmark = pytest.mark.model

CHANNELS = 32
UNTOUCHED = "Grad-CAM, untouched ImageNet"
ROWS = [
    "M_s, trained",
    "M_s without M_c, trained",
    "M_s, untrained",
    "M_s without M_c, untrained",
    "Flat",
    "Gaussian in the middle",
    "Mean of F",
    "Grad-CAM, trained",
    UNTOUCHED,
    "True mask",
]


class Masked:
    """A gallery whose objects lie where a random rectangle does."""

    def __init__(self, gallery):
        self.items, self.title, self.read = gallery.items, gallery.title, gallery.read

    def mask(self, id):
        top, left = np.random.default_rng(id).integers(1, 30, 2)
        mask = np.zeros((48, 72), bool)
        mask[top : top + 20, left : left + 30] = True
        return mask


@pytest.fixture(scope="module")
def masked(gallery):
    return Masked(gallery)


class Stub:
    """An embedder whose feature maps are strong and random, another one for each picture."""

    def __init__(self):
        self.checkpoint = SimpleNamespace(network=narrow_network(CHANNELS, dim=8))

    def prepare(self, data):
        return torch.tensor(zlib.crc32(data))

    def feature_maps(self, batch):
        generators = [torch.Generator().manual_seed(seed.item()) for seed in batch]
        return torch.stack([3 * torch.rand(CHANNELS, 2, 3, generator=g) ** 3 for g in generators])


@pytest.fixture(scope="module")
def stub():
    return Stub()


@pytest.fixture(scope="module")
def focus(masked, stub):
    return measure_focus(masked, stub, untouched=stub)


@pytest.fixture(scope="module")
def features(masked, stub):
    """F of all 20 images."""
    return stub.feature_maps([stub.prepare(masked.read(item.id)) for item in masked.items])


# Shares -------------------------------------------------------------------------------------


def test_cells_hold_the_shares_counted_by_hand():
    """3 × 4 pixels in 2 × 2 cells of 1.5 × 2 pixels: a cell is 3 pixels large."""
    mask = np.array([[1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 1]], bool)
    # Above left 2 and half of 1; above right half of 1; below left half of 1; below right 1.5.
    np.testing.assert_allclose(cell_shares(mask, 2, 2), np.array([[2.5, 0.5], [0.5, 1.5]]) / 3)


@pytest.mark.parametrize("shape", [(192, 128), (128, 192), (7, 5), (6, 6), (1, 1)])
def test_the_mean_of_the_cells_is_the_objects_share_of_the_area(shape):
    mask = np.random.default_rng(0).random(shape) < 0.3
    assert cell_shares(mask, 6, 6).mean() == pytest.approx(mask.mean())


def test_cells_are_those_of_the_squashed_picture():
    """Pillow's box filter judges: on a multiple of both sides, every cell has whole pixels."""
    mask = ScenesGallery().mask(100)
    squashed = Image.fromarray(mask.astype(np.float32)).resize((384, 384), Image.Resampling.BOX)
    expected = np.asarray(squashed).reshape(6, 64, 6, 64).mean(axis=(1, 3))
    np.testing.assert_allclose(cell_shares(mask, 6, 6), expected, atol=1e-6)


def test_the_share_inside_is_the_one_worked_out_by_hand():
    maps = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    cells = np.array([[[0.5, 0.0], [1.0, 0.25]]])
    assert share_inside(maps, cells) == pytest.approx((0.5 + 3 + 1) / 10)


def test_a_map_inside_the_object_has_share_1_and_an_even_one_the_area():
    cells = np.array([[[1.0, 0.0], [1.0, 0.25]]] * 4)
    inside = [[5.0, 0.0], [0.1, 0.0]]
    outside = [[0.0, 3.0], [0.0, 0.0]]
    even = [[0.5, 0.5], [0.5, 0.5]]
    none = [[0.0, 0.0], [0.0, 0.0]]
    maps = np.array([inside, outside, even, none])
    np.testing.assert_allclose(share_inside(maps, cells), [1, 0, 2.25 / 4, 2.25 / 4])


def test_scale_changes_no_share():
    rng = np.random.default_rng(0)
    maps, cells = rng.random((5, 6, 6)), rng.random((5, 6, 6))
    np.testing.assert_allclose(share_inside(0.01 * maps, cells), share_inside(maps, cells))


def test_a_peak_is_on_the_object_where_its_cell_is_mostly_object():
    cells = np.array([[[0.51, 0.0], [1.0, 0.49]]] * 4)
    maps = np.array(
        [
            [[9.0, 1.0], [1.0, 1.0]],
            [[1.0, 1.0], [1.0, 9.0]],  # its cell is object by less than a half
            [[1.0, 1.0], [1.0, 1.0]],  # any of four cells, two of them mostly object
            [[0.0, 5.0], [5.0, 0.0]],  # one of two
        ]
    )
    assert peak_inside(maps, cells).tolist() == [1, 0, 0.5, 0.5]


def test_the_middle_is_a_gaussian_whose_deviation_is_a_quarter_of_each_side():
    middle = gaussian(6, 8)
    assert middle.shape == (6, 8)
    np.testing.assert_allclose(middle, middle[::-1, ::-1])
    assert gaussian(5, 9)[2, 4] == 1
    assert gaussian(1, 4)[0, 0] == pytest.approx(np.exp(-0.5 * (0.375 / 0.25) ** 2))


def test_the_nearest_is_another_image_of_the_category():
    angles = np.deg2rad([0, 1, 10, 80, 60])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert nearest_of_category(embeddings, [*"abaab"]).tolist() == [2, 4, 0, 2, 1]


def test_an_image_alone_in_its_category_is_one_sentence():
    with pytest.raises(GalleryError, match=r"^Image 2 is the only one labelled 'b', so .*\.$"):
        nearest_of_category(np.eye(3, dtype=np.float32), ["a", "a", "b"])


# The measure --------------------------------------------------------------------------------


def row(focus, name):
    return next(row for row in focus["rows"] if row["map"] == name)


def inside(focus, name):
    return row(focus, name)["share_inside"]["mean"]


def mean_share(masked, maps):
    """Share inside, from the definition, image by image."""
    shares = []
    for item, one in zip(masked.items, maps, strict=True):
        cells = masked.mask(item.id).reshape(2, 24, 3, 24).mean(axis=(1, 3))
        shares.append((one * cells).sum() / one.sum())
    return np.mean(shares)


def test_the_area_is_the_mean_share_of_the_masks(focus, masked):
    area = np.mean([masked.mask(item.id).mean() for item in masked.items])
    assert focus["n_images"] == 20
    assert focus["object_area_share"] == pytest.approx(area)


def test_the_trained_row_is_about_the_gates_with_both_parts_on(focus, masked, stub, features):
    with torch.no_grad():
        maps = stub.checkpoint.network.head(features, attention="both").maps
    expected = mean_share(masked, maps.spatial.gate[:, 0].numpy())
    assert inside(focus, "M_s, trained") == pytest.approx(expected, abs=1e-5)


def test_the_untrained_row_is_the_mean_over_random_cbams(focus, masked, stub, features):
    expected = []
    for seed in range(5):
        torch.manual_seed(seed)
        with torch.no_grad():
            maps = CBAM(CHANNELS)(features)
        expected.append(mean_share(masked, maps.spatial.gate[:, 0].numpy()))
    found = inside(focus, "M_s, untrained")
    assert found == pytest.approx(np.mean(expected), abs=1e-5)
    assert found != pytest.approx(expected[0], abs=1e-5)


def brute_force_targets(embeddings, masked):
    labels = [item.label for item in masked.items]
    cosines = embeddings @ embeddings.T
    others = [
        [j for j in range(20) if j != i and labels[j] == labels[i]] for i in range(len(labels))
    ]
    return embeddings[[max(js, key=lambda j: cosines[i, j]) for i, js in enumerate(others)]]


def test_the_grad_cam_row_explains_the_nearest_of_the_category(focus, masked, stub, features):
    network = stub.checkpoint.network
    with torch.inference_mode():
        embeddings = network.head(features).embedding
    maps = grad_cam(network, features, brute_force_targets(embeddings, masked))
    expected = mean_share(masked, maps)
    assert inside(focus, "Grad-CAM, trained") == pytest.approx(expected, abs=1e-4)


def test_untouched_features_are_pooled_without_cbam_and_fc(focus, masked, features):
    pooled = normalize(features.mean(dim=(2, 3)))
    maps = similarity_map(average_pool, features, brute_force_targets(pooled, masked))
    expected = mean_share(masked, maps)
    assert inside(focus, UNTOUCHED) == pytest.approx(expected, abs=1e-4)


def test_rows_have_intervals_and_are_held_against_the_area(focus):
    assert [row["map"] for row in focus["rows"]] == ROWS
    area = focus["object_area_share"]
    for one in focus["rows"]:
        share = one["share_inside"]["mean"]
        assert one["ratio"]["mean"] == pytest.approx(share / area)
        assert one["above_area"]["mean"] == pytest.approx(share - area)
        for figure in ("share_inside", "ratio", "above_area", "peak"):
            assert one[figure]["low"] <= one[figure]["mean"] <= one[figure]["high"]
        if one["map"] != "Flat":  # all masks are equally large, so a flat map has no spread
            assert one["share_inside"]["low"] < share < one["share_inside"]["high"]
    assert row(focus, "Flat")["ratio"] == {"mean": 1, "low": 1, "high": 1}
    assert inside(focus, "True mask") == max(inside(focus, name) for name in ROWS)


def test_without_channel_attention_the_gates_are_those_of_the_mode_spatial(
    focus, masked, stub, features
):
    with torch.no_grad():
        maps = stub.checkpoint.network.head(features, attention="spatial").maps
    expected = mean_share(masked, maps.spatial.gate[:, 0].numpy())
    assert inside(focus, "M_s without M_c, trained") == pytest.approx(expected, abs=1e-5)


def test_the_mean_of_f_is_over_its_channels(focus, masked, features):
    expected = mean_share(masked, features.numpy().mean(axis=1))
    assert inside(focus, "Mean of F") == pytest.approx(expected, abs=1e-5)


def test_peaks_are_counted_by_hand(focus, masked, features):
    found = []
    for item, one in zip(masked.items, features.mean(dim=1).numpy(), strict=True):
        cells = masked.mask(item.id).reshape(2, 24, 3, 24).mean(axis=(1, 3))
        found.append(cells.ravel()[one.argmax()] > 0.5)
    assert row(focus, "Mean of F")["peak"]["mean"] == pytest.approx(np.mean(found))


def test_images_whose_object_is_hidden_are_left_out(masked, stub, focus):
    class Hidden(Masked):
        def mask(self, id):
            return super().mask(id) & (id != 3)

    less = measure_focus(Hidden(masked), stub)
    assert (less["n_images"], less["n_without_object"]) == (19, 1)
    area = np.mean([masked.mask(id).mean() for id in range(20) if id != 3])
    assert less["object_area_share"] == pytest.approx(area)
    assert (focus["n_images"], focus["n_without_object"]) == (20, 0)


def test_masks_without_any_object_are_one_sentence(masked, stub):
    class Empty(Masked):
        def mask(self, id):
            return super().mask(id) & False

    with pytest.raises(GalleryError, match=r"^No mask of photos shows an object; .*\.$"):
        measure_focus(Empty(masked), stub)


def test_images_without_labels_are_compared_with_the_nearest_of_all(masked, stub):
    class Unlabelled(Masked):
        def __init__(self, gallery):
            super().__init__(gallery)
            self.items = [replace(item, label=None) for item in gallery.items]

    focus = measure_focus(Unlabelled(masked), stub)
    assert focus["categories"] == {}
    assert [one["map"] for one in focus["rows"]] == [it for it in ROWS if it != UNTOUCHED]


def test_a_gate_that_is_the_same_everywhere_lies_exactly_on_the_area(masked, stub, monkeypatch):
    weight = stub.checkpoint.network.cbam.spatial.conv.weight
    monkeypatch.setattr(weight, "data", torch.zeros_like(weight))
    focus = measure_focus(masked, stub)
    gate, flat = row(focus, "M_s, trained"), row(focus, "Flat")
    assert gate["ratio"]["mean"] == pytest.approx(1)
    assert gate["above_area"]["low"] == pytest.approx(0, abs=1e-9)
    assert gate["peak"] == flat["peak"]
    assert UNTOUCHED not in [one["map"] for one in focus["rows"]]  # nobody gave one


def test_categories_are_the_parts_that_the_rows_are_the_mean_of(focus):
    assert list(focus["categories"]) == ["blue", "green", "grey", "red"]
    for name in ROWS:
        parts = [category[name] for category in focus["categories"].values()]
        assert np.mean(parts) == pytest.approx(inside(focus, name))
    areas = [category["area"] for category in focus["categories"].values()]
    assert np.mean(areas) == pytest.approx(focus["object_area_share"])


def test_batches_and_a_second_embedder_change_nothing(focus, masked, stub, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 7)
    again = measure_focus(masked, stub, untouched=Stub())
    for one, other in zip(focus["rows"], again["rows"], strict=True):
        assert other["share_inside"] == pytest.approx(one["share_inside"], abs=1e-4)


def test_an_untrained_cbam_has_the_shape_of_the_trained_one_and_touches_no_ones_chance():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    cbam = untrained_cbam(CBAM(64, reduction=8, kernel_size=5), seed=0)
    assert cbam.channel.narrow.out_features == 8
    assert cbam.spatial.conv.kernel_size == (5, 5)
    torch.manual_seed(3)
    untrained_cbam(cbam, seed=0)
    assert torch.equal(torch.rand(1), expected)


def test_progress_tells_of_the_backbone_and_of_grad_cam(masked, embedder):
    told = []
    measure_focus(masked, embedder, progress=lambda *it: told.append(it))
    assert told == [
        (16, 20, f"Feature maps of {masked.title}"),
        (20, 20, f"Feature maps of {masked.title}"),
        (16, 20, "Grad-CAM"),
        (20, 20, "Grad-CAM"),
    ]
