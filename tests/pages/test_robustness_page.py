RED = {"gallery": "scenes", "image": "red/1.jpg"}


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_without_a_choice_the_page_shows_the_first_image_and_says_so(robustness_page):
    page = robustness_page(K="12", L="8")
    assert not page.exception
    assert any("gallery's first: blue/0" in it.value for it in page.caption)
    assert metrics(page)["Bits flipped"] == "0 of 96"
    assert metrics(page)["Top 10 still found"] == "100%"


def test_nonsense_in_the_address_changes_nothing(robustness_page):
    odd = {"rotate": "much", "crop": "nan", "blur": "-1", "noise": "1e9", "scale": "inf"}
    page = robustness_page(**RED, **odd, K="12", L="8", ranks="luck", curve="hope", guess="97")
    assert not page.exception
    assert metrics(page)["Bits flipped"] == "0 of 96"
    assert "Your guess" not in metrics(page)


def test_an_unknown_image_gets_one_sentence(robustness_page):
    page = robustness_page(gallery="scenes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in error.value for error in page.error] == [True]
