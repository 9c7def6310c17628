RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_the_curve_is_measured_only_when_it_is_asked_for(robustness_page, passes):
    page = robustness_page(**RED)
    del passes[:]
    page.button_group(key="curve").set_value("blur").run()
    assert not page.exception
    assert page.query_params["curve"] == "blur"
    assert len(passes) == 7
    page.slider(key="K").set_value(6).run()  # another index, the same embeddings
    assert len(passes) == 7
