import numpy as np
import plotly.graph_objects as go

from core.figures.timing import stage_times

SECONDS = {"decode": 0.0012, "embed": 0.061, "hash": 2e-7, "exact scan": 70.0}


def test_every_stage_has_one_dot_in_the_order_of_the_query():
    figure = go.Figure(stage_times(SECONDS))
    assert list(figure.data[0].y) == list(SECONDS)
    assert list(figure.layout.yaxis.categoryarray) == list(SECONDS)[::-1]  # the first on top


def test_what_lies_beyond_the_fixed_scale_is_drawn_at_its_end_and_written_as_it_is():
    (dots,) = stage_times(SECONDS)["data"]
    assert np.allclose(dots["x"], [0.0012, 0.061, 1e-6, 10])
    assert dots["text"][2:] == ["0.000 ms", "70.00 s"]


def test_the_scale_is_the_same_for_every_query():
    layouts = [stage_times({"embed": value})["layout"] for value in (1e-6, 1, 50)]
    ranges = {tuple(it["xaxis"]["range"]) for it in layouts}
    assert len(ranges) == 1
