from core.evaluation.robustness import Alteration
from core.index.families.hyperplanes import draw_hyperplanes, hash_code
from pages.ui import resources

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_the_numbers_are_those_of_the_code_of_the_changed_picture(robustness_page, small_gallery):
    page = robustness_page(**RED, rotate="30", blur="2", K="8", L="4")
    red = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    planes = draw_hyperplanes(n_tables=4, n_bits=8, dim=256, seed=0)
    before, after = (
        hash_code(
            resources.altered_embedding(small_gallery.read(red), by, "both", max_side=384), planes
        )
        for by in (Alteration(), Alteration(rotate=30.0, blur=2.0))
    )
    flips = int((before.bits != after.bits).sum())
    assert flips > 0
    assert metrics(page)["Bits flipped"] == f"{flips} of 32"
    assert metrics(page)["Buckets kept"] == f"{int((before.keys == after.keys).sum())} of 4"


def test_a_step_of_a_slider_is_one_pass_and_going_back_none(robustness_page, passes):
    page = robustness_page(**RED)
    del passes[:]
    page.slider(key="slider-rotate").set_value(45.0).run()
    assert len(passes) == 1
    assert page.query_params["rotate"] == "45"
    page.slider(key="slider-rotate").set_value(0.0).run()
    assert len(passes) == 1
    assert "rotate" not in page.query_params


def test_more_hits_than_candidates_and_no_attention_are_no_error(robustness_page):
    page = robustness_page(**RED, K="24", L="1", probes="1", k="50", attention="off", noise="80")
    assert not page.exception
    assert [element.value for element in page.error] == []
    assert any(it.value.endswith("hits for 50 places.") for it in page.caption)


def test_the_task_is_done_where_the_buckets_go_before_the_bits(robustness_page):
    page = robustness_page(**RED, K="8", L="8")
    text = next(it.value for it in page.markdown if "Find a change" in it.value)
    assert "at most 2 of the 8 old buckets" in text
    assert "Task done" not in text  # nothing is changed yet
    page = robustness_page(**RED, K="8", L="8", rotate="90", blur="5", noise="40")
    flips, kept = (int(metrics(page)[it].split()[0]) for it in ("Bits flipped", "Buckets kept"))
    text = next(it.value for it in page.markdown if "Find a change" in it.value)
    assert ("Task done" in text) == (2 * flips < 64 and kept <= 2)
