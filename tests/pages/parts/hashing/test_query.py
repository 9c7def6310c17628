def test_without_a_query_the_first_image_is_the_example_and_the_page_says_so(hashing_page):
    page = hashing_page(part="Buckets", K="2")
    assert any("as an example" in it.value for it in page.caption)


def test_an_unknown_image_gets_one_sentence(hashing_page):
    page = hashing_page(part="Probes", image="green/1.jpg")
    assert not page.exception
    assert ["no image named" in it.value for it in page.error] == [True]
