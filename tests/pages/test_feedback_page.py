def test_without_a_query_the_page_asks_for_one(feedback_page):
    page = feedback_page(gallery="scenes")
    assert not page.exception
    assert ["Choose a query" in it.value for it in page.info] == [True]


def test_an_unknown_image_gets_one_sentence(feedback_page):
    page = feedback_page(gallery="scenes", image="green/1.jpg")
    assert ["no image named" in it.value for it in page.error] == [True]
