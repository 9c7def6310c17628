"""What all figures share."""

import plotly.graph_objects as go

# Readable on white and on near-black, and apart for people who see few colours: they differ
# in lightness as well.
TEAL = "#2a9d92"
AMBER = "#d98324"
GREY = "#8a929c"
CLEAR = "rgba(0, 0, 0, 0)"


def bare(figure: go.Figure) -> go.Figure:
    """Take away margins and backgrounds: the page gives both."""
    return figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, paper_bgcolor=CLEAR, plot_bgcolor=CLEAR
    )
