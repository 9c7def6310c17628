"""SVM active learning [17]: a person says what is relevant, and a classifier learns from it.

    features of the gallery, query -> ranking by distance
          -> ask about some images -> SVM on all answers -> ranking by its scores    (a round)

Asked are the images that would teach most: those closest to the boundary (Tong & Chang, "Support
vector machine active learning for image retrieval", ACM Multimedia 2001).

What a person has said counts as training and as nothing else. Images that were asked about stay
in the gallery, and the SVM ranks them by its own score like all others: none is moved to the top
because it was called relevant, none to the end because it was not.

Yet a boundary learned from an image gets that image right, even where classes are drawn by lot,
and in the experiment the judge's labels give the answers. So there an answered image takes the
place that all answers but its own give it (``unaided_ranking``); a person in the app, who wants
to see what was said taken up, gets ``ranking``.

Nothing here is random: equal features and equal answers give equal rankings.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVC

from ..errors import SettingError
from ..index.vectors import checked_ids, checked_whole
from ..language import tr
from ..progress import Progress
from .base import Pictures, Pixels, User
from .visual_features import N_FEATURES, SIDE, Standardisation, Vector, visual_features


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackConfig:
    """How a person is asked, and how strictly the SVM takes the answers.

    Raises:
        SettingError: a number outside its range.
    """

    n_rounds: int = 3
    n_asked: int = 10  # images in a round
    cost: float = 10.0  # C of the SVM: what it costs to contradict an answer

    def __post_init__(self) -> None:
        checked_whole("n_rounds", self.n_rounds, low=0, high=100)
        checked_whole("n_asked", self.n_asked, low=1, high=1_000)
        if not (math.isfinite(self.cost) and self.cost > 0):
            raise SettingError(tr("cost is {cost}; it must be a number above 0.", cost=self.cost))


DEFAULT = FeedbackConfig()


class FeedbackSession:
    """One query's rounds of questions and answers, one at a time; for vectors of any kind.

    The kernel is Gaussian, exp(-d² / V), where V is the total variance of the gallery: vectors
    that are all twice as long give the same rankings.

    Attributes:
        scores: (N,) the higher the more relevant. With a boundary: the SVM's decision function,
            0 on the boundary. As long as nobody has called an image not relevant there is none
            to learn; then it is the mean kernel to the query and the images called relevant,
            which for the query alone ranks by distance.
    """

    def __init__(
        self,
        features: ArrayLike,
        query_vector: ArrayLike,
        config: FeedbackConfig = DEFAULT,
        *,
        exclude: int | None = None,
    ) -> None:
        """Rank by distance to the query; nothing is asked yet.

        Args:
            features: (N, D) one vector per gallery image, of any length.
            query_vector: (D,) of the query.
            config: how to ask and learn.
            exclude: a row to leave out: the query's own, when it is in the gallery.

        Raises:
            SettingError: shapes that don't fit, a NaN or infinite value, or no such row.
        """
        self.config = config
        self._points = _checked_points(features, query_vector)  # (N+1, D) the query comes last
        self._n_gallery = len(self._points) - 1
        self._left_out = np.zeros(self._n_gallery, dtype=np.bool_)  # (N,)
        if exclude is not None:
            self._left_out[self._checked_rows([exclude])] = True
        self._squares = np.vecdot(self._points, self._points)  # (N+1,)
        self._variance = _total_variance(self._points[:-1])
        self._known = [self._n_gallery]  # rows of points: the query, then what was answered
        self._relevant = [True]
        self._kernel = self._kernel_to(self._known)  # (N+1, 1), a column for each known one
        self.scores = self._score(range(len(self._known)))

    @property
    def answers(self) -> dict[int, bool]:
        """Row of every image that was answered about -> whether it is relevant."""
        return dict(zip(self._known[1:], self._relevant[1:], strict=True))

    @property
    def has_boundary(self) -> bool:
        """Whether some image was called not relevant, so that an SVM could be trained."""
        return not all(self._relevant)

    def to_ask(self) -> NDArray[np.intp]:
        """Rows to ask about next, at most ``n_asked``: closest to the boundary first.

        Without a boundary: the top ranked. Nothing that was answered comes again, so there are
        fewer and in the end none once the gallery is used up.
        """
        urgency = -np.abs(self.scores) if self.has_boundary else self.scores
        order = np.argsort(-urgency, kind="stable")
        return order[self._is_open()[order]][: self.config.n_asked]

    def answer(self, rows: ArrayLike, relevant: ArrayLike) -> None:
        """Learn whether these images are relevant; any rows may be answered, asked or not.

        Args:
            rows: (n,) of the gallery. A row that was answered before gets its new answer.
            relevant: (n,) one bool for each.

        Raises:
            SettingError: a row that isn't there, is left out or comes twice, or another number
                of answers.
        """
        numbers = self._checked_rows(rows).tolist()
        given = np.asarray(relevant, dtype=np.bool_)
        if given.shape != (len(numbers),):
            raise SettingError(
                tr(
                    "{n_images} images came with answers of shape {shape}; give one for each.",
                    n_images=len(numbers),
                    shape=given.shape,
                )
            )
        answers = self.answers | dict(zip(numbers, given.tolist(), strict=True))
        new = list(answers)[len(self._known) - 1 :]
        self._known += new
        self._relevant = [True, *answers.values()]
        self._kernel = np.hstack([self._kernel, self._kernel_to(new)])
        self.scores = self._score(range(len(self._known)))

    def ranking(self) -> NDArray[np.intp]:
        """Rows of the gallery by ``scores``, the best first; ties to the lower row."""
        order = np.argsort(-self.scores, kind="stable")
        return order[~self._left_out[order]]

    def unaided_ranking(self) -> NDArray[np.intp]:
        """Rows of the gallery, each answered image where it stood if nobody knew its answer.

        Its place is the number of images not answered about that are ahead of it once all
        answers but its own are learned; equal places go to the one closer to the query, then to
        the lower row. This is the ranking to judge by labels when labels gave the answers: all
        that it still gives away of an answer is that one fewer of its kind was learned.
        """
        is_open = self._is_open()
        places = _n_ahead(self.scores, self.scores[is_open])  # (N,)
        for i, row in enumerate(self._known[1:], start=1):
            others = [j for j in range(len(self._known)) if j != i]
            scores = self._score(others)
            places[row] = _n_ahead(scores[[row]], scores[is_open])[0]
        order = np.lexsort((-self._kernel[:-1, 0], places))
        return order[~self._left_out[order]]

    def _is_open(self) -> NDArray[np.bool_]:
        """Which images may still be asked about: (N,)."""
        is_open = ~self._left_out
        is_open[self._known[1:]] = False
        return is_open

    def _score(self, learned: Sequence[int]) -> NDArray[np.float64]:
        """Score the gallery by some of what is known, counted from the query on as 0: (N,)."""
        weights = np.zeros(len(self._known))  # (m,) of the columns of the kernel
        intercept = 0.0
        relevant = [self._relevant[i] for i in learned]
        if all(relevant):
            weights[learned] = 1 / len(learned)
        else:
            svm = SVC(C=self.config.cost, kernel="precomputed", class_weight="balanced")
            rows = [self._known[i] for i in learned]
            svm.fit(self._kernel[np.ix_(rows, learned)], relevant)
            weights[np.array(learned)[svm.support_]] = svm.dual_coef_[0]
            intercept = float(svm.intercept_[0])
        # A product with the matrix could round equal images differently and untie them.
        scores: NDArray[np.float64] = np.vecdot(self._kernel[:-1], weights) + intercept
        return scores

    def _kernel_to(self, rows: list[int]) -> NDArray[np.float64]:
        """Kernel of all points to some of them: (N+1, n)."""
        columns = [np.empty((len(self._points), 0))]
        for row in rows:
            products = np.vecdot(self._points, self._points[row])  # (N+1,)
            squared = np.maximum(self._squares + self._squares[row] - 2 * products, 0)
            columns.append(np.exp(-squared.astype(np.float64) / self._variance)[:, np.newaxis])
        return np.hstack(columns)

    def _checked_rows(self, rows: ArrayLike) -> NDArray[np.int64]:
        numbers = checked_ids(rows, distinct=True)
        for row in numbers.tolist():
            if not 0 <= row < self._n_gallery or self._left_out[row]:
                raise SettingError(
                    tr(
                        "Row {row} is not among the {n_gallery} images that are searched; "
                        "choose one that is.",
                        row=row,
                        n_gallery=self._n_gallery,
                    )
                )
        return numbers


class SvmActiveLearning:
    """The system of the tables: colour and texture, three rounds of ten questions."""

    key: ClassVar[str] = "svm"
    title: ClassVar[str] = "SVM active learning [17]"

    def __init__(self, config: FeedbackConfig = DEFAULT) -> None:
        self.config = config

    def settings(self) -> dict[str, Any]:
        """Return every setting as plain values."""
        return {
            "features": "HSV histogram, Lab moments, Gabor energy",
            "n_features": N_FEATURES,
            "longer_side_px": SIDE,
            "kernel": "Gaussian",
            "answered_images": "placed by all answers but their own",
            **asdict(self.config),
        }

    def fit(
        self, gallery: Pictures, labels: NDArray[np.int64], *, seed: int, progress: Progress
    ) -> None:
        """Describe the gallery; its labels are for the user alone, and nothing is random."""
        raw = _raw_features(gallery, progress)  # (N, D)
        self.standardisation = Standardisation.of(raw)
        self.features = self.standardisation.apply(raw)

    def rank(self, queries: Pictures, user: User, *, progress: Progress) -> list[NDArray[np.intp]]:
        """Ask the user about each query for some rounds, then rank the whole gallery, unaided."""
        rankings = []
        vectors = self.standardisation.apply(_raw_features(queries, progress))  # (Q, D)
        for row, vector in enumerate(vectors):
            session = self.session(vector)
            for _ in range(self.config.n_rounds):
                asked = session.to_ask()
                if len(asked):
                    session.answer(asked, user(row, asked))
            rankings.append(session.unaided_ranking())
            progress(row + 1, len(queries), f"Searching with {self.title}")
        return rankings

    def describe(self, pixels: Pixels) -> Vector:
        """Describe one picture (H, W, 3) as this gallery's pictures are described: (D,)."""
        return self.standardisation.apply(visual_features(pixels))

    def session(self, vector: Vector) -> FeedbackSession:
        """Begin to search the gallery with what ``describe`` returned."""
        return FeedbackSession(self.features, vector, self.config)


def _raw_features(pictures: Pictures, progress: Progress) -> Vector:
    """Colour and texture of some pictures, not standardised: (n, D)."""
    rows = pictures.compute("Colour and texture", visual_features, progress=progress)
    return np.stack(rows) if rows else np.empty((0, N_FEATURES), dtype=np.float32)


def _checked_points(features: ArrayLike, query_vector: ArrayLike) -> Vector:
    """Return gallery and query as one matrix, (N+1, D) float32, the query last."""
    matrix, query = (np.asarray(it, dtype=np.float32) for it in (features, query_vector))
    if matrix.ndim != 2 or not matrix.size or query.shape != matrix.shape[1:]:
        raise SettingError(
            tr(
                "Features of shape {images} came with a query of shape {query}; "
                "give one row (D,) for each image, one image at least, and a query of (D,).",
                images=matrix.shape,
                query=query.shape,
            )
        )
    points = np.vstack([matrix, query])
    if not np.isfinite(points).all():
        raise SettingError(
            tr("The features hold a NaN or infinite value; compute them again from the images.")
        )
    return points


def _total_variance(matrix: Vector) -> float:
    """Mean squared distance to the mean; 1 where all rows are equal and any scale will do."""
    return float(matrix.var(axis=0, dtype=np.float64).sum()) or 1.0


def _n_ahead(scores: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many of the others have a higher score than each one: (n,)."""
    n_ahead: NDArray[np.intp] = len(others) - np.searchsorted(np.sort(others), scores, "right")
    return n_ahead
