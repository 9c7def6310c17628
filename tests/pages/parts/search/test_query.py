RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_without_spatial_attention_the_page_says_that_there_is_no_map(search_page):
    page = search_page(**RED, attention="channel")
    for _ in range(20):  # on a busy machine the gallery may still be on its way
        if page.info:
            break
        page.run()
    assert ["no M_s" in element.value for element in page.info] == [True]
