"""What all charts have in common: a picture of them to keep, made by the browser itself."""

from typing import Any


def config(name: str) -> dict[str, Any]:
    """Return a chart's Plotly configuration: one button, which saves it as a PNG file.

    Args:
        name: what the chart is, for the file's name.
    """
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": f"hashlight-{name}", "scale": 2},
    }
