from core.figures.ablation import LSHPoint, MeanAndDeviation, lsh_tradeoff, settings_dots
from core.figures.style import AMBER, TEAL


def point(n_bits, n_tables, n_probes, ratio, value=0.9):
    return LSHPoint(
        n_bits=n_bits, n_tables=n_tables, n_probes=n_probes, candidate_ratio=ratio, value=value
    )


def test_each_setting_has_both_metrics_with_their_deviation_in_its_row():
    average = [MeanAndDeviation(0.95, 0.01), MeanAndDeviation(0.96, None)]
    precision = [MeanAndDeviation(0.99, 0.002), MeanAndDeviation(0.98, 0.003)]
    first, second = settings_dots(["off", "both"], average, precision).data
    assert (first.name, list(first.x), list(first.error_x.array)) == (
        "mAP",
        [0.95, 0.96],
        [0.01, 0],
    )
    assert (second.name, list(second.x)) == ("precision@10", [0.99, 0.98])
    assert list(first.y) == list(second.y) == [0, 1]


def test_what_lies_below_the_scale_is_drawn_at_its_end_and_written_as_it_is():
    figure = settings_dots(["32"], [MeanAndDeviation(0.3, 0.1)], [MeanAndDeviation(0.9, 0.1)])
    assert list(figure.data[0].x) == [0.8]
    assert figure.layout.annotations[0].text == "32 <b>mAP 0.3000</b> · P@10 0.9000"
    assert list(figure.data[0].text) == ["0.3000 ± 0.1000"]


def test_one_line_for_each_k_and_probes_along_which_the_tables_grow():
    points = [point(8, 4, 1, 0.3), point(8, 1, 1, 0.1), point(8, 1, 8, 0.5), point(12, 1, 1, 0.02)]
    figure = lsh_tradeoff(points, what="mAP")
    assert [trace.name for trace in figure.data] == [
        "K = 8, 1 probe",
        "K = 8, 8 probes",
        "K = 12, 1 probe",
    ]
    assert list(figure.data[0].customdata) == [1, 4]
    assert list(figure.data[0].x) == [0.1, 0.3]


def test_few_bits_are_amber_and_many_teal_and_the_dash_tells_the_probes():
    points = [point(K, 1, probes, 0.1) for K in (4, 8, 12) for probes in (1, 8)]
    lines = [trace.line for trace in lsh_tradeoff(points, what="mAP").data]
    assert [lines[0].color, lines[-1].color] == [AMBER, TEAL]
    assert len({line.color for line in lines}) == 3
    assert [line.dash for line in lines] == ["solid", "dash"] * 3


def test_both_scales_reach_from_nothing_to_all():
    figure = lsh_tradeoff([point(8, 1, 1, 0.1, 0.2)], what="mAP")
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.range[0] <= 0
        assert axis.range[1] >= 1
