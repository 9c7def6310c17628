"""Where the paper is silent or contradicts itself, and what we do there."""

from dataclasses import dataclass

from ..language import later


@dataclass(frozen=True, slots=True)
class Departure:
    """A place where the paper is silent or contradicts itself, and what we do."""

    where: str
    paper: str
    ours: str
    reason: str


DEPARTURES = (
    Departure(
        where=later("Section 3.2, size of the feature map"),
        paper="192 × 192 gives 7 × 7 × 2048",
        ours=later(
            "192 × 192 gives 6 × 6 × 2048; the input size is a setting that each checkpoint names"
        ),
        reason=later("ResNet50 divides each side by 32; 7 × 7 is what 224 × 224 gives."),
    ),
    Departure(
        where=later("Sections 3.2.1 and 3.2.2, last activation of both maps"),
        paper=later("ReLU in the text, σ in equations 5 and 6"),
        ours=later("sigmoid, with a ReLU inside the shared MLP"),
        reason=later("A gate must lie between 0 and 1, and CBAM's authors use the sigmoid."),
    ),
    Departure(
        where=later("Section 3.2.2, how strongly the spatial gate acts"),
        paper="F'' = M_s ⊗ F'",
        ours=later(
            "F'' = M_s^p ⊗ F'; p is a setting that each checkpoint names, 1 in the experiment and "
            "less in the checkpoint that ships"
        ),
        reason=later(
            "What a gate sees and how strongly it acts are two questions. One that tells a thing "
            "from what is around it sharply would leave nothing of the rest of a beach."
        ),
    ),
    Departure(
        where=later("Section 3.2, from F'' to the fc layer"),
        paper="flattened",
        ours=later("average-pooled to 2048 numbers of unit length"),
        reason=(
            later(
                "Flattened, the fc layer alone would hold 73,728 × 256 weights and see each place "
                "apart; pooled, the spatial gate is what weights the places."
            )
        ),
    ),
    Departure(
        where=later("Section 3.1, equations 1-2"),
        paper=later("mean removal, then min-max to [0, 1]"),
        ours=later("ImageNet's normalisation by default; both are settings"),
        reason=later("The pretrained weights expect the normalisation they were trained with."),
    ),
    Departure(
        where=later("Section 3.2, where attention learns"),
        paper=later("loss, rates and epochs are not given"),
        ours=(
            later(
                "a supervised contrastive loss; in the experiment CBAM, fc and ResNet50's last "
                "stage learn, in the checkpoint that ships CBAM and fc alone"
            )
        ),
        reason=(
            later(
                "Either trains in minutes on two processor cores. What ships must also serve "
                "pictures of things it never saw: a frozen backbone and a penalty on changed "
                "similarities keep it general."
            )
        ),
    ),
    Departure(
        where=later("Section 3.2, strides of ResNet50"),
        paper=later("not given"),
        ours=later("v1, those of the weights that training starts from"),
        reason=(
            later(
                "Weights are only right with the strides they were trained with; a checkpoint "
                "carries its strides."
            )
        ),
    ),
    Departure(
        where=later("Section 3.3, linear match inside the buckets"),
        paper=later("one bucket per table"),
        ours=later("as many as a query needs, in order of margin; n_probes = 1 is the paper's"),
        reason=(
            later(
                "Neighbours that miss the bucket by one fragile bit come back without new tables; "
                "12 bits with one bucket per table miss more than half of them. A picture to which "
                "the gallery is strange needs many more buckets than one that resembles it."
            )
        ),
    ),
    Departure(
        where=later("Section 4.2, Corel-5k"),
        paper=later("50 clean categories such as racing cars, cats and airplanes"),
        ours=later("the set of Duygulu et al. (2002) with its 50 Corel CDs as classes"),
        reason=(
            later(
                "It is the Corel-5k that is to be had. Some CDs are travel themes and visually "
                "mixed, so its figures compare our systems and can't be held against the paper's "
                "column."
            )
        ),
    ),
    Departure(
        where=later("Section 4.2, training set"),
        paper=later("the rest of Corel-5k"),
        ours=later("of each data set its own rest"),
        reason=later(
            "A query of Corel-1k may lie in Corel-5k: both come from one stock collection."
        ),
    ),
    Departure(
        where=later("Table 1, recall"),
        paper=later("of an n that isn't given"),
        ours=later("recall@10, @30 and @100; @100 stands in the table"),
        reason=later("A gallery of Corel-1k holds 90 relevant images: n below 90 can't reach 1."),
    ),
    Departure(
        where=later("Table 1, and the tables' references"),
        paper=later(
            "VGG-N in the table, LeNet-L in the text; [20] in Table 3, [19] in Tables 1 and 2"
        ),
        ours=later(
            "taken as VGG-N; [19] is CNN + LSH without attention, [20] attention without LSH"
        ),
        reason=later("That is what the cited titles say."),
    ),
    Departure(
        where="Equation 10",
        paper=later("called MAP, and is the mean precision@n"),
        ours=later("reported as MAP (paper), beside the standard mAP"),
        reason=later("The two differ; one name for both would mislead."),
    ),
    Departure(
        where=later("Table 3, what the seconds contain"),
        paper=later("not said"),
        ours=later(
            "every stage on its own: decode, preprocess, embed, hash, probe, rerank, exact scan"
        ),
        reason=later("Only then can a reader see what hashing saves."),
    ),
)
