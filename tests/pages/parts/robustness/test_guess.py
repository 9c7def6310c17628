RED = {"gallery": "scenes", "image": "red/1.jpg", "K": "12", "L": "8"}


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_a_guess_gets_its_answer_whatever_the_sliders_say_later(robustness_page):
    page = robustness_page(**RED)
    page.slider(key="guess-bits").set_value(40).run()
    next(button for button in page.button if button.label == "Turn it and see").click().run()
    assert (page.query_params["guess"], page.query_params["rotate"]) == ("40", "30")
    answered = metrics(page)
    assert answered["Your guess"] == "40 bits"
    assert answered["Bits flipped"] == f"{answered['Measured'].split()[0]} of 96"
    page.slider(key="slider-noise").set_value(80.0).run()
    assert metrics(page)["Measured"] == answered["Measured"]
    assert metrics(page)["Bits flipped"] != answered["Bits flipped"]
