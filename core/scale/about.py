"""What a table was made with: without it, its codes and keys mean nothing."""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..errors import StoreError
from ..index.families.hyperplanes import Hyperplanes
from ..index.families.structured import Rotations, draw_rotations, margins
from ..index.lsh import LSHConfig
from ..index.spread import Spread
from ..index.vectors import checked_whole
from ..language import tr

VERSION = 1  # of the columns
CODE_BITS = 1_024


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class About:
    """Settings of the hyperplanes, and what the embeddings were computed with.

    The keys are the paper's, by hyperplanes through the origin; the code's hyperplanes share
    their work (``structured``) and pass through the centre.
    """

    lsh: LSHConfig
    centre: NDArray[np.float32]  # (D,) the mean of the embeddings that the table began with
    code_bits: int = CODE_BITS
    half: bool = True  # embeddings are float16, read as float32 of unit length
    embedder: str = ""  # digest of checkpoint and preprocessing; "": nobody's
    attention: str = "both"  # mode that the embeddings are of
    title: str = "gallery"
    functions: Hyperplanes = field(init=False)
    rotations: Rotations = field(init=False)

    def __post_init__(self) -> None:
        checked_whole("code_bits", self.code_bits, low=128, high=8_192)
        lsh = self.lsh
        functions = Hyperplanes.draw(
            n_tables=lsh.n_tables, n_bits=lsh.n_bits, spread=Spread.nowhere(self.dim), seed=lsh.seed
        )
        rotations = draw_rotations(n_bits=self.code_bits, centre=self.centre, seed=lsh.seed)
        object.__setattr__(self, "functions", functions)
        object.__setattr__(self, "rotations", rotations)

    @property
    def dim(self) -> int:
        """Length D of an embedding."""
        return len(self.centre)

    def as_stored(self, rows: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return embeddings (n, D) as they are read from the table."""
        if not self.half:
            return rows.astype(np.float32)
        exact = rows.astype(np.float16).astype(np.float32)
        lengths = np.linalg.norm(exact, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(exact, lengths, where=lengths > 0, out=exact)
        return unit

    def codes(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Sides of the code's hyperplanes, eight in a byte: (n, code_bits / 8)."""
        turned = margins(rows, self.rotations)
        return np.packbits(turned[:, : self.code_bits] >= 0, axis=1)

    def entries(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number the buckets of all tables: keys (n, L), a column for each table, to (n, L)."""
        return (np.arange(keys.shape[1]) << self.lsh.n_bits) | keys

    def check_embedder(self, digest: str, attention: str) -> None:
        """Refuse embeddings of another model, preprocessing or attention mode.

        Raises:
            StoreError: they are.
        """
        if self.embedder != digest:
            raise StoreError(
                tr(
                    "The table {title} holds embeddings of the checkpoint {its_checkpoint}, "
                    "not of {checkpoint}; name the right one with --checkpoint.",
                    title=self.title,
                    its_checkpoint=self.embedder[:12],
                    checkpoint=digest[:12],
                )
            )
        if self.attention != attention:
            raise StoreError(
                tr(
                    "The table {title} holds embeddings of the attention mode {its_mode}, "
                    "not {mode}; ask with --attention {its_mode}.",
                    title=self.title,
                    its_mode=self.attention,
                    mode=attention,
                )
            )

    def check_settings(self, lsh: LSHConfig) -> None:
        """Refuse hyperplanes that are not the table's.

        Raises:
            StoreError: K, L or the seed differs.
        """
        if self.lsh != lsh:
            raise StoreError(
                tr(
                    "The table {title} was made with {its_settings}, not {settings}; "
                    "leave the settings out, or write to another address.",
                    title=self.title,
                    its_settings=_named(self.lsh),
                    settings=_named(lsh),
                )
            )

    def as_text(self) -> str:
        """Return it for the table's metadata."""
        centre = base64.b64encode(self.centre.astype("<f4").tobytes()).decode()
        values = {
            "version": VERSION,
            "lsh": asdict(self.lsh),
            "centre": centre,
            "code_bits": self.code_bits,
            "half": self.half,
            "embedder": self.embedder,
            "attention": self.attention,
            "title": self.title,
        }
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``as_text`` gave.

        Raises:
            StoreError: it is something else, or of another version.
        """
        try:
            values = json.loads(text)
            version = values.pop("version")
            centre = np.frombuffer(base64.b64decode(values.pop("centre")), "<f4")
            lsh = LSHConfig(**values.pop("lsh"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                tr(
                    "The table's metadata can't be read ({error}); import the images again.",
                    error=error,
                )
            ) from error
        if version != VERSION:
            raise StoreError(
                tr(
                    "The table is of version {version}, not {ours}; import the images again.",
                    version=version,
                    ours=VERSION,
                )
            )
        return cls(lsh=lsh, centre=centre.astype(np.float32), **values)


def _named(lsh: LSHConfig) -> str:
    return f"K {lsh.n_bits}, L {lsh.n_tables}, seed {lsh.seed}"
