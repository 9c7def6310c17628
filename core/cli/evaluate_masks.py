"""``evaluate --masks``: does attention find the object in photographs with masks?"""

import argparse
from collections.abc import Mapping
from typing import Any

from ..evaluation import results
from ..evaluation.attention_focus import MaskedGallery, measure_focus
from ..evaluation.beyond.finer import LARGER, measure_sizes
from ..files import check_can_write
from ..galleries.masks import MaskedFolder
from ..model.embedder import Embedder
from ..progress import Progress
from .common import circumstances, embedder_of, progress_bar, timed, write_json


def run(options: argparse.Namespace) -> None:
    """Measure a folder, print a table and write the file that the Results page shows.

    Raises:
        GalleryError: the folder has no images with masks.
        StoreError: the result can't be written.
    """
    with progress_bar() as progress:
        gallery = MaskedFolder(options.masks, progress=progress)
        path = options.out or results.RESULTS / f"attention-masks-{gallery.key}.json"
        check_can_write(path)
        result = focus(gallery, embedder_of(options), progress)
    print("\n".join(table(result, gallery.title)))
    if gallery.left_out:
        print(f"Left out, because they have no mask: {len(gallery.left_out)} images")
    write_json(path, result)


def focus(gallery: MaskedGallery, embedder: Embedder, progress: Progress) -> dict[str, Any]:
    """Measure the maps of a checkpoint, whose backbone is ImageNet's, and say how it was done."""
    with timed() as duration:
        body = measure_focus(gallery, embedder, untouched=embedder, progress=progress)
        body["sizes"] = measure_sizes(gallery, embedder, larger=LARGER, progress=progress)
    about = {
        "gallery": gallery.key,
        "gallery_title": gallery.title,
        "gallery_digest": gallery.digest,
        "checkpoint_digest": embedder.digest,
        "seeds": [0],
    }
    return {**circumstances(), **duration, **about, **body}


def table(result: Mapping[str, Any], title: str) -> list[str]:
    """Lines with each map's ratio and peak, and their 95 % intervals."""
    return [
        f"{title}: {result['n_images']} images, the object covers "
        f"{result['object_area_share']:.1%}\n",
        f"{'':<30}{'share inside / area':>24}{'peak on the object':>24}",
        *(
            f"{it['map']:<30}{_cell(it['ratio']):>24}{_cell(it['peak']):>24}"
            for it in result["rows"]
        ),
        *(
            f"{_size(it):<30}{_cell(it['ratio']):>24}{_cell(it['peak']):>24}"
            for it in result["sizes"]
        ),
    ]


def _size(row: Mapping[str, Any]) -> str:
    rows, columns = row["grid"]
    return f"M_s at {row['input_size']} px, {rows} × {columns}"


def _cell(interval: Mapping[str, float]) -> str:
    return f"{interval['mean']:.3f} ({interval['low']:.3f} to {interval['high']:.3f})"
