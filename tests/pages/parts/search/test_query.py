RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_without_spatial_attention_the_page_says_that_there_is_no_map(search_page):
    page = search_page(**RED, attention="channel")
    assert not [element.value for element in page.error]
    assert ["no M_s" in element.value for element in page.info] == [True]
