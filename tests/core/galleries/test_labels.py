import unicodedata

import pytest

from core.galleries.labels import find_level, label_levels, labels_from_folders, masks_among


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (["1.jpg", "2.jpg"], 0),
        (["cats/1.jpg", "dogs/1.jpg"], 1),
        (["photos/cats/1.jpg", "photos/dogs/1.jpg"], 2),  # a folder around everything
        (["cats/1.jpg", "2.jpg"], 1),  # an image beside the only class has no label
        (["train/cats/1.jpg", "validation/cats/2.jpg", "validation/dogs/3.jpg"], 2),
        (["Training Set/a/1.jpg", "test2017/b/1.jpg", "val_images/a/1.jpg"], 2),
        (["data/fold1/a/1.jpg", "data/fold2/b/1.jpg"], 3),
        (["train/images/1.jpg", "valid/images/1.jpg"], 0),  # splits and no classes
        (["训练集/a/1.jpg", "测试集/b/1.jpg"], 2),
        (["train/1.jpg", "bus/1.jpg", "car/1.jpg"], 1),  # a train, of the kind that runs on rails
        (["animals/cats/1.jpg", "plants/rose/1.jpg"], 1),
        (["cats/train/1.jpg", "dogs/test/1.jpg"], 1),
    ],
)
def test_the_level_is_the_first_whose_folders_are_classes(names, level):
    assert find_level(names) == level


def test_names_in_both_forms_of_unicode_are_one_class():
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    assert composed != decomposed
    labels = labels_from_folders([f"{composed}/1.jpg", f"{decomposed}/2.jpg", "bar/3.jpg"])
    assert list(labels.values()) == ["café", "café", "bar"]


def test_every_level_can_be_chosen_and_says_what_it_gives():
    levels = label_levels(["train/cats/1.jpg", "train/dogs/1.jpg", "test/2.jpg"])
    assert [(it.level, it.labels, it.n_unlabelled) for it in levels] == [
        (0, (), 3),
        (1, ("train", "test"), 0),
        (2, ("cats", "dogs"), 1),
    ]


@pytest.mark.parametrize(
    ("names", "masks"),
    [
        (["images/1.jpg", "masks/1.png"], ["masks/1.png"]),
        (["a/Images/1.jpg", "a/SegmentationClass/x/1.png"], ["a/SegmentationClass/x/1.png"]),
        (["train/1.jpg", "train_masks/1_mask.gif"], ["train_masks/1_mask.gif"]),
        (["cats/1.jpg", "masks/cats/1.png"], ["masks/cats/1.png"]),
        (["masks/1.jpg", "hats/1.jpg"], []),  # of a carnival
        (["train/mask/1.jpg", "train/no_mask/1.jpg"], []),  # of a face
        (["face/1.jpg", "face_mask/1.jpg"], []),
    ],
)
def test_masks_are_known_by_the_images_that_they_are_of(names, masks):
    assert [it.name for it in masks_among(names)] == masks
