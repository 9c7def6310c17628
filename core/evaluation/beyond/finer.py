"""Is a finer map as good a map? M_s of larger inputs, judged by masks.

The spatial gate is a convolution, so it can be computed on a larger input than the one that the
network was trained for, and has more places then. Its embedding isn't used: such a map is only
looked at. Whether it still finds the object is measured here, picture by picture, as in
``attention_focus``.
"""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...lessons.looking import from_flat
from ...model.embedder import Embedder
from ...progress import Progress, silent
from ..attention_focus import MaskedGallery, cell_shares, peak_inside, share_inside
from ..statistics import bootstrap_mean, bootstrap_ratio, paired_difference

LARGER = (384, 512)  # px, beside the checkpoint's own input


def measure_sizes(
    gallery: MaskedGallery,
    embedder: Embedder,
    *,
    larger: Sequence[int],
    seed: int = 0,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Judge M_s, behind channel attention, at the checkpoint's own input size and at larger ones.

    Args:
        gallery: with masks; pictures that show no object are left out.
        embedder: whose attention is judged.
        larger: px of both sides.
        seed: of the bootstrap.
        progress: told after each picture.

    Returns:
        For each size its ``input_size``, ``grid``, and the median ``seconds`` of one picture; the
        ``ratio``, ``peak`` and distance ``from_flat`` of its maps; and how much more of a map lies
        inside the object than at the checkpoint's own size, ``above_own``. All with 95 % intervals
        over the pictures.

    Raises:
        ImageError: an image can't be decoded.
        SettingError: the attention layer has no spatial part.
    """
    own = embedder.preprocess.input_size
    masks = {item.id: gallery.mask(item.id) for item in gallery.items}
    shown = {id: mask for id, mask in masks.items() if mask.any()}
    rows: list[dict[str, Any]] = []
    inside_own: NDArray[np.float64] | None = None
    for size in (own, *(it for it in larger if it > own)):
        gates, seconds = [], []
        for done, id in enumerate(shown, 1):
            file = gallery.read(id)
            started = perf_counter()
            gates.append(embedder.look([file], input_size=size)[0, 1])
            seconds.append(perf_counter() - started)
            progress(done, len(shown), f"Maps of {gallery.title} at {size} px")
        maps = np.stack(gates)  # (N, H, W)
        n_rows, n_columns = maps.shape[1:]
        cells = np.stack([cell_shares(mask, n_rows, n_columns) for mask in shown.values()])
        inside, area = share_inside(maps, cells), cells.mean(axis=(1, 2))
        inside_own = inside if inside_own is None else inside_own
        figures = {
            "ratio": bootstrap_ratio(inside, area, seed=seed),
            "peak": bootstrap_mean(peak_inside(maps, cells), seed=seed),
            "from_flat": bootstrap_mean([from_flat(it) for it in maps], seed=seed),
            "above_own": paired_difference(inside, inside_own, seed=seed),
        }
        rows.append(
            {
                "input_size": size,
                "grid": [n_rows, n_columns],
                "seconds": median(seconds),
                **{name: asdict(it) for name, it in figures.items()},
            }
        )
    return rows
