"""A guess at recall, which shows that it and precision ask different things."""

from core.evaluation.metrics import precision_at, recall_at
from core.galleries.base import Gallery
from core.galleries.store import StoredGallery
from core.language import tr
from core.search import SearchResult
from core.wording import later_percent, percent
from pages.ui.errors import plain
from pages.ui.question import question


def guess_recall(result: SearchResult, gallery: Gallery, stored: StoredGallery) -> None:
    """Ask for the recall of the hits, where labels say which images are right."""
    if result.query_label is None or not result.hits:
        return
    labels = [gallery.items[id].label for id in stored.ids.tolist() if id != result.query_id]
    n_right = labels.count(result.query_label)
    shown = [bool(hit.relevant) for hit in result.hits]
    if not n_right or len(shown) == len(labels):  # everything is shown: nothing to tell apart
        return
    precision = precision_at(shown, len(shown))
    recall = recall_at(shown, len(shown), n_right)
    other = len(shown) / len(labels)
    shares = (recall, precision, other, 0.5)
    options = sorted({later_percent(it): it for it in shares}.items(), key=_size)
    question(
        tr(
            "{n_hits_right} of {n_hits} hits show *{label}*: precision {precision}. In the "
            "gallery {n_right} pictures do. What is the recall?",
            n_hits_right=sum(shown),
            n_hits=len(shown),
            label=plain(result.query_label),
            precision=percent(precision),
            n_right=n_right,
        ),
        [text for text, _ in options],
        right=later_percent(recall),
        because=tr(
            "{n_hits_right} of {n_right} is {recall}. All hits can be right, and most right "
            "pictures still be missing.",
            n_hits_right=sum(shown),
            n_right=n_right,
            recall=percent(recall),
        ),
        key="guess-recall",
    )


def _size(option: tuple[str, float]) -> float:
    return option[1]
