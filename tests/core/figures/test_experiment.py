from core.figures.experiment import paper_and_measured, precision_curves, stage_bars
from core.figures.style import AMBER, TEAL

CURVES = {"ours": {5: 0.99, 10: 0.98, 20: 0.97, 30: 0.96}, "cnn-lsh": {5: 0.9, 10: 0.8}}
TITLES = {"ours": "Ours", "cnn-lsh": "[19]"}
STAGES = [
    {"decode": 0.01, "describe": 0.2, "ask": 0.4, "rank": 0.1},
    {"decode": 0.01, "embed": 0.08, "hash": 0.001},
]


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_paper_and_measured_stand_in_the_row_of_their_system():
    figure = paper_and_measured(
        ["SIFT", "Control"], paper=[0.7, None], mean=[0.4, 0.9], deviation=[0.02, 0.01]
    )
    paper, measured = named(figure)["paper"], named(figure)["measured"]
    assert list(paper.x) == [0.7, None]
    assert list(measured.x) == [0.4, 0.9]
    assert list(measured.error_x.array) == [0.02, 0.01]
    assert list(paper.y) == list(measured.y) == [0, 1]


def test_the_label_gives_both_figures_and_only_ours_where_the_paper_has_none():
    figure = paper_and_measured(
        ["SIFT", "Control"], paper=[0.7, None], mean=[0.4, 0.9], deviation=[0.02, 0.01]
    )
    texts = [it.text for it in figure.layout.annotations]
    assert texts == ["SIFT <b>0.400</b> · paper 0.700", "Control <b>0.900</b>"]


def test_one_seed_draws_no_deviation():
    figure = paper_and_measured(["Ours"], paper=[0.9], mean=[0.8], deviation=[None])
    assert list(named(figure)["measured"].error_x.array) == [0]


def test_precision_is_drawn_over_n_under_the_title_of_its_system():
    ours = named(precision_curves(TITLES, CURVES))["Ours"]
    assert dict(zip(ours.x, ours.y, strict=True)) == CURVES["ours"]


def test_colour_tells_attention_and_a_full_line_tells_hashing():
    titles = {"ours": "a", "cnn-lsh": "b", "cnn-attention": "c", "cnn": "d"}
    drawn = named(precision_curves(titles, {key: {5: 1.0} for key in titles}))
    assert [drawn[it].line.color for it in "abcd"] == [TEAL, AMBER, TEAL, AMBER]
    assert [drawn[it].line.dash for it in "abcd"] == ["solid", "solid", "dash", "dash"]


def test_the_scale_of_precision_does_not_follow_the_data():
    low = {"ours": {5: 0.1}}
    assert [list(precision_curves(TITLES, it).layout.yaxis.range) for it in (CURVES, low)] == [
        [0, 1.03]
    ] * 2
    assert precision_curves(TITLES, CURVES, lowest=0.9).layout.yaxis.range[0] == 0.9


def test_each_bar_stacks_its_stages_in_the_order_in_which_they_happen():
    figure = stage_bars(["SVM", "Ours"], STAGES, longest=1.0)
    assert figure.layout.barmode == "stack"
    assert list(named(figure)) == ["decode", "describe", "embed", "ask", "hash", "rank"]
    for row, stages in enumerate(STAGES):
        drawn = {
            trace.name: x
            for trace in figure.data
            for x, y in zip(trace.x, trace.y, strict=True)
            if y == row
        }
        assert drawn == stages


def test_a_stage_that_nobody_knows_is_drawn_all_the_same():
    assert "dream" in named(stage_bars(["?"], [{"dream": 0.5, "decode": 0.1}], longest=1.0))


def test_the_scale_of_time_is_the_one_that_is_asked_for():
    ranges = [stage_bars([""], [it], longest=2.0).layout.xaxis.range for it in STAGES]
    assert ranges[0] == ranges[1]
    assert ranges[0][0] == 0
    assert ranges[0][1] >= 2.0
