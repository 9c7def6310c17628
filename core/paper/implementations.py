"""Where each part of the paper stands in the code.

Y. Luo, W. Li, X. Ma, K. Zhang, "Image Retrieval Algorithm Based on Locality-Sensitive Hash
Using Convolutional Neural Network and Attention Mechanism", Information 2022, 13(10), 446,
https://doi.org/10.3390/info13100446 (CC BY 4.0).
"""

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Implementation:
    """The code that implements one part of the paper."""

    part: str  # as the paper numbers it
    topic: str
    code: str  # ".module:object", from the root of the library


IMPLEMENTATIONS = (
    Implementation("Figure 1", "One query from image to hits", ".search:search"),
    Implementation("Figure 2", "The feature extractor", ".model.network:RetrievalNetwork"),
    Implementation("Figure 3", "Augmentation of the training images", ".model.augment:augment"),
    Implementation("Section 3.1", "Squash to 192 × 192", ".model.preprocess:squash"),
    Implementation("Equation 1", "Mean removal", ".model.preprocess:remove_mean"),
    Implementation("Equation 2", "Min-max normalisation", ".model.preprocess:min_max"),
    Implementation(
        "Equations 3-4, Figure 4", "CBAM: channel, then spatial attention", ".model.cbam:CBAM"
    ),
    Implementation("Equation 5, Figure 5", "Channel attention", ".model.cbam:ChannelAttention"),
    Implementation("Equation 6, Figure 6", "Spatial attention", ".model.cbam:SpatialAttention"),
    Implementation("Section 3.2", "Training", ".model.training:train"),
    Implementation("Equations 7-8", "Cosine of the angle", ".index.cosine:cosine"),
    Implementation(
        "Section 3.3 (1)",
        "Hash functions for the angle",
        ".index.families.hyperplanes:hash_code",
    ),
    Implementation(
        "Section 3.3 (1)",
        "Closer vectors collide more often",
        ".index.families.hyperplanes:collision_probability",
    ),
    Implementation(
        "Figure 7",
        "Hash codes of similar images are close",
        ".lessons.figure_7:hamming_pairs",
    ),
    Implementation("Figure 8", "Build the index", ".search:build_index"),
    Implementation("Figure 9", "Look a query up", ".search:look_up"),
    Implementation("Section 3.3", "Linear search", ".index.exact:exact_scan"),
    Implementation("Section 4.2", "Corel-1k", ".galleries.corel:open_corel1k"),
    Implementation("Section 4.2", "Corel-5k", ".galleries.corel:open_corel5k"),
    Implementation("Equation 9", "Recall", ".evaluation.metrics:recall_at"),
    Implementation("Equation 10", "MAP as the paper defines it", ".evaluation.metrics:map_paper"),
    Implementation("Section 4.2", "Queries, gallery and seeds", ".evaluation.protocol:draw_split"),
    Implementation("Section 4.4.1", "SIFT with k-means", ".methods.sift:Sift"),
    Implementation("Reference 17", "SVM active learning", ".methods.svm:SvmActiveLearning"),
    Implementation("Reference 18", "VGG-N", ".methods.vgg:VggN"),
    Implementation("References 19, 20", "One of attention and hashing", ".methods.cnn:cnn_systems"),
    Implementation(
        "Tables 1-2", "All systems, all splits", ".evaluation.experiment:run_experiment"
    ),
    Implementation("Table 3, Section 4.4.2", "Time", ".evaluation.table_3:measure_table_3"),
    Implementation(
        "Figure 10, Section 4.4.3", "Changed queries", ".evaluation.figure_10:measure_figure_10"
    ),
    Implementation("Section 5", "Future work: low-level detail", ".model.detail:Detail"),
)


def resolve(code: str) -> object:
    """Import what ``module:object`` names; a leading dot stands for this library.

    The library has two names, ``core`` and ``hashlight``.

    Raises:
        ImportError, AttributeError: it isn't there; a test keeps this from happening.
    """
    module, name = code.split(":")
    return getattr(import_module(module, __package__.partition(".")[0]), name)
