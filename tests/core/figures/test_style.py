import re
from pathlib import Path

import plotly.io
import pytest

from core.figures import style

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


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_no_figure_is_changed_once_it_is_made(path):
    assert not re.findall(r"\.(?:add|update)_\w+", path.read_text(encoding="utf-8"))
