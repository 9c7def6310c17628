"""The six systems of the paper's tables, and their control, ready to be run on one data set."""

from ..galleries.base import Gallery
from ..progress import Progress, silent
from .base import Method
from .cnn import cnn_systems
from .sift import Sift
from .svm import SvmActiveLearning
from .trainer import LARGE, new_trainer
from .vgg import VggConfig, VggN

LARGE_EPOCHS = 5  # of VGG-N on a large gallery: five times the images make five times the steps


def all_systems(gallery: Gallery, *, init: str, progress: Progress = silent) -> list[Method]:
    """Return every system in the order of the tables.

    Args:
        gallery: the whole data set; what frozen stages give for its images is computed here.
        init: ImageNet weights, as ``init_network`` takes them.
        progress: told after each batch.
    """
    trainer = new_trainer(gallery, init=init, progress=progress)
    vgg = VggConfig() if len(gallery.items) < LARGE else VggConfig(epochs=LARGE_EPOCHS)
    return [Sift(), SvmActiveLearning(), VggN(vgg), *cnn_systems(trainer)]
