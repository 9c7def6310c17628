import numpy as np
import pytest
import torch
from torch import nn

from core.errors import SettingError
from core.galleries.base import GalleryItem
from core.index.lsh import LSHConfig, LSHIndex
from core.methods import trainer as module
from core.methods.base import Pictures
from core.methods.cnn import LshSearch, calibrated_probes, cnn_systems
from core.methods.trainer import Trainer
from core.model import network as network_module
from core.model.network import NetworkConfig, RetrievalNetwork
from core.model.preprocess import PreprocessConfig
from core.model.training import TrainingConfig
from core.progress import silent
from tests.networks import noisy_maps

N_CLASSES, PER_CLASS, CHANNELS = 4, 12, 32
N = N_CLASSES * PER_CLASS
LABELS = np.repeat(np.arange(N_CLASSES), PER_CLASS)
QUERIES = np.arange(0, N, 6)
GALLERY = np.setdiff1d(np.arange(N), QUERIES)
RECIPE = TrainingConfig(
    learns="last stage", epochs=2, views=1, images_per_class=4, structure_weight=0
)


class Nothing:
    """A gallery whose images nobody reads: all is computed ahead."""

    key = title = "nothing"
    digest = "0"
    items = tuple(GalleryItem(id, f"{id}.png", None, str(id)) for id in range(N))

    def read(self, id):
        raise AssertionError(f"image {id} was read")


PICTURES = Pictures(Nothing(), np.arange(N))


@pytest.fixture(scope="module", autouse=True)
def small_networks(tmp_path_factory):
    """Networks of 32 channels, whose last stage is one convolution."""

    def init_network(source, config):
        assert source == "init"
        torch.manual_seed(0)
        return RetrievalNetwork(config)

    def stages(_):
        return nn.Sequential(nn.Conv2d(3, 16, 1), nn.Conv2d(CHANNELS // 2, CHANNELS, 2, stride=2))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_module, "CHANNELS", CHANNELS)
        patch.setattr(network_module, "residual_stages", stages)
        patch.setattr(module, "init_network", init_network)
        patch.setenv("HASHLIGHT_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def maps():
    return noisy_maps(LABELS, CHANNELS // 2, 4)


def new_trainer(maps, init_digest="0"):
    return Trainer(
        "init",
        [maps],
        recipe=RECIPE,
        network=NetworkConfig(dim=16, reduction=4),
        preprocess=PreprocessConfig(),
        init_digest=init_digest,
    )


def fitted(trainer, seed=0):
    systems = {system.key: system for system in cnn_systems(trainer)}
    for system in systems.values():
        system.fit(PICTURES.subset(GALLERY), LABELS[GALLERY], seed=seed, progress=silent)
    return systems


@pytest.fixture(scope="module")
def systems(maps):
    return fitted(new_trainer(maps))


def rankings(system):
    return system.rank(PICTURES.subset(QUERIES), nobody, progress=silent)


def nobody(*_):
    raise AssertionError("only relevance feedback asks")


def test_systems_differ_by_what_their_names_say_and_by_nothing_else(maps):
    settings = {system.key: system.settings() for system in cnn_systems(new_trainer(maps))}

    def differing(one, other):
        names = settings[one].keys() | settings[other].keys()
        return {name for name in names if settings[one].get(name) != settings[other].get(name)}

    hashing = {"search", "K", "L", "hyperplanes_seed", "most_of_the_gallery"}
    assert differing("ours", "cnn-lsh") == differing("cnn-attention", "cnn") == {"attention"}
    assert differing("ours", "cnn-attention") == differing("cnn-lsh", "cnn") == hashing
    assert settings["ours"]["attention"] == "both"
    assert settings["cnn"]["attention"] == "off"
    assert settings["cnn-attention"]["search"] == settings["cnn"]["search"] == "exact scan"


def test_systems_that_differ_in_their_search_share_one_training(maps, monkeypatch):
    trained = []
    really_train = module.train
    monkeypatch.setattr(
        module,
        "train",
        lambda network, views, ids, labels, config, **options: (
            trained.append((config.attention, config.seed))
            or really_train(network, views, ids, labels, config, **options)
        ),
    )
    trainer = new_trainer(maps, init_digest="another")
    systems = fitted(trainer)
    assert trained == [("off", 0), ("both", 0)]
    assert systems["ours"].network is systems["cnn-attention"].network
    assert systems["cnn-lsh"].network is systems["cnn"].network
    assert systems["ours"].network is not systems["cnn"].network
    fitted(trainer, seed=1)
    assert trained[2:] == [("off", 1), ("both", 1)]


def test_what_was_learned_is_kept_for_the_next_run(maps, systems, monkeypatch):
    def train(*_, **__):
        raise AssertionError("a step was trained")

    monkeypatch.setattr(torch.optim.AdamW, "step", train)
    again = fitted(new_trainer(maps))
    for key, system in systems.items():
        assert np.array_equal(again[key].vectors.matrix, system.vectors.matrix)
    with pytest.raises(AssertionError, match="a step"):
        fitted(new_trainer(maps), seed=7)


def test_a_query_can_change_nothing_that_is_learned_or_searched(maps, systems):
    poisoned = maps.copy()
    poisoned[QUERIES] = np.nan
    other = fitted(new_trainer(poisoned, init_digest="poisoned"))  # nothing is kept from before
    for key, system in systems.items():
        assert np.isfinite(system.vectors.matrix).all()
        assert np.array_equal(other[key].vectors.matrix, system.vectors.matrix)
        assert getattr(other[key], "n_probes", None) == getattr(system, "n_probes", None)


def test_the_exact_systems_rank_the_whole_gallery_by_cosine(systems):
    for key in ("cnn", "cnn-attention"):
        system = systems[key]
        embeddings = system._embed(PICTURES.subset(QUERIES))
        for ranking, query in zip(rankings(system), embeddings, strict=True):
            cosines = (system.vectors.matrix @ query)[ranking]
            assert sorted(ranking) == list(range(len(GALLERY)))
            assert (np.diff(cosines) < 1e-6).all()


def test_hashing_leaves_images_out_and_changes_no_order(systems):
    for hashed, exact in (("ours", "cnn-attention"), ("cnn-lsh", "cnn")):
        pairs = list(zip(rankings(systems[hashed]), rankings(systems[exact]), strict=True))
        assert any(len(candidates) < len(everything) for candidates, everything in pairs)
        for candidates, everything in pairs:
            found = everything[np.isin(everything, candidates)]
            assert found.tolist() == candidates.tolist()


# How many buckets ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index():
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((150, 16), dtype=np.float32)
    index = LSHIndex(LSHConfig(n_bits=8, n_tables=3), 16)
    index.add(np.arange(150), embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True))
    return index


@pytest.mark.parametrize("most", [0.05, 0.2, 0.5])
def test_as_many_buckets_are_read_as_the_candidate_ratio_allows(index, most):
    def ratio(n_probes):
        found = [
            index.candidates(index.hash(embedding), n_probes=n_probes).ids
            for embedding in index.vectors.matrix
        ]
        return np.mean([len(ids) for ids in found]) / len(index)

    n_probes = calibrated_probes(index, most)
    assert ratio(n_probes) <= most < ratio(n_probes + 1)


def test_one_bucket_is_always_read_and_never_more_than_64(index):
    assert calibrated_probes(index, 1e-9) == 1
    assert calibrated_probes(index, 1.0) == 64


@pytest.mark.parametrize("most", [0, -1, 1.1, float("nan")])
def test_a_share_that_is_none_is_one_sentence(most):
    with pytest.raises(SettingError, match=rf"^most is {most}; .* 0 to 1\.$"):
        LshSearch(most=most)
