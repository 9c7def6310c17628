import numpy as np

from core.figures.hashing import bucket_ranks, hamming_scatter, probe_lines, retrieval_curve


def test_each_histogram_is_as_high_as_the_chart_and_tells_its_true_shares():
    wanted, other = np.zeros(180, dtype=int), np.zeros(180, dtype=int)
    wanted[40], wanted[41], other[80] = 30, 10, 7
    bars = retrieval_curve(np.linspace(1, 0, 180), wanted, other, name="these").data[1]
    assert bars.y[40:42].tolist() == [1, 1 / 3]
    assert bars.customdata[40:42].tolist() == [0.75, 0.25]
    assert bars.x[40] == 40.5


def test_without_any_wanted_pair_the_curve_is_still_drawn():
    none = np.zeros(180, dtype=int)
    assert len(retrieval_curve(np.ones(180), none, none, name="these").data) == 3


def test_the_dots_that_can_be_clicked_are_the_fourth_trace_and_keep_their_looks():
    band = (np.zeros(181), np.ones(181))
    figure = hamming_scatter(
        np.array([10.0, 60.0]), np.array([0.1, 0.3]), band, chosen=1, texts=["a", "b"]
    )
    dots = figure.data[3]
    assert list(dots.x) == [10.0, 60.0]
    assert dots.unselected.marker.opacity == dots.marker.opacity
    assert list(figure.data[4].x) == [60.0]


def test_the_scales_do_not_depend_on_the_query():
    for n in (4, 64):
        figure = probe_lines(np.ones(n), np.ones(n), np.zeros(n))
        assert figure.layout.xaxis.range == (0.5, 64.5)
        assert figure.layout.yaxis.range == (0, 1.03)


def test_buckets_are_ranked_and_the_querys_is_the_first_of_its_size():
    figure = bucket_ranks([[1, 5, 2, 2], [10]], [2, 0], table=0, n_gallery=10)
    chosen, marker = figure.data[-2:]
    assert list(chosen.y) == [5, 2, 2, 1]
    assert (marker.x[0], marker.y[0]) == (2, 2)
    assert figure.data[0].showlegend


def test_an_empty_bucket_has_no_place_in_the_chart():
    assert len(bucket_ranks([[3]], [0], table=0, n_gallery=3).data) == 1
