from core.figures.robustness import robustness_lines

VARIANTS = {"augmented": [(45.0, 0.7), (5.0, 0.9)], "plain": [(5.0, 0.8), (45.0, 0.3)]}


def chart(variants=VARIANTS, unchanged=None):
    return robustness_lines(
        variants, unchanged or {}, change="rotation", unit="°", what="precision@8"
    )


def test_each_variant_is_a_line_from_weak_to_strong():
    augmented, plain = chart().data
    assert (augmented.name, list(augmented.x), list(augmented.y)) == (
        "augmented",
        [5.0, 45.0],
        [0.9, 0.7],
    )
    assert plain.line.dash != augmented.line.dash  # not by colour alone


def test_the_unchanged_query_is_a_line_across_in_the_colour_of_its_variant():
    figure = chart(unchanged={"plain": 0.95})
    (line,) = figure.layout.shapes
    assert (line.y0, line.y1) == (0.95, 0.95)
    assert line.line.color == figure.data[1].line.color


def test_the_scale_is_fixed_and_the_axes_name_change_unit_and_measure():
    figure, low = chart(), chart({"plain": [(5.0, 0.1)]})
    assert figure.layout.yaxis.range == low.layout.yaxis.range
    assert figure.layout.xaxis.title.text == "rotation (°)"
    assert "precision@8" in [it.text for it in figure.layout.annotations]
