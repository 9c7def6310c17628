"""Where each part of the paper stands in the code, and where we depart from it.

Y. Luo, W. Li, X. Ma, K. Zhang, "Image Retrieval Algorithm Based on Locality-Sensitive Hash
Using Convolutional Neural Network and Attention Mechanism", Information 2022, 13(10), 446,
https://doi.org/10.3390/info13100446 (CC BY 4.0).
"""

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Room:
    """The code that implements one part of the paper."""

    part: str  # as the paper numbers it
    topic: str
    code: str  # "module:object", importable


@dataclass(frozen=True, slots=True)
class Departure:
    """A place where the paper is silent or contradicts itself, and what we do."""

    where: str
    paper: str
    ours: str
    reason: str


ROOMS = (
    Room("Figure 1", "One query from image to hits", "core.search:search"),
    Room("Figure 2", "The feature extractor", "core.model.network:RetrievalNetwork"),
    Room("Figure 3", "Augmentation of the training images", "core.model.augment:augment"),
    Room("Section 3.1", "Squash to 192 × 192", "core.model.preprocess:squash"),
    Room("Equation 1", "Mean removal", "core.model.preprocess:remove_mean"),
    Room("Equation 2", "Min-max normalisation", "core.model.preprocess:min_max"),
    Room(
        "Equations 3-4, Figure 4", "CBAM: channel, then spatial attention", "core.model.cbam:CBAM"
    ),
    Room("Equation 5, Figure 5", "Channel attention", "core.model.cbam:ChannelAttention"),
    Room("Equation 6, Figure 6", "Spatial attention", "core.model.cbam:SpatialAttention"),
    Room("Section 3.2", "Training", "core.model.training:train"),
    Room("Equations 7-8", "Cosine of the angle", "core.index.families.hyperplanes:cosine"),
    Room(
        "Section 3.3 (1)",
        "Hash functions for the angle",
        "core.index.families.hyperplanes:hash_code",
    ),
    Room(
        "Section 3.3 (1)",
        "Closer vectors collide more often",
        "core.index.families.hyperplanes:collision_probability",
    ),
    Room(
        "Figure 7",
        "Hash codes of similar images are close",
        "core.index.hamming:hamming_distances",
    ),
    Room("Figure 8", "Build the index", "core.search:build_index"),
    Room("Figure 9", "Look a query up", "core.search:look_up"),
    Room("Section 3.3", "Linear search", "core.index.exact:exact_scan"),
    Room("Section 4.2", "Corel-1k", "core.galleries.corel:open_corel1k"),
    Room("Section 4.2", "Corel-5k", "core.galleries.corel:open_corel5k"),
    Room("Equation 9", "Recall", "core.evaluation.metrics:recall_at"),
    Room("Equation 10", "MAP as the paper defines it", "core.evaluation.metrics:map_paper"),
    Room("Section 4.2", "Queries, gallery and seeds", "core.evaluation.protocol:draw_split"),
    Room("Section 4.4.1", "SIFT with k-means", "core.methods.sift:Sift"),
    Room("Reference 17", "SVM active learning", "core.methods.svm:SvmActiveLearning"),
    Room("Reference 18", "VGG-N", "core.methods.vgg:VggN"),
    Room("References 19, 20", "One of attention and hashing", "core.methods.cnn:cnn_systems"),
    Room("Tables 1-2", "All systems on all splits", "core.evaluation.experiment:run_experiment"),
    Room("Table 3, Section 4.4.2", "Time", "core.evaluation.table_3:measure_table_3"),
    Room(
        "Figure 10, Section 4.4.3", "Changed queries", "core.evaluation.figure_10:measure_figure_10"
    ),
)

DEPARTURES = (
    Departure(
        where="Section 3.2, size of the feature map",
        paper="192 × 192 gives 7 × 7 × 2048",
        ours="6 × 6 × 2048; the input size is a setting",
        reason="ResNet50 divides each side by 32; 7 × 7 is what 224 × 224 gives.",
    ),
    Departure(
        where="Sections 3.2.1 and 3.2.2, last activation of both maps",
        paper="ReLU in the text, σ in equations 5 and 6",
        ours="sigmoid, with a ReLU inside the shared MLP",
        reason="A gate must lie between 0 and 1, and CBAM's authors use the sigmoid.",
    ),
    Departure(
        where="Section 3.2, from F'' to the fc layer",
        paper="flattened",
        ours="average-pooled to 2048 numbers of unit length",
        reason=(
            "Flattened, the fc layer alone would hold 73,728 × 256 weights and see each place "
            "apart; pooled, the spatial gate is what weights the places."
        ),
    ),
    Departure(
        where="Section 3.1, equations 1-2",
        paper="mean removal, then min-max to [0, 1]",
        ours="ImageNet's normalisation by default; both are settings",
        reason="The pretrained weights expect the normalisation they were trained with.",
    ),
    Departure(
        where="Section 3.2, where attention learns",
        paper="loss, rates and epochs are not given",
        ours=(
            "a supervised contrastive loss; in the experiment CBAM, fc and ResNet50's last stage "
            "learn, in the checkpoint that ships CBAM and fc alone"
        ),
        reason=(
            "Either trains in minutes on two processor cores. What ships must also serve pictures "
            "of things it never saw: a frozen backbone and a penalty on changed similarities "
            "keep it general."
        ),
    ),
    Departure(
        where="Section 3.2, strides of ResNet50",
        paper="not given",
        ours="v1, those of the weights that training starts from",
        reason=(
            "Weights are only right with the strides they were trained with; a checkpoint "
            "carries its strides."
        ),
    ),
    Departure(
        where="Section 3.3, linear match inside the buckets",
        paper="one bucket per table",
        ours="eight by default, in order of margin; n_probes = 1 is the paper's",
        reason=(
            "Neighbours that miss the bucket by one fragile bit come back without new tables; "
            "12 bits with one bucket per table miss more than half of them."
        ),
    ),
    Departure(
        where="Section 4.2, Corel-5k",
        paper="50 clean categories such as racing cars, cats and airplanes",
        ours="the set of Duygulu et al. (2002) with its 50 Corel CDs as classes",
        reason=(
            "It is the Corel-5k that is to be had. Some CDs are travel themes and visually mixed, "
            "so its figures compare our systems and can't be held against the paper's column."
        ),
    ),
    Departure(
        where="Section 4.2, training set",
        paper="the rest of Corel-5k",
        ours="of each data set its own rest",
        reason="A query of Corel-1k may lie in Corel-5k: both come from one stock collection.",
    ),
    Departure(
        where="Table 1, recall",
        paper="of an n that isn't given",
        ours="recall@10, @30 and @100; @100 stands in the table",
        reason="A gallery of Corel-1k holds 90 relevant images: n below 90 can't reach 1.",
    ),
    Departure(
        where="Table 1, and the tables' references",
        paper="VGG-N in the table, LeNet-L in the text; [20] in Table 3, [19] in Tables 1 and 2",
        ours="taken as VGG-N; [19] is CNN + LSH without attention, [20] attention without LSH",
        reason="That is what the cited titles say.",
    ),
    Departure(
        where="Equation 10",
        paper="called MAP, and is the mean precision@n",
        ours="reported as MAP (paper), beside the standard mAP",
        reason="The two differ; one name for both would mislead.",
    ),
    Departure(
        where="Table 3, what the seconds contain",
        paper="not said",
        ours="every stage on its own: decode, preprocess, embed, hash, probe, rerank, exact scan",
        reason="Only then can a reader see what hashing saves.",
    ),
)


def resolve(code: str) -> object:
    """Import what a room names: ``module:object``.

    Raises:
        ImportError, AttributeError: it isn't there; a test keeps this from happening.
    """
    module, name = code.split(":")
    return getattr(import_module(module), name)
