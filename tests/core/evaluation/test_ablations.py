from types import SimpleNamespace

import numpy as np
import pytest

from core.evaluation import ablations as module
from core.evaluation.ablations import measure_ablations
from core.evaluation.experiment import MeasuredRun, Run
from core.galleries.base import GalleryItem
from core.index.families.hyperplanes import draw_hyperplanes
from core.index.vectors import Vectors
from core.methods.trainer import Trainer
from core.model.network import NetworkConfig
from core.model.preprocess import PreprocessConfig
from core.model.training import TrainingConfig
from core.progress import silent


class Labelled:
    key, title, digest = "made-up", "Made up", "0" * 64
    items = tuple(GalleryItem(id, f"{id}.png", f"class {id % 2}", str(id)) for id in range(30))


def figure_of(system):
    """A made-up mAP that tells every setting from every other."""
    network, preprocess = system.settings()["network"], system.settings()["preprocess"]
    return (
        {"off": 0.1, "channel": 0.2, "spatial": 0.3, "both": 0.4}[system.attention]
        + network["dim"] / 1e4
        + preprocess["input_size"] / 1e6
        + (preprocess["normalisation"] == "paper") / 1e8
    )


@pytest.fixture
def measured(monkeypatch):
    """What was measured: (key, seed, mAP); the figures are made up."""
    done = []

    def new_trainer(gallery, *, init, preprocess=None, progress):
        return Trainer(
            init,
            [],
            recipe=TrainingConfig(),
            network=NetworkConfig(),
            preprocess=preprocess or PreprocessConfig(),
            init_digest="",
        )

    def measure(system, pictures, labels, split, **_):
        figure = figure_of(system) + split.seed / 10
        done.append((system.key, split.seed, figure))
        run = Run(
            precision={"10": figure / 2},
            recall={},
            mean_average_precision=figure,
            candidate_ratio=1.0,
            seconds={},
        )
        return MeasuredRun(system.key, split.seed, {}, run)

    monkeypatch.setattr(module, "new_trainer", new_trainer)
    monkeypatch.setattr(module, "measure", measure)
    monkeypatch.setattr(module, "_lsh", lambda bench, trainer: [])
    return done


@pytest.fixture
def groups(measured):
    body = measure_ablations(Labelled(), init="init", seeds=[0, 2], circumstances=dict)
    assert body["seeds"] == [0, 2]
    return {group["key"]: group["rows"] for group in body["groups"]}


def test_each_row_has_the_figures_of_its_own_setting_and_of_nothing_else(groups):
    usual = 0.4 + 256 / 1e4 + 192 / 1e6
    expected = {
        "attention": {
            "off": usual - 0.3,
            "channel": usual - 0.2,
            "spatial": usual - 0.1,
            "both": usual,
        },
        "dim": {64: usual - 192 / 1e4, 256: usual},
        "input_size": {192: usual, 224: usual + 32 / 1e6},
        "normalisation": {"imagenet": usual, "paper": usual + 1e-8},
        "lsh": {},
    }
    assert {key: [row["setting"] for row in rows] for key, rows in groups.items()} == {
        key: list(rows) for key, rows in expected.items()
    }
    for key, rows in groups.items():
        for row in rows:  # seeds 0 and 2 add 0 and 0.2: mean 0.1, sample deviation 0.2 / √2
            figure = expected[key][row["setting"]] + 0.1
            assert row["mean_average_precision"]["mean"] == pytest.approx(figure, abs=1e-10)
            assert row["precision_at_10"]["mean"] == pytest.approx(figure / 2, abs=1e-10)
            assert row["mean_average_precision"]["deviation"] == pytest.approx(0.2 / 2**0.5)


def test_what_the_experiment_measures_too_has_its_key_and_is_not_measured_twice(groups, measured):
    keys = {key for key, _, _ in measured}
    assert keys == {"cnn", "cnn-channel", "cnn-spatial", "cnn-attention"}


# K and L ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def points():
    rows = np.random.default_rng(0).standard_normal((60, 16), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def grid(points, monkeypatch):
    monkeypatch.setattr(module, "BITS", (3, 5))
    monkeypatch.setattr(module, "TABLES", (1, 4))
    vectors = Vectors(16)
    vectors.add(np.arange(50), points[:50])
    classes = np.arange(60) % 3
    system = SimpleNamespace(vectors=vectors)
    return module._grid(system, points[50:], classes[50:], classes[:50], silent)


def test_the_candidates_are_the_images_that_share_a_key_in_some_table(grid, points):
    for K in (3, 5):
        for L in (1, 4):
            planes = draw_hyperplanes(n_tables=L, n_bits=K, dim=16, seed=0)
            bits = np.einsum("lkd,nd->nlk", planes, points) >= 0  # (60, L, K)
            shared = (bits[50:, np.newaxis] == bits[np.newaxis, :50]).all(axis=3).any(axis=2)
            ratio = grid[f"K={K} L={L} probes=1"]["candidate_ratio"]
            assert ratio == pytest.approx(shared.mean())


def test_more_buckets_never_find_less(grid):
    for K in (3, 5):
        for L in (1, 4):
            few, many = (grid[f"K={K} L={L} probes={P}"] for P in (1, 8))
            assert many["candidate_ratio"] >= few["candidate_ratio"]
    everything = grid["K=3 L=1 probes=8"]  # all 2³ buckets
    assert everything["candidate_ratio"] == 1
