"""Every data set by its name: drawn, a gallery's embeddings, its places, or a file.

* ``clusters-10k``, ``hard-100k``, ``reduced-1m``: drawn from the seed (``data``)
* ``corel5k``, ``scenes``, …: embeddings of a gallery, each query left out of its own results
* ``places-corel5k``, ``places256-corel5k-100k``: places of its feature maps (``places``)
* ``PATH.npy``, ``PATH.hdf5``: a file (``vector_files``)
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import locations
from ..errors import SettingError
from ..galleries.base import Gallery
from ..galleries.registry import available, open_gallery
from ..galleries.store import load_or_build
from ..language import tr
from ..model.checkpoint import load_checkpoint
from ..model.embedder import Embedder
from ..progress import Progress, silent
from . import data
from .places import open_places, parse_places
from .vector_files import is_vector_file, open_vector_file


def check_name(name: str) -> None:
    """See that there can be such a data set, before anything is measured.

    Raises:
        SettingError: there can't.
    """
    places = parse_places(name)
    key = places.gallery if places else name
    if is_vector_file(name) or key in {it.key for it in available()}:
        return
    data.parse(name)


def open_data(
    name: str,
    seed: int,
    *,
    threads: int = 1,
    shipped: Mapping[str, Callable[[], NDArray[np.float32]]] | None = None,
    progress: Progress = silent,
) -> data.DataSet:
    """Draw or read a data set.

    Args:
        name: of the data set.
        seed: of what is drawn, and of which vectors are queries.
        threads: that draw.
        shipped: gives a gallery's embeddings (N, D), by key, where they need no photographs.
        progress: called with how far it is.

    Raises:
        SettingError: there is no such data set, or it can't be raced on.
        GalleryError: the photographs or the file aren't here.
    """
    check_name(name)
    if is_vector_file(name):
        return open_vector_file(Path(name), seed)
    folder = locations.home() / "benchmark"
    if places := parse_places(name):
        gallery = open_gallery(places.gallery, progress=progress)
        embedder = Embedder(load_checkpoint())
        return open_places(name, gallery, embedder, seed, folder=folder, progress=progress)
    titles = {it.key: it.title for it in available()}
    if shipped and name in shipped:
        return data.leave_one_out(name, titles[name], shipped[name](), seed)
    if name in titles:
        return _embeddings(name, open_gallery(name, progress=progress), seed, progress)
    return data.draw(name, seed, threads=threads, folder=folder, progress=progress)


def _embeddings(name: str, gallery: Gallery, seed: int, progress: Progress) -> data.DataSet:
    stored = load_or_build(gallery, Embedder(load_checkpoint()), progress=progress)
    rows = stored.of("both")
    if len(rows) < data.SMALLEST:
        raise SettingError(
            tr(
                "{title} has {n_images} images; a race needs {smallest} or more.",
                title=gallery.title,
                n_images=len(rows),
                smallest=data.SMALLEST,
            )
        )
    return data.leave_one_out(name, gallery.title, rows, seed)
