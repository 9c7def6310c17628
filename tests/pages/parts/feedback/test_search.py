from tests.pages.parts.feedback.conftest import asked, click, metrics


def test_a_gallery_without_labels_works_as_well(feedback_page, unlabelled):
    gallery = unlabelled(4)
    page = feedback_page(gallery, gallery="scenes", image=gallery.items[0].name)
    assert metrics(page).keys() == {"Rounds"}
    asked(page)[0].set_value(False)
    click(page, "Answer")
    assert not page.exception
    assert metrics(page)["Rounds"] == "1"


def test_a_gallery_with_too_few_images_gets_one_sentence(feedback_page, unlabelled):
    gallery = unlabelled(2)
    page = feedback_page(gallery, gallery="scenes", image=gallery.items[0].name)
    assert not page.exception
    assert ["has 1 other image" in it.value for it in page.warning] == [True]
    assert not page.metric
