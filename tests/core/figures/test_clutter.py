from core.figures.clutter import gain_over_clutter


def step(side, mean):
    interval = {"mean": mean, "low": mean - 0.02, "high": mean + 0.01}
    return {"side": side, "gain": dict.fromkeys(("channel", "spatial", "both"), interval)}


STEPS = [step(1.0, -0.01), step(0.5, 0.08)]


def test_each_mode_is_a_line_over_the_share_of_the_area():
    lines = gain_over_clutter(STEPS).data
    assert [it.name for it in lines] == ["channel gate", "spatial gate", "both gates"]
    for line in lines:
        assert list(line.x) == [1.0, 0.25]
        assert list(line.y) == [-0.01, 0.08]
    assert len({line.line.dash for line in lines}) == 3  # not by colour alone


def test_the_bars_end_where_the_intervals_do():
    for line in gain_over_clutter(STEPS).data:
        for y, up, down in zip(line.y, line.error_y.array, line.error_y.arrayminus, strict=True):
            assert abs(y + up - (y + 0.01)) < 1e-9
            assert abs(y - down - (y - 0.02)) < 1e-9


def test_clutter_grows_to_the_right_and_a_line_lies_at_no_gain():
    figure = gain_over_clutter(STEPS)
    assert figure.layout.xaxis.autorange == "reversed"
    (line,) = figure.layout.shapes
    assert (line.y0, line.y1) == (0, 0)
