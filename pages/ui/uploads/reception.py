"""How uploads arrive: in memory, whatever their size.

Starlette, the server inside Streamlit, would write whatever is larger than 1 MB to a temporary
file. Streamlit's own limit of an upload's size bounds the memory.
"""

from starlette.formparsers import MultiPartParser


def receive_in_memory() -> None:
    """Have every upload of this process stay in memory from its first byte on."""
    MultiPartParser.spool_max_size = 2**40
