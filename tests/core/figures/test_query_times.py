from core.figures.query_times import FASTEST, SLOWEST, QueryTimes, query_times


def test_every_query_is_a_dot_and_what_is_beyond_the_scale_lies_at_its_end():
    rows = [
        QueryTimes(label="exact", median=0.01, seconds=[0.01, 9.0], is_ours=False),
        QueryTimes(label="ours", median=1e-4, seconds=[1e-9, 1e-4], is_ours=True),
    ]
    figure = query_times(rows)
    assert [list(box.x) for box in figure.data] == [[0.01, SLOWEST], [FASTEST, 1e-4]]
    assert figure.data[1].text[0].startswith("query 1")
    assert [it.text for it in figure.layout.annotations] == [
        "exact · <b>10 ms</b>",
        "ours · <b>0.10 ms</b>",
    ]
    assert figure.layout.xaxis.range == query_times(rows[:1]).layout.xaxis.range
    assert figure.data[0].line.color != figure.data[1].line.color
