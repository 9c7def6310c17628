import numpy as np

from core.figures.bits import FAR, code_cells, code_grid

MARGINS = np.array([[0.3, -0.01, 0.0], [-0.2, 0.05, -0.4]])


def test_the_digits_are_the_sides_of_the_hyperplanes_row_by_row():
    cells = code_grid(MARGINS).data[0]
    assert cells.texttemplate == "%{text}"
    assert cells.text.tolist() == [[1, 0, 1], [0, 1, 0]]  # a margin of 0 counts as 1
    assert (cells.x.tolist(), cells.y.tolist()) == ([1, 2, 3], [1, 2])


def test_the_scale_is_fixed_whatever_the_margins():
    for margins in (MARGINS, MARGINS * 100):
        for figure in (code_grid(margins), code_cells(margins)):
            (cells,) = figure["data"]
            assert (cells["zmin"], cells["zmax"]) == (-FAR, FAR)


def test_a_large_code_is_drawn_without_digits():
    assert code_grid(np.zeros((32, 24))).data[0].texttemplate is None


def test_marked_bits_have_a_ring_and_notes_are_in_the_hover():
    marked = np.array([[False, True, False], [True, False, False]])
    notes = np.array([["", "<br>a", ""], ["<br>b", "", ""]])
    figure = code_grid(MARGINS, marked=marked, notes=notes)
    rings = figure.data[1]
    assert sorted(zip(rings.x, rings.y, strict=True)) == [(1, 2), (2, 1)]
    assert figure.data[0].customdata[0, 1] == "<br>a"
    assert figure.layout.yaxis.range == (2.5, 0.5)
    assert figure.layout.yaxis.visible
