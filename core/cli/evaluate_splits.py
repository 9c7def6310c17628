"""``evaluate --splits``: a gallery judged as in the paper's tables, without training on it."""

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from ..evaluation import results
from ..evaluation.beyond.detail import principal_layer
from ..evaluation.beyond.pooled import START, PooledFeatures
from ..evaluation.beyond.splits import measure_splits
from ..evaluation.protocol import class_numbers
from ..files import check_can_write
from ..index.vectors import checked_whole
from ..model.attention import ATTENTION_MODES
from .common import circumstances, progress_bar, timed, write_json
from .evaluate_fitted import Fitted


def run(options: argparse.Namespace) -> None:
    """Measure, print a table and write the result file."""
    checked_whole("splits", options.splits, low=2, high=20)
    with progress_bar() as progress, timed() as duration:
        fitted = Fitted.of(options, progress)
        gallery = fitted.judged(options.gallery)
        path = options.out or results.RESULTS / f"splits-{gallery.key}.json"
        check_can_write(path)
        embeddings = _embeddings(fitted, fitted.pooled(gallery))
        seeds = range(options.splits)
        body = measure_splits(embeddings, class_numbers(gallery), seeds, progress=progress)
    provenance = fitted.plain.checkpoint.provenance
    about = {
        **fitted.about(),
        "gallery": gallery.key,
        "gallery_title": gallery.title,
        "gallery_digest": gallery.digest,
        "n_images": len(gallery.items),
        "trained_on_it": provenance.was_trained_on(gallery.key, gallery.digest),
    }
    print("\n".join(table(body, gallery.title)))
    write_json(path, {**circumstances(), **duration, **about, **body})


@torch.inference_mode()
def _embeddings(fitted: Fitted, features: PooledFeatures) -> dict[str, NDArray[np.float32]]:
    """Return every embedding that is judged, (N, D), by its name."""
    network = fitted.plain.checkpoint.network
    last = torch.cat([it.features.under("off")[0] for it in fitted.features()])
    untrained = principal_layer(last, network.config.dim)
    made = {
        "untouched ImageNet features": features.under("off")[0],
        "untrained, attention off": normalize(untrained(features.under("off")[0])),
        "untrained, attention spatial": normalize(untrained(features.under(START)[0])),
    }
    for mode in ATTENTION_MODES:
        made[f"trained, attention {mode}"] = normalize(network.fc(features.under(mode)[0]))
    return {name: it.numpy() for name, it in made.items()}


def table(body: Mapping[str, Any], title: str) -> list[str]:
    """Lines with each embedding's mAP by linear scan and by hashing."""
    return [
        f"{title}: {body['n_queries']} queries, {len(body['seeds'])} splits\n",
        f"{'':<32}{'linear scan':>18}{'hashing':>18}{'looks at':>10}",
        *(
            f"{row['embedding']:<32}"
            + "".join(f"{_cell(row[way]):>18}" for way in ("scan", "hashing"))
            + f"{row['hashing']['candidate_ratio']:>10.1%}"
            for row in body["rows"]
        ),
    ]


def _cell(figures: Mapping[str, float]) -> str:
    return f"{figures['mean_average_precision']:.4f} ± {figures['deviation']:.4f}"
