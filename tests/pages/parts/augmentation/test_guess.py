from pages.parts.augmentation.transformations import TRANSFORMATIONS

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_a_guess_is_answered_by_the_network(augmentation_page):
    page = augmentation_page(sample="china")
    assert not page.success
    assert not page.info
    names = [transformation.name for transformation in TRANSFORMATIONS]
    right = []
    for name in names:
        page.radio(key="guess-change").set_value(name).run()
        right += [name] if page.success else []
        answers = (*page.success, *page.info)
        assert [all(f"{it} " in line.value for it in names) for line in answers] == [True]
    assert len(right) == 1
