"""faiss's product quantization in its fast form: 4 bits for each few numbers."""

from .faiss_refined import FaissRefined

MOST_PARTS = 256  # of a code: 128 bytes


class FaissPQ(FaissRefined):
    """faiss ``IVF,PQx4fs,RFlat``: two numbers a part, more where that makes too many parts."""

    name = "faiss IVF,PQx4fs,RFlat"

    def parts(self, dim: int) -> int:
        """How many parts a code has: they must be equally long."""
        most = max(1, min(dim // 2, MOST_PARTS))
        return next(parts for parts in range(most, 0, -1) if dim % parts == 0)

    def code(self, dim: int) -> str:
        """So many parts of 4 bits."""
        return f"PQ{self.parts(dim)}x4fs"

    def code_bytes(self, dim: int) -> int:
        """Half a byte a part."""
        return -(-self.parts(dim) // 2)
