"""Hashlight's library: image retrieval with attention (CBAM) and locality-sensitive hashing.

Start with ``core.search``: one query from image to hits. ``core.paper`` leads from every
section, equation, figure and table of the paper to the code that implements it.

Nothing in here imports Streamlit.
"""

__version__ = "0.1.0"
