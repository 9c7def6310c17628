import numpy as np
import pytest

from core.scenery import shapes
from core.scenery.canvas import SCALE, Canvas, Role, linear
from core.scenery.light import LIGHTS, SEASONS, rgb

RED, BLUE = rgb("#ff0000"), rgb("#0000ff")


def make_canvas(*, with_subject=True):
    rng = np.random.default_rng(0)
    return Canvas(40, 30, rng, light=LIGHTS[2], season=SEASONS["summer"], with_subject=with_subject)


def paint(canvas, role, *, at=(20, 15), opacity=1.0):
    square = shapes.box(-5, -5, 5, 5) + np.array(at)
    canvas.page.to(role).shape(square, RED, opacity=opacity, texture=0)


def area(canvas):
    """Area of the visible subject, in picture pixels."""
    return canvas.subject.sum() / SCALE**2


def test_the_subject_covers_as_much_of_the_mask_as_of_the_colour():
    canvas = make_canvas()
    paint(canvas, Role.SUBJECT)
    assert np.array_equal(canvas.subject > 0, canvas.colour[..., 0] > 0)
    assert area(canvas) == pytest.approx(100, rel=0.08)  # 10 × 10; the edge may round outwards


def test_what_comes_in_front_is_cut_out_of_the_mask():
    canvas = make_canvas()
    paint(canvas, Role.SUBJECT)
    before = area(canvas)
    paint(canvas, Role.BACKDROP, at=(25, 15))  # hides the right half
    assert area(canvas) == pytest.approx(before / 2, rel=0.08)


def test_what_comes_behind_leaves_the_mask_alone():
    canvas = make_canvas()
    paint(canvas, Role.BACKDROP)
    assert area(canvas) == 0
    paint(canvas, Role.SUBJECT)
    assert area(canvas) == pytest.approx(100, rel=0.08)


def test_a_veil_lowers_the_visible_share_by_its_opacity():
    canvas = make_canvas()
    paint(canvas, Role.SUBJECT)
    paint(canvas, Role.BACKDROP, opacity=0.3)
    assert canvas.subject.max() == pytest.approx(0.7)


def test_a_trace_changes_colour_and_is_remembered_but_is_no_subject():
    canvas = make_canvas()
    paint(canvas, Role.TRACE)
    assert area(canvas) == 0
    assert np.array_equal(canvas.traces, canvas.colour[..., 0] > 0)


@pytest.mark.parametrize("role", [Role.SUBJECT, Role.TRACE])
def test_a_canvas_without_subject_takes_neither_subject_nor_traces(role):
    canvas = make_canvas(with_subject=False)
    paint(canvas, role)
    assert not canvas.colour.any()
    assert not canvas.traces.any()


def test_a_pen_draws_upwards_from_its_origin_in_its_own_unit():
    canvas = make_canvas()
    pen = canvas.pen(20, 25, 10, role=Role.SUBJECT)
    pen.shape(shapes.box(-0.5, 0, 0.5, 2), RED)
    rows, columns = np.nonzero(canvas.subject)
    assert rows.min() / SCALE == pytest.approx(5, abs=0.5)
    assert rows.max() / SCALE == pytest.approx(25, abs=0.5)
    assert columns.min() / SCALE == pytest.approx(15, abs=0.5)
    assert columns.max() / SCALE == pytest.approx(25, abs=0.5)


def test_a_mirrored_thing_is_still_lit_from_the_side_of_the_light():
    canvas = make_canvas()
    plain, mirrored = canvas.pen(0, 0, 1), canvas.pen(0, 0, 1, flip=True)
    assert canvas.light.side == 1
    assert (plain.side, mirrored.side) == (1, -1)  # in its own units


def test_a_gradient_runs_evenly_through_its_colours():
    ramp = linear((0, 0), (1, 0), RED, BLUE)
    colours = ramp(np.array([[-1.0, 0.0, 0.5, 1.0, 2.0]]), np.zeros((1, 5)))
    expected = [RED, RED, (RED + BLUE) / 2, BLUE, BLUE]
    assert colours[0] == pytest.approx(np.array(expected), abs=2e-3)


def test_paint_outside_the_canvas_is_no_error():
    canvas = make_canvas()
    paint(canvas, Role.SUBJECT, at=(500, 500))
    assert area(canvas) == 0


def test_the_focus_is_set_before_the_subject():
    canvas = make_canvas()
    paint(canvas, Role.SUBJECT)
    with pytest.raises(ValueError, match="before the subject"):
        canvas.defocus(1)
