import pytest

from pages.parts.inspect import overview

RED = {"gallery": "scenes", "image": "red/1.jpg"}
FEW = {"K": "20", "L": "1", "probes": "1"}  # such that something is missed


def texts(page):
    return " ".join(it.value for it in (*page.markdown, *page.caption, *page.success))


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def test_the_recall_is_shown_to_whom_has_guessed(inspect_page, seen):
    page = inspect_page(**RED, **FEW)
    assert metrics(page)["Neighbour recall@10"] == "?"
    page.button_group(key="guess").set_value("None").run()
    assert page.query_params["guess"] == "None"
    recall = seen[-1].evidence.result.neighbour_recall
    assert recall < 1
    assert metrics(page)["Neighbour recall@10"] == f"{recall:.0%}"
    assert "Not quite" in texts(page)


@pytest.mark.parametrize(
    ("guess", "n_missed", "is_right"),
    [
        ("None", 0, True),
        ("None", 1, False),
        ("Up to a quarter", 2, True),
        ("Up to a quarter", 3, False),
        ("Up to a half", 5, True),
        ("More", 5, False),
        ("More", 6, True),
    ],
)
def test_a_guess_is_right_where_the_share_that_was_missed_lies_in_it(guess, n_missed, is_right):
    assert ("Right" in overview._revealed(guess, n_missed, 10)) == is_right
