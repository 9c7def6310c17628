"""``evaluate --detail``: does the stage before the last help beside it?"""

import argparse
from collections.abc import Mapping
from typing import Any

from ..evaluation import results
from ..evaluation.beyond.detail import (
    SHOWN,
    SPLITS,
    JudgedGallery,
    LabelledFeatures,
    measure_detail,
    time_of_detail,
)
from ..evaluation.protocol import class_numbers
from ..files import check_can_write
from ..galleries.base import Gallery
from .common import circumstances, difference, progress_bar, timed, write_json
from .evaluate_fitted import Fitted


def run(options: argparse.Namespace) -> None:
    """Measure, print a table and write the result file."""
    path = options.out or results.RESULTS / "detail.json"
    check_can_write(path)
    with progress_bar() as progress, timed() as duration:
        fitted = Fitted.of(options, progress)
        galleries = [fitted.judged(name) for name in options.judge_on]
        judged = [_judged(fitted, it) for it in galleries]
        body = measure_detail(
            fitted.plain.checkpoint.network,
            fitted.features(),
            judged,
            n_splits=SPLITS,
            dim=fitted.detailed.checkpoint.network.config.detail,
            progress=progress,
        )
        image = fitted.plain.prepare(fitted.galleries[0].read(0))
        seconds = time_of_detail(fitted.plain, fitted.detailed, image)
    print("\n".join(table(body, seconds)))
    about = {**fitted.about(), "seeds": list(range(SPLITS)), "seconds_of_a_pass": seconds}
    write_json(path, {**circumstances(), **duration, **about, **body})


def _judged(fitted: Fitted, gallery: Gallery) -> JudgedGallery:
    provenance = fitted.plain.checkpoint.provenance
    of = LabelledFeatures(fitted.pooled(gallery), class_numbers(gallery))
    unseen = not provenance.was_trained_on(gallery.key, gallery.digest)
    return JudgedGallery(gallery.key, gallery.title, gallery.digest, of, unseen)


def table(body: Mapping[str, Any], seconds: Mapping[str, float]) -> list[str]:
    """Lines with what detail brings on each gallery, and what it costs."""
    chosen = ", ".join(f"{name} {values}" for name, values in body["chosen"].items())
    more = seconds["with"] / seconds["without"] - 1
    return [
        f"{body['n_splits']} splits; weights chosen: {chosen}; a pass takes {more:+.1%} time\n",
        f"{'gallery':<18}{'network':<11}{'attention':<10}{'mAP':>8}{'detail brings':>28}"
        + "".join(f"{f'at weight {weight:g}':>28}" for weight in SHOWN),
        *(
            f"{row['gallery']:<18}{row['system']:<11}{row['attention']:<10}"
            f"{row['mean_average_precision']['without']:>8.4f}{difference(row['brings']):>28}"
            + "".join(f"{difference(it):>28}" for it in row["at_weight"].values())
            for row in body["rows"]
        ),
    ]
