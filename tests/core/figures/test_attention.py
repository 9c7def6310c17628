import numpy as np
import pytest
from PIL import Image, ImageColor

from core.figures.attention import spatial_heatmap

GATE = np.linspace(0.2, 0.6, 36).reshape(6, 6)


def figure_of(gate, width=192, height=128):
    return spatial_heatmap(gate, "data:,", width=width, height=height)


@pytest.mark.parametrize("gate", [GATE, GATE * 0.1, np.ones((6, 6))])
def test_the_scale_is_fixed_whatever_the_values(gate):
    heatmap = figure_of(gate).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0.8, 1.2)


def test_a_gate_that_is_higher_everywhere_gives_the_same_picture_as_the_same_embedding():
    assert np.array_equal(figure_of(GATE).data[0].z, figure_of(GATE * 1.5).data[0].z)
    assert np.allclose(figure_of(GATE).data[0].z, GATE / 0.4, atol=5e-4)


def test_the_cells_tile_the_image_from_edge_to_edge():
    figure = figure_of(GATE, width=384, height=256)
    heatmap, picture = figure.data[0], figure.layout.images[0]
    step_x, step_y = 384 / 6, 256 / 6
    assert np.allclose(heatmap.x, np.arange(6) * step_x + step_x / 2)
    assert np.allclose(heatmap.y, np.arange(6) * step_y + step_y / 2)
    assert (picture.x, picture.y, picture.sizex, picture.sizey) == (0, 0, 384, 256)


def test_row_one_is_the_top_as_in_the_image():
    figure = figure_of(GATE)
    low, high = figure.layout.yaxis.range
    assert low > high  # the axis runs downwards
    assert figure.layout.yaxis.scaleanchor == "x"  # the image keeps its shape


def test_what_one_points_at_is_the_value_of_its_row_and_column():
    heatmap = figure_of(GATE).data[0]
    assert heatmap.customdata[0][5][:2].tolist() == [1, 6]
    assert heatmap.customdata[5][0].tolist() == [6, 1, 0.543]


def test_the_colour_bar_is_the_veil_over_white_whatever_the_page_is():
    heatmap, bar = figure_of(GATE).data
    assert not heatmap.showscale
    assert (bar.marker.cmin, bar.marker.cmax) == (heatmap.zmin, heatmap.zmax)
    for (place, veil), (same_place, shown) in zip(
        heatmap.colorscale, bar.marker.colorscale, strict=True
    ):
        *colour, opacity = (float(part) for part in veil[5:-1].split(","))
        over_white = Image.new("RGBA", (1, 1), "white")
        over_white.alpha_composite(
            Image.new("RGBA", (1, 1), (*map(int, colour), round(opacity * 255)))
        )
        assert same_place == place
        assert np.allclose(ImageColor.getrgb(shown), over_white.getpixel((0, 0))[:3], atol=1)


def test_the_colour_bar_gets_lighter_from_bottom_to_top():
    colours = [ImageColor.getrgb(colour) for _, colour in figure_of(GATE).data[1].marker.colorscale]
    assert np.all(np.diff(np.mean(colours, axis=1)) > 50)
