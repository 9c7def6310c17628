from tests.pages.parts.feedback.conftest import LABELS, RED, click, labels, metrics, played


def test_a_guess_is_answered_after_the_first_round(feedback_page):
    page = feedback_page(**RED)
    page.radio(key="guess-round").set_value("it stays as good").run()
    assert ["Now answer the round" in it.value for it in page.caption].count(True) == 1
    click(page, LABELS)  # its five red ones are among the first ten as before
    assert ["Precision@10 was 50% and is 50%" in it.value for it in page.success] == [True]


def test_a_picture_without_a_label_is_judged_by_the_visitor_alone(feedback_page):
    page = feedback_page(gallery="scenes", sample="china")
    assert not page.exception
    assert LABELS not in labels(page)
    assert metrics(page).keys() == {"Rounds"}
    assert ["you are the judge" in it.value for it in page.info] == [True]
    assert len(played(page).rankings[0]) == 12  # no image of the gallery is the query
