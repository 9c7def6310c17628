from core.figures.feedback import precision_by_round


def test_each_n_has_a_line_with_one_point_before_any_round_and_one_after_each():
    figure = precision_by_round({10: [0.3, 0.7, 0.9], 20: [0.2, 0.5, 0.6]})
    assert [line.name for line in figure.data] == ["precision@10", "precision@20"]
    assert [list(line.x) for line in figure.data] == [[0, 1, 2]] * 2
    assert list(figure.data[1].y) == [0.2, 0.5, 0.6]


def test_the_scale_of_precision_is_fixed_and_that_of_the_rounds_only_grows_past_five():
    short, longer = (precision_by_round({10: [0.5] * n}).layout for n in (1, 9))
    assert short.yaxis.range == longer.yaxis.range == (0, 1.02)
    assert (round(short.xaxis.range[1]), round(longer.xaxis.range[1])) == (5, 8)
