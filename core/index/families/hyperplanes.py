"""From an embedding to its hash code, and the theory of it (equations 7-8, figure 7).

A random hyperplane through the origin cuts space in two; one bit says on which side an
embedding lies. Two embeddings with the angle theta between them fall on the same side with
probability 1 - theta/pi, because only the planes that pass between them tell them apart
(M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import SettingError
from ..vectors import checked_embedding, checked_embeddings, checked_whole

MAX_BITS = 32
MAX_TABLES = 64

_BLOCK = 4096  # embeddings hashed at once: bounds the margins in memory to a few MB

Number = TypeVar("Number", float, NDArray[np.float64])  # one value, or an array for a curve


@dataclass(frozen=True, slots=True, eq=False)
class HashCode:
    """One embedding as each of L tables sees it."""

    margins: NDArray[np.float32]  # (L, K) r·e, the signed distance to each hyperplane
    bits: NDArray[np.bool_]  # (L, K) margin >= 0
    keys: NDArray[np.int64]  # (L,) the bits read as a binary number, first bit highest


def draw_hyperplanes(*, n_tables: int, n_bits: int, dim: int, seed: int) -> NDArray[np.float32]:
    """Draw the unit normals of all hyperplanes, uniform in direction: (L, K, D).

    One generator and one draw for all tables: a generator that starts again for each table
    would make all tables equal. Unit length makes r·e the distance to the plane.

    Raises:
        SettingError: a size or the seed is outside its range.
    """
    shape = (
        checked_whole("n_tables", n_tables, low=1, high=MAX_TABLES),
        checked_whole("n_bits", n_bits, low=1, high=MAX_BITS),
        checked_whole("dim", dim, low=1, high=65_536),
    )
    rng = np.random.default_rng(checked_whole("seed", seed, low=0, high=2**63 - 1))
    normals = rng.standard_normal(shape, dtype=np.float32)  # (L, K, D)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return normals


def hash_code(embedding: ArrayLike, hyperplanes: NDArray[np.float32]) -> HashCode:
    """Hash one embedding (D,) with the hyperplanes (L, K, D).

    The first hyperplane gives the highest bit of the key, so that ``f"{key:0{K}b}"`` shows
    the bits in their order: bits 1, 0, 0 are the key 4.

    Raises:
        SettingError: not an embedding of D numbers and unit length.
    """
    vector = checked_embedding(embedding, hyperplanes.shape[-1])
    margins = np.vecdot(hyperplanes, vector)  # (L, K)
    bits = margins >= 0  # (L, K)
    return HashCode(margins=margins, bits=bits, keys=bits @ bit_values(bits.shape[-1]))


def keys_of(embeddings: ArrayLike, hyperplanes: NDArray[np.float32]) -> NDArray[np.int64]:
    """Keys of many embeddings (N, D) in every table: (N, L).

    ``vecdot`` computes each margin by itself, so an embedding has exactly the keys that
    ``hash_code`` gives it. A matrix product rounds by position, and a margin close to 0
    could then change its sign.

    Raises:
        SettingError: as ``hash_code``.
    """
    n_tables, n_bits, dim = hyperplanes.shape
    matrix = checked_embeddings(embeddings, dim)
    keys = np.empty((len(matrix), n_tables), dtype=np.int64)
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK, np.newaxis, np.newaxis]  # (B, 1, 1, D)
        bits = np.vecdot(hyperplanes, block) >= 0  # (B, L, K)
        keys[start : start + _BLOCK] = bits @ bit_values(n_bits)
    return keys


def bit_values(n_bits: int) -> NDArray[np.int64]:
    """What each bit adds to the key: 2^(K-1) … 4, 2, 1."""
    return 1 << np.arange(n_bits, dtype=np.int64)[::-1]


def cosine(x: ArrayLike, y: ArrayLike) -> float:
    """Cosine of the angle between two vectors (D,) of any length (equations 7 and 8).

    Raises:
        SettingError: another vector than (D,) numbers, or one of length 0, which has no angle.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise SettingError(f"Shapes {a.shape} and {b.shape} have no angle; give two of (D,).")
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if not lengths > 0 or not np.isfinite(lengths):
        raise SettingError(
            f"Lengths that multiply to {lengths} have no angle; give two finite vectors, not 0."
        )
    return float(a @ b / lengths)


def collision_probability(cosine: Number) -> Number:
    """Probability that two embeddings share one bit: 1 - theta/pi, theta the angle between."""
    theta: Number = np.arccos(np.clip(cosine, -1, 1))  # rounding can leave it just outside
    return 1 - theta / np.pi


def retrieval_probability(p: Number, n_bits: int, n_tables: int) -> Number:
    """Probability that two embeddings share a bucket in at least one table: 1 - (1 - p^K)^L.

    Args:
        p: probability that they share one bit (``collision_probability``).
        n_bits: K, all of which must agree for a shared bucket.
        n_tables: L, one of which is enough.
    """
    return 1 - (1 - p**n_bits) ** n_tables
