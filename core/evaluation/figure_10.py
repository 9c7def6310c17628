"""Figure 10 as numbers: a network trained with augmentation, and one without (section 4.4.3)."""

from dataclasses import replace
from typing import Any

from ..galleries.base import Gallery
from ..language import later
from ..methods.cnn import Cnn
from ..methods.trainer import RECIPE, new_trainer
from ..progress import Progress, silent
from .protocol import both_sides
from .robustness import embed_with, measure_robustness

SEED = 0  # of the split
K = 8  # hits that the paper shows
VARIANTS = {
    "augmented": (later("trained with augmentation"), RECIPE),
    "plain": (later("trained without augmentation"), replace(RECIPE, views=1)),
}


def measure_figure_10(
    gallery: Gallery, *, init: str, progress: Progress = silent
) -> dict[str, Any]:
    """Train both networks and judge them; return the body of the result file.

    Both get the same number of steps. The one without augmentation sees the same picture of an
    image each time.

    Args:
        gallery: with a class for every image.
        init: ImageNet weights, as ``init_network`` takes them.
        progress: told what is at work.
    """
    (pictures, known), (queries, asked) = both_sides(gallery, SEED)
    pixels = [queries.pixels(row) for row in range(len(queries))]
    variants = {}
    for name, (title, recipe) in VARIANTS.items():
        trainer = new_trainer(gallery, init=init, recipe=recipe, progress=progress)
        system = Cnn(trainer, "cnn-attention", title, "both", None)
        system.fit(pictures, known, seed=SEED, progress=progress)
        rows = measure_robustness(
            embed_with(system.embedder(), system.attention),
            pixels,
            asked,
            system.vectors.matrix,
            known,
            k=K,
            seed=SEED,
            progress=progress,
        )
        variants[name] = {"title": title, "rows": rows}
    return {
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "seeds": [SEED],
        "k": K,
        "n_queries": len(queries),
        "variants": variants,
    }
