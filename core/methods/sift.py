"""SIFT + k-means: a picture as a bag of visual words, the classical system of the tables.

    pixels -> key points -> SIFT descriptors (n, 128)                         describe_sift
           -> RootSIFT, nearest of W words, counts (W,)                       count_words
           -> tf-idf of unit length (W,) -> cosine to all gallery images      tf_idf, rank_vector

After Sivic & Zisserman, "Video Google" (ICCV 2003), with the square roots of Arandjelović &
Zisserman, "Three things everyone should know to improve object retrieval" (CVPR 2012). Words
and idf are learned from the gallery alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans

from ..errors import GalleryError
from ..index.vectors import checked_whole, similarities
from ..language import tr
from ..progress import Progress
from .base import Pictures, Pixels, User

Descriptors = NDArray[np.uint8]  # (n, 128): SIFT's numbers are whole ones up to 255


@dataclass(frozen=True, kw_only=True, slots=True)
class SiftConfig:
    """How pictures become words.

    Raises:
        SettingError: a number outside its range.
    """

    n_words: int = 1_000  # at most: there can't be more than descriptors to learn from
    max_key_points: int = 500  # of a picture, the strongest
    n_sampled: int = 100_000  # descriptors of the gallery, drawn at random, that make the words

    def __post_init__(self) -> None:
        checked_whole("n_words", self.n_words, low=1, high=100_000)
        checked_whole("max_key_points", self.max_key_points, low=1, high=100_000)
        checked_whole("n_sampled", self.n_sampled, low=1, high=10_000_000)


DEFAULT = SiftConfig()


class Sift:
    """The system of the tables: SIFT key points, words by k-means, tf-idf, exact scan.

    Attributes, once fitted:
        words: (W, 128) the visual words.
        idf: (W,) what each is worth.
        vectors: (N, W) tf-idf of the gallery; a picture without key points is all 0.
    """

    key: ClassVar[str] = "sift"
    title: ClassVar[str] = "SIFT + k-means"

    def __init__(self, config: SiftConfig = DEFAULT) -> None:
        self.config = config

    def settings(self) -> dict[str, Any]:
        """Return every setting as plain values."""
        return {"descriptors": "RootSIFT", "search": "exact scan", **asdict(self.config)}

    def fit(
        self, gallery: Pictures, labels: NDArray[np.int64], *, seed: int, progress: Progress
    ) -> None:
        """Learn words and idf from the gallery, and describe it by them; labels have no part.

        Raises:
            GalleryError: no picture has a key point, so there are no words to learn.
        """
        descriptors = self._descriptors(gallery, progress)
        self.words = learn_words(descriptors, self.config, seed)
        counts = []
        for done, rows in enumerate(descriptors, start=1):
            counts.append(count_words(rows, self.words))
            progress(done, len(gallery), f"Visual words of {gallery.gallery.title}")
        matrix = np.stack(counts)  # (N, W)
        self.idf = inverse_document_frequency(matrix)
        self.vectors = tf_idf(matrix, self.idf)

    def rank(self, queries: Pictures, user: User, *, progress: Progress) -> list[NDArray[np.intp]]:
        """Rank the whole gallery by cosine for each query; the user is never asked."""
        rankings = []
        for done, descriptors in enumerate(self._descriptors(queries, progress), start=1):
            rankings.append(self.rank_vector(self._vector(descriptors)))
            progress(done, len(queries), f"Searching with {self.title}")
        return rankings

    def describe(self, pixels: Pixels) -> NDArray[np.float32]:
        """Describe one picture (H, W, 3) by this gallery's words: (W,)."""
        return self._vector(describe_sift(pixels, self.config.max_key_points))

    def rank_vector(self, vector: NDArray[np.float32]) -> NDArray[np.intp]:
        """Rank the gallery by cosine to what ``describe`` returned: (N,) rows, best first.

        A picture without key points is equally far from all: its ranking is that of the rows.
        """
        return np.argsort(-similarities(vector, self.vectors), kind="stable")

    def _vector(self, descriptors: Descriptors) -> NDArray[np.float32]:
        return tf_idf(count_words(descriptors, self.words), self.idf)

    def _descriptors(self, pictures: Pictures, progress: Progress) -> list[Descriptors]:
        most = self.config.max_key_points
        return pictures.compute(
            f"SIFT descriptors (at most {most})",
            lambda pixels: describe_sift(pixels, most),
            progress=progress,
        )


def describe_sift(pixels: Pixels, max_key_points: int) -> Descriptors:
    """Return the descriptors of the strongest key points, (n, 128), the strongest first."""
    sift = cv2.SIFT.create(nfeatures=max_key_points)
    points, descriptors = sift.detectAndCompute(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), None)
    if not points:
        return np.empty((0, 128), dtype=np.uint8)
    strength = np.array([point.response for point in points])
    order = np.argsort(-strength, kind="stable")[:max_key_points]  # OpenCV adds what is tied
    strongest: Descriptors = descriptors[order].astype(np.uint8)
    return strongest


def root_sift(descriptors: Descriptors) -> NDArray[np.float32]:
    """Square roots of each descriptor's shares, (n, 128): distances become Hellinger's."""
    numbers = descriptors.astype(np.float32)
    totals = np.maximum(numbers.sum(axis=1, keepdims=True), 1)
    roots: NDArray[np.float32] = np.sqrt(numbers / totals)
    return roots


def learn_words(
    descriptors: Sequence[Descriptors], config: SiftConfig, seed: int
) -> NDArray[np.float32]:
    """Cluster a sample of a gallery's descriptors, an array for each picture: (W, 128).

    Raises:
        GalleryError: there are none.
    """
    everything = np.concatenate(descriptors)
    if not len(everything):
        raise GalleryError(
            tr(
                "None of the {n_images} images of the gallery has a SIFT key point; "
                "take pictures that show more than even areas.",
                n_images=len(descriptors),
            )
        )
    rng = np.random.default_rng(seed)
    n_sampled = min(config.n_sampled, len(everything))
    sample = root_sift(everything[rng.choice(len(everything), n_sampled, replace=False)])
    kmeans = MiniBatchKMeans(
        n_clusters=min(config.n_words, n_sampled),
        batch_size=4_096,
        max_iter=10,
        n_init=1,
        random_state=seed,
    )
    words: NDArray[np.float32] = kmeans.fit(sample).cluster_centers_
    return words


def count_words(descriptors: Descriptors, words: NDArray[np.float32]) -> NDArray[np.float32]:
    """How often each word is the nearest one to a descriptor: (W,)."""
    # |d - w|² is |d|² - 2 (d·w - |w|²/2), and |d|² is the same for all words.
    nearness = root_sift(descriptors) @ words.T - np.vecdot(words, words) / 2  # (n, W)
    counts = np.bincount(nearness.argmax(axis=1), minlength=len(words))
    return counts.astype(np.float32)


def inverse_document_frequency(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each word is worth, ln((1 + N) / (1 + n)) + 1 where n of N pictures have it: (W,).

    The ones keep a word that all pictures have, or none, at a positive finite worth.

    Args:
        counts: (N, W) of the gallery.
    """
    having = np.count_nonzero(counts, axis=0)  # (W,)
    idf: NDArray[np.float32] = np.log((1 + len(counts)) / (1 + having)) + 1
    return idf.astype(np.float32)


def tf_idf(counts: NDArray[np.float32], idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh counts (..., W) by idf and bring them to unit length; no words at all stay 0."""
    weighed: NDArray[np.float32] = counts * idf
    length = np.linalg.norm(weighed, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = np.zeros_like(weighed)
    np.divide(weighed, length, out=unit, where=length > 0)
    return unit
