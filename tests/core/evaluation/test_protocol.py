import numpy as np
import pytest

from core.errors import GalleryError, SettingError
from core.evaluation.protocol import QUERIES_PER_CLASS, Unlabelled, class_numbers, draw_split
from core.galleries.folder import open_folder

LABELS = np.repeat(["sea", "sky", "sand"], [20, 30, 25])


def test_ten_queries_of_each_class_search_all_the_others():
    split = draw_split(LABELS, seed=0)
    assert QUERIES_PER_CLASS == 10
    assert {label: (LABELS[split.queries] == label).sum() for label in set(LABELS)} == {
        "sea": 10,
        "sky": 10,
        "sand": 10,
    }
    together = np.concatenate([split.queries, split.gallery])
    assert sorted(together.tolist()) == list(range(75))  # each image is on exactly one side
    for side in (split.queries, split.gallery):
        assert (np.diff(side) > 0).all()


def test_a_seed_gives_one_split_and_another_seed_another():
    first, again, other = (draw_split(LABELS, seed) for seed in (3, 3, 4))
    assert first.queries.tolist() == again.queries.tolist()
    assert first.gallery.tolist() == again.gallery.tolist()
    assert first.queries.tolist() != other.queries.tolist()
    assert first.digest == again.digest != other.digest
    assert len(first.digest) == 64


def test_every_image_of_a_class_is_as_likely_a_query():
    times = np.zeros(40)
    for seed in range(500):
        times[draw_split(np.zeros(40), seed).queries] += 1
    # 500 draws with p = 1/4: 125 each, standard deviation 9.7
    assert times.sum() == 5000
    assert np.abs(times - 125).max() < 5 * 9.7


def test_a_class_must_leave_something_in_the_gallery():
    with pytest.raises(SettingError, match="the smallest class has 20 images"):
        draw_split(LABELS, 0, per_class=20)
    assert len(draw_split(LABELS, 0, per_class=19).gallery) == 75 - 57
    for labels, per_class in ((LABELS, 0), ([], 10)):
        with pytest.raises(SettingError, match="don't leave a gallery"):
            draw_split(labels, 0, per_class)
    with pytest.raises(SettingError, match="seed of a split is -1"):
        draw_split(LABELS, -1)


def test_classes_are_numbered_in_the_order_of_their_names(gallery):
    numbers = class_numbers(gallery)
    assert numbers.dtype == np.int64
    assert [item.label for item in gallery.items][::5] == ["blue", "green", "grey", "red"]
    assert numbers.tolist() == [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5


def test_a_gallery_without_classes_is_one_sentence(photos):
    with pytest.raises(GalleryError, match=r"^0\.png of .* has no label.*folder per class\.$"):
        class_numbers(open_folder(photos / "red"))


def test_an_unlabelled_gallery_keeps_all_but_the_labels(gallery):
    blind = Unlabelled(gallery)
    assert {item.label for item in blind.items} == {None}
    assert [(it.id, it.name, it.digest) for it in blind.items] == [
        (it.id, it.name, it.digest) for it in gallery.items
    ]
    assert (blind.key, blind.title, blind.digest) == (gallery.key, gallery.title, gallery.digest)
    assert blind.read(7) == gallery.read(7)
    assert gallery.items[0].label == "blue"  # the gallery itself is as it was
