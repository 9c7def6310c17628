import numpy as np

RED = {"gallery": "scenes", "image": "red/1.jpg"}

STRENGTHS = {
    "strength-Scaling-Factor": 0.5,
    "strength-Rotation-Angle": -20.0,
    "strength-Cropping-Share of each side that is kept": 0.5,
    "strength-Noise-Standard deviation": 30.0,
    "strength-Colour contrast-Blue": 2.0,
}


def test_each_slider_changes_its_own_picture_and_no_other(augmentation_page, shown_pictures):
    page = augmentation_page(**RED)
    for key, value in STRENGTHS.items():
        before = dict(shown_pictures)
        page.slider(key=key).set_value(value).run()
        name = f"After {key.split('-')[1].lower()}"
        changed = {
            alt for alt in shown_pictures if not np.array_equal(shown_pictures[alt], before[alt])
        }
        assert changed == {name}
    assert not page.exception


def test_only_a_strength_beyond_the_training_range_is_marked_as_such(augmentation_page):
    page = augmentation_page(**RED)

    def marked():
        return [it.value for it in page.caption if "further than it goes" in it.value]

    assert marked() == []
    page.slider(key="strength-Scaling-Factor").set_value(1.3).run()
    assert ["×0.80 to ×1.25" in line for line in marked()] == [True]
