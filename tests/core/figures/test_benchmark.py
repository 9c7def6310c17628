import math

import pytest

from core.figures.benchmark import (
    Growth,
    SettingPoint,
    candidates_and_recall,
    front,
    recall_and_speed,
    time_and_size,
)
from core.figures.style import GREY, TEAL

CURVES = {
    "ours: codes": [
        SettingPoint(recall=0.3, seconds=1e-5, setting="refine 50", candidates=20),
        SettingPoint(recall=0.9, seconds=1e-4, setting="refine 200", candidates=80),
        SettingPoint(recall=0.99, seconds=2e-4, setting="refine 800", candidates=320),
    ],
    "hnswlib": [SettingPoint(recall=0.97, seconds=4e-4, setting="ef 40")],
    "brand new": [SettingPoint(recall=0.8, seconds=1.0, setting="", candidates=7)],
}
LINES = {
    "exact scan, NumPy": Growth(
        n=[1000, 10_000], seconds=[1e-4, 1e-3], settings=["", ""], exponent=1
    ),
    "ours: codes": Growth(n=[1000, 10_000], seconds=[3e-5, 5e-5], settings=["wide", "narrow"]),
}


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_up_is_more_queries_per_second_and_right_is_more_recall():
    ours = named(recall_and_speed(CURVES))["ours: codes"]
    assert list(ours.x) == [0.9, 0.99]  # what finds less than half is left out
    assert list(ours.y) == pytest.approx([10_000, 5_000])


def test_a_line_joins_what_no_other_setting_beats_in_recall_and_time():
    points = [
        SettingPoint(recall=recall, seconds=seconds, setting="")
        for recall, seconds in ((0.6, 2.0), (0.7, 1.0), (0.9, 3.0), (0.8, 4.0), (0.9, 5.0))
    ]
    assert [(it.recall, it.seconds) for it in front(points)] == [(0.7, 1.0), (0.9, 3.0)]
    assert front([]) == []


def test_every_point_tells_its_setting():
    drawn = named(recall_and_speed(CURVES))
    assert drawn["ours: codes"].text[0].split("<br>") == [
        "refine 200",
        "neighbour recall@10: 0.900",
        "0.10 ms a query",
        "80 candidates",
    ]
    assert drawn["hnswlib"].text[0].startswith("ef 40<br>")
    assert "candidates" not in drawn["hnswlib"].text[0]
    assert drawn["brand new"].text[0].startswith("neighbour recall")


def test_the_chosen_settings_have_a_large_mark_and_the_wanted_recall_a_line():
    figure = recall_and_speed(CURVES, wanted=0.95, chosen={"ours: codes": CURVES["ours: codes"][2]})
    mark = figure.data[-1]
    assert (list(mark.x), list(mark.y)) == ([0.99], [5_000])
    assert mark.marker.size > figure.data[0].marker.size
    assert figure.layout.shapes[0].x0 == 0.95


def test_the_scales_of_speed_do_not_follow_the_data():
    few = {"hnswlib": CURVES["hnswlib"]}
    for axis in ("xaxis", "yaxis"):
        assert (
            recall_and_speed(CURVES).layout[axis].range == recall_and_speed(few).layout[axis].range
        )
    assert recall_and_speed(few).layout.yaxis.type == "log"


def test_ours_is_teal_and_a_stranger_is_drawn_all_the_same():
    drawn = named(recall_and_speed(CURVES))
    assert drawn["ours: codes"].line.color == TEAL
    assert drawn["brand new"].line.color == GREY
    assert drawn["hnswlib"].line.color not in (TEAL, GREY)


def test_who_cannot_count_its_candidates_is_left_out_there():
    figure = candidates_and_recall(CURVES, n=10_000, wanted=0.9)
    assert set(named(figure)) == {"ours: codes", "brand new"}
    assert list(named(figure)["ours: codes"].y) == [80, 320]
    assert figure.layout.yaxis.range[1] == pytest.approx(math.log10(15_000))


def test_time_over_size_tells_the_exponent_in_the_legend_and_the_setting_at_the_point():
    drawn = named(time_and_size(LINES))
    assert set(drawn) == {"exact scan, NumPy · N<sup>1.00</sup>", "ours: codes"}
    assert drawn["ours: codes"].text[1] == "10,000 images: 0.050 ms<br>narrow"
    assert next(iter(drawn.values())).text[0] == "1,000 images: 0.10 ms"
    figure = time_and_size(LINES)
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")


def test_a_crossover_is_marked_where_it_lies():
    figure = time_and_size(LINES, crossovers={"ours: codes": 12_345.6})
    assert figure.layout.shapes[0].x0 == pytest.approx(12_345.6)
    texts = {it.text: it for it in figure.layout.annotations}
    note = texts["ours: codes<br>leads from about 12,000 images"]
    assert note.x == pytest.approx(math.log10(12_345.6))
