import json
import re
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import sleep

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from PIL import ImageColor

from core.figures import style
from core.figures.bits import code_cells
from core.figures.timing import stage_times

FIGURES = sorted(Path(style.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("default", ["plotly", "ggplot2", None])
def test_a_figure_has_no_template_of_its_own_whatever_the_default_is(monkeypatch, default):
    monkeypatch.setattr(plotly.io.templates, "default", default)
    assert not style.figure([], xaxis={}, yaxis={}).layout.template.layout.to_plotly_json()


def test_nothing_zooms_and_margins_are_only_where_they_are_asked_for():
    layout = style.figure([], xaxis={"title": "x"}, yaxis={}, margin={"l": 44}, height=99).layout
    assert (layout.xaxis.title.text, layout.height) == ("x", 99)
    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange
    assert layout.margin.to_plotly_json() == {"l": 44, "r": 0, "t": 0, "b": 0}


@pytest.mark.parametrize(
    "parts",
    [
        stage_times({"embed": 0.06, "exact scan": 70.0}),
        code_cells(np.array([[0.3, -0.01], [-0.2, 0.05]])),
    ],
)
def test_what_plotly_does_not_look_at_would_pass_unchanged(parts):
    said = json.loads(plotly.io.to_json(parts, validate=False))
    seen = json.loads(plotly.io.to_json(go.Figure(said)))
    seen["layout"]["template"] = said["layout"]["template"]  # the page has its own
    assert seen == said


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_no_figure_is_changed_once_it_is_made(path):
    assert not re.findall(r"\.(?:add|update)_\w+", path.read_text(encoding="utf-8"))


def lightness(colour):
    """L* of CIELAB, in which equal steps look equal."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in ImageColor.getrgb(colour))
    ]
    luminance = np.dot(linear, (0.2126, 0.7152, 0.0722))
    return 116 * np.cbrt(luminance) - 16


def test_equal_steps_of_the_colours_are_about_equal_steps_of_lightness():
    steps = np.diff([lightness(colour) for colour in style.VIRIDIS])
    assert steps.min() > 0.7 * steps.mean()
    assert steps.max() < 1.3 * steps.mean()


def test_a_figure_waits_for_pandas_where_another_thread_is_importing_it(monkeypatch, tmp_path):
    slow = "import time; time.sleep(0.5); Series = Index = type('Series', (), {})"
    (tmp_path / "pandas.py").write_text(slow)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "pandas", None)  # so that what was there comes back
    del sys.modules["pandas"]
    thread = Thread(target=import_module, args=("pandas",))
    thread.start()
    while "pandas" not in sys.modules:
        sleep(0.001)
    traces = [{"type": "scatter", "x": [1], "y": [1], "hoverinfo": "skip"}]
    assert style.figure(traces, xaxis={}, yaxis={}).data[0].hoverinfo == "skip"
    assert hasattr(sys.modules["pandas"], "Series")
    thread.join()
