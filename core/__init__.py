"""Hashlight's library: image retrieval with attention (CBAM) and locality-sensitive hashing.

Start with ``core.search``: one query from image to hits. ``core.paper.rooms`` leads from every
section, equation, figure and table of the paper to the code that implements it.

Nothing in here imports Streamlit.
"""

import os

__version__ = "0.1.0"

# PyTorch's threads wait for one another by spinning. Beside a busy browser on a machine of two
# cores, the one that spins holds the core that the other needs, and a query takes longer.
# OpenMP reads this when PyTorch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
