"""The paper and the works that its tables and its design rest on."""

from dataclasses import dataclass

from ..language import later


@dataclass(frozen=True, slots=True)
class Reference:
    """A work, as one cites it."""

    number: str  # in the paper's list; "" for the paper itself
    text: str  # in the language of the work
    why: str  # it matters here
    url: str = ""


PAPER = Reference(
    "",
    "Y. Luo, W. Li, X. Ma, K. Zhang: Image Retrieval Algorithm Based on Locality-Sensitive Hash "
    "Using Convolutional Neural Network and Attention Mechanism. Information 13(10), 446, 2022.",
    later("the paper whose system this app builds and measures"),
    "https://doi.org/10.3390/info13100446",
)

REFERENCES = (
    Reference(
        "16",
        "S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: CBAM: Convolutional Block Attention Module. "
        "ECCV 2018.",
        later("the attention: channel, then spatial"),
    ),
    Reference(
        "17",
        "X. Wang, G. Luo, K. Qin, Y. Zhang: An Image Retrieval Method Based on SVM and Active "
        "Learning. Comput. Appl. Res. 33, 2016.",
        later("a system of the tables: learns from answers"),
    ),
    Reference(
        "18",
        "Y. Wei, Z. Yan: Research on Image Retrieval Technology Combined with Attention "
        "Convolutional Neural Network. Small Microcomput. Syst. 42, 2021.",
        later("a system of the tables: VGG-N"),
    ),
    Reference(
        "19",
        "P. Balasundaram, S. Muralidharan, S. Bijoy: An Improved Content Based Image Retrieval "
        "System using Unsupervised Deep Neural Network and Locality Sensitive Hashing. "
        "ICCCSP 2021.",
        later("a system of the tables: hashing without attention"),
    ),
    Reference(
        "20",
        "J. Qin, J. Huang, X. Xiang, Y. Tan: Image Retrieval Based on Convolutional Neural "
        "Network and Attention Mechanism. Telecommun. Technol. 61, 2021.",
        later("a system of the tables: attention without hashing"),
    ),
)
"""By the paper's numbers."""
