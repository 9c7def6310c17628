"""faiss's RaBitQ in its fast form: one bit a number, and what makes its estimate unbiased.

J. Gao and C. Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for
Approximate Nearest Neighbor Search", SIGMOD 2024.
"""

from .faiss_refined import FaissRefined


class FaissRaBitQ(FaissRefined):
    """faiss ``IVF,RaBitQfs,RFlat``."""

    name = "faiss IVF,RaBitQfs,RFlat"

    def code(self, dim: int) -> str:
        """One bit a number."""
        return "RaBitQfs"

    def code_bytes(self, dim: int) -> int:
        """The bits, and two factors."""
        return -(-dim // 8) + 8
