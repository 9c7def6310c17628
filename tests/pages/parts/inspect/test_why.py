RED = {"gallery": "scenes", "image": "red/1.jpg"}
FEW = {"K": "20", "L": "1", "probes": "1"}  # such that something is missed


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_any_image_can_be_explained_and_the_choice_goes_to_the_address(inspect_page, seen):
    page = inspect_page(**RED, part="Why?", other="blue/2.jpg")
    box = page.selectbox(key="other")
    assert box.value == "blue/2.jpg"
    ranking = seen[-1].evidence.ranking.ids.tolist()
    assert len(box.options) == len(ranking) == 11  # all but the query
    box.set_value("red/3.jpg").run()
    assert page.query_params["other"] == "red/3.jpg"
    assert metrics(page)["Exact rank"] == str(
        seen[-1].evidence.rank(next(i.id for i in seen[-1].gallery.items if i.name == "red/3.jpg"))
    )


def test_a_missed_neighbour_is_explained_first(inspect_page, seen):
    page = inspect_page(**RED, **FEW, part="Why?")
    assert page.selectbox(key="other").value == seen[-1].evidence.missed[0].name


def test_a_picture_from_elsewhere_can_be_inspected(inspect_page, seen):
    page = inspect_page(gallery="scenes", sample="china", part="Why?")
    assert seen[-1].evidence.result.query_id is None
    assert len(page.selectbox(key="other").options) == 12
