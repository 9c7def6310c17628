"""Table 3: every system fitted on one split, then timed query by query (section 4.4.2).

The systems take turns, query by query, so that a machine that is slow for a minute is slow for
all of them.
"""

from typing import Any

import numpy as np

from ..galleries.base import Gallery
from ..methods.base import Method, User
from ..methods.cnn import Cnn
from ..methods.sift import Sift
from ..methods.svm import SvmActiveLearning
from ..methods.systems import all_systems
from ..methods.vgg import VggConfig, VggN
from ..progress import Progress, silent
from .experiment import user_who_knows
from .protocol import both_sides
from .stage_timing import TimedSystem, measure_stages, timed_cnn, timed_description, timed_svm

SEED = 0  # of the split
N_QUERIES = 20  # evenly spread over the split's queries, and so over the classes
REPEATS = 2


def measure_table_3(gallery: Gallery, *, init: str, progress: Progress = silent) -> dict[str, Any]:
    """Fit every system and time it; return the body of the result file.

    Args:
        gallery: with a class for every image.
        init: ImageNet weights, as ``init_network`` takes them.
        progress: told what is at work.
    """
    (pictures, known), (queries, asked) = both_sides(gallery, SEED)
    chosen = np.linspace(0, len(asked) - 1, N_QUERIES).round().astype(np.intp)
    user = user_who_knows(asked[chosen], known)
    timed = []
    for method in to_be_timed(gallery, init=init, progress=progress):
        method.fit(pictures, known, seed=SEED, progress=progress)
        timed.append(timed_system(method, user))
    files = [queries.read(row) for row in chosen.tolist()]
    return {
        "gallery": gallery.key,
        "gallery_digest": gallery.digest,
        "seeds": [SEED],
        "n_gallery": len(known),
        **measure_stages(timed, files, repeats=REPEATS, progress=progress),
    }


def to_be_timed(gallery: Gallery, *, init: str, progress: Progress = silent) -> list[Method]:
    """Return every system of the tables, VGG-N trained for one epoch only.

    What a network has learned changes none of its times, and it is the only system whose
    training isn't kept from the experiment.
    """
    quick = VggN(VggConfig(epochs=1, views=1))
    systems = all_systems(gallery, init=init, progress=progress)
    return [quick if isinstance(method, VggN) else method for method in systems]


def timed_system(method: Method, user: User) -> TimedSystem:
    """Return a fitted method, ready to answer with a stopwatch in hand.

    Args:
        method: one of ``all_systems``.
        user: answers what relevance feedback asks.

    Raises:
        TypeError: a method whose stages nobody has told apart.
    """
    match method:
        case Cnn():
            return timed_cnn(method)
        case SvmActiveLearning():
            return timed_svm(method, user)
        case Sift() | VggN():
            return timed_description(method)
        case _:
            raise TypeError(f"{method.title} has no stages to be timed")
