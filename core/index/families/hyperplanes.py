"""From an embedding to its hash code, and the theory of it (section 3.3).

A random hyperplane through the origin cuts space in two; one bit says on which side an
embedding lies. Two embeddings with the angle theta between them fall on the same side with
probability 1 - theta/pi, because only the planes that pass between them tell them apart
(M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...language import later
from ..multi_probe import flips_in_order
from ..spread import Spread
from ..vectors import Embedding, checked_embedding, checked_embeddings, checked_whole

MAX_BITS = 32
MAX_TABLES = 64

_BLOCK = 4096  # embeddings hashed at once: bounds the margins in memory to a few MB

Number = TypeVar("Number", float, NDArray[np.float64])  # one value, or an array for a curve


@dataclass(frozen=True, slots=True, eq=False)
class HashCode:
    """One embedding as each of L tables sees it."""

    margins: NDArray[np.float32]  # (L, K) the signed distance to each hyperplane, r·e; another
    #                               family has another number of them, and its own meaning
    bits: NDArray[np.bool_]  # (L, K) margin >= 0
    keys: NDArray[np.int64]  # (L,) the bits read as a binary number, first bit highest


@dataclass(frozen=True, slots=True, eq=False)
class Hyperplanes:
    """The paper's family: hyperplanes through the origin, each drawn by itself."""

    name: ClassVar[str] = "hyperplanes"
    manner: ClassVar[str] = later("uniform")  # in a word, for people
    looks_at_axes: ClassVar[bool] = False

    normals: NDArray[np.float32]  # (L, K, D) of unit length
    centre: NDArray[np.float32] | float = 0.0  # (D,) what all hyperplanes pass through; the origin

    @classmethod
    def draw(cls, *, n_tables: int, n_bits: int, spread: Spread, seed: int) -> Self:
        """Draw the hash functions of L tables; of the spread, only D matters here.

        Raises:
            SettingError: as ``draw_hyperplanes``.
        """
        dim = len(spread.centre)
        return cls(draw_hyperplanes(n_tables=n_tables, n_bits=n_bits, dim=dim, seed=seed))

    def hash(self, embedding: Embedding) -> HashCode:
        """Hash one embedding (D,): ``hash_code``."""
        return hash_code(embedding, self.normals, self.centre)

    def keys(self, embeddings: ArrayLike) -> NDArray[np.int64]:
        """Keys of many embeddings (N, D): ``keys_of``, (N, L)."""
        return keys_of(embeddings, self.normals, self.centre)

    def neighbours(self, code: HashCode, table: int) -> Iterator[tuple[int, float]]:
        """Keys of one table in order of their cost: ``keys_in_order``."""
        return keys_in_order(code, table)

    def seen(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings (n, D) as they lie to hyperplanes of all directions alike: as is.

        Two of them share a bit with the ``collision_probability`` of the cosine between what this
        returns.
        """
        return embeddings

    @staticmethod
    def collision_probability(cosine: Number) -> Number:
        """Probability that two embeddings share one bit."""
        return collision_probability(cosine)


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


def hash_code(
    embedding: Embedding,
    hyperplanes: NDArray[np.float32],
    centre: NDArray[np.float32] | float = 0.0,
) -> HashCode:
    """Hash one embedding (D,) with the hyperplanes (L, K, D), which pass through a centre (D,).

    The first hyperplane gives the highest bit of the key, so that ``f"{key:0{K}b}"`` shows
    the bits in their order: bits 1, 0, 0 are the key 4.

    Raises:
        SettingError: not an embedding of D numbers and unit length.
    """
    vector = checked_embedding(embedding, hyperplanes.shape[-1])
    margins = np.vecdot(hyperplanes, vector - centre)  # (L, K)
    bits = margins >= 0  # (L, K)
    return HashCode(margins=margins, bits=bits, keys=bits @ bit_values(bits.shape[-1]))


def keys_of(
    embeddings: ArrayLike,
    hyperplanes: NDArray[np.float32],
    centre: NDArray[np.float32] | float = 0.0,
) -> NDArray[np.int64]:
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
        bits = np.vecdot(hyperplanes, block - centre) >= 0  # (B, L, K)
        keys[start : start + _BLOCK] = bits @ bit_values(n_bits)
    return keys


def bit_values(n_bits: int) -> NDArray[np.int64]:
    """What each bit adds to the key: 2^(K-1) … 4, 2, 1."""
    return 1 << np.arange(n_bits, dtype=np.int64)[::-1]


def keys_in_order(code: HashCode, table: int) -> Iterator[tuple[int, float]]:
    """Yield all 2^K keys of one table, each with its cost: the query's own, then the nearest."""
    own, values = int(code.keys[table]), bit_values(code.bits.shape[1]).tolist()
    for flipped, cost in flips_in_order(code.margins[table]):
        yield own ^ sum([values[bit] for bit in flipped]), cost


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
