"""``evaluate --strangers``: what a gallery's settings find and read, for its images and others."""

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluation import results
from ..evaluation.fitted_settings import measure
from ..files import check_can_write
from ..galleries.base import Gallery
from ..galleries.registry import open_gallery
from ..galleries.store import load_or_build
from ..model.attention import ATTENTION_MODES
from ..model.embedder import Embedder
from ..progress import Progress
from ..wording import count, percent
from .common import circumstances, embedder_of, progress_bar, timed, write_json
from .printing import printable

N_STRANGERS = 120
SEED = 0
MODE = "both"


def run(options: argparse.Namespace) -> None:
    """Measure, print two lines and write the result file.

    Raises:
        GalleryError: a gallery can't be opened.
        StoreError: the result can't be written.
    """
    embedder = embedder_of(options)
    with progress_bar() as progress, timed() as duration:
        gallery = open_gallery(options.gallery, progress=progress)
        path = options.out or results.RESULTS / f"settings-{gallery.key}.json"
        check_can_write(path)
        others = open_gallery(options.strangers, progress=progress)
        rows = load_or_build(gallery, embedder, progress=progress).of(MODE)
        strangers = _embedded_sample(others, embedder, progress)
        result = measure(rows, strangers, seed=SEED, progress=progress)
    print("\n".join(table(result, printable(gallery.title))))
    about = {
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "strangers_digest": others.digest,
        "checkpoint_digest": embedder.digest,
        "attention": MODE,
        "seeds": [SEED],
    }
    write_json(path, {**circumstances(), **duration, **about, **result})


def table(result: Mapping[str, Any], title: str) -> list[str]:
    """Lines with what was fitted, and what it gave."""
    settings = result["settings"]
    lines = [
        f"{title}: {count(result['n_images'], 'image')}; {settings['hyperplanes']} hyperplanes, "
        f"{settings['n_bits']} bits, "
        f"{count(settings['n_tables'], 'table')}, as many probes as a query needs"
    ]
    kinds = {
        "its own images": result["own"],
        "strangers": result["strangers"],
        "strangers to settings that know others of their kind": result["known"]["strangers"],
    }
    for what, it in kinds.items():
        lines.append(
            f"{what} ({it['n_queries']}): neighbour recall@{result['k']} {percent(it['recall'])}, "
            f"{percent(it['share_read'])} of the gallery read, "
            f"{count(it['answers_with_hits_missing'], 'answer')} with hits missing"
        )
    return lines


def _embedded_sample(
    gallery: Gallery, embedder: Embedder, progress: Progress
) -> NDArray[np.float32]:
    """Embed some images: (S, D)."""
    n = min(N_STRANGERS, len(gallery.items))
    ids = np.random.default_rng(SEED).choice(len(gallery.items), n, replace=False)
    rows = []
    for id in ids.tolist():
        image = embedder.prepare(gallery.read(id))
        rows.append(embedder.embed([image])[0, ATTENTION_MODES.index(MODE)])
        progress(len(rows), n, "Embedding strangers")
    return np.array(rows)
