"""The bank of questions: each answer is computed anew here, or proven on the code it is about."""

import re
from collections.abc import Callable
from dataclasses import fields
from itertools import combinations
from math import prod
from random import Random

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from core.evaluation import results
from core.index.families.hyperplanes import retrieval_probability
from core.index.lsh import LSHConfig
from core.lessons.crossing import Crossing
from core.model.cbam import CBAM
from core.model.gradcam import explain_similarity
from core.model.network import NetworkConfig, RetrievalNetwork
from core.wording import percent
from pages.parts.selftest import about_attention, about_hashing, about_results
from pages.parts.selftest.bank import BANK, draw
from pages.ui import navigation
from pages.ui.tour.steps import STEPS

MAKERS = [maker for makers in BANK.values() for maker in makers]
SEEDS = range(25)


def numbers(text: str) -> list[float]:
    """The numbers of a question, in its order."""
    return [float(it.replace(",", "")) for it in re.findall(r"\d[\d,.]*\d|\d", text)]


def fewest(text: str) -> str:
    """The key beside the own one whose flipped bits have the least sum of squared margins."""
    own = re.search(r"[01]{4}", text)[0]
    margins = [float(it.replace("−", "-")) for it in re.findall(r"−?0\.\d\d", text)]
    flips = [set(it) for n in range(1, 5) for it in combinations(range(4), n)]
    best = min(flips, key=lambda it: sum(margins[place] ** 2 for place in it))
    return "".join(str(int(bit) ^ (place in best)) for place, bit in enumerate(own))


def fragile(text: str) -> str:
    margins = [abs(float(it)) for it in re.findall(r"0\.\d\d", text)]
    return f"bit {margins.index(min(margins)) + 1}"


def covered(text: str) -> str:
    parts = next(n for word, n in (("half", 2), ("third", 3), ("quarter", 4)) if word in text)
    mask = np.zeros((int(numbers(text)[0]),) * 2)
    mask[: len(mask) // parts, : len(mask) // parts] = 1
    return f"{mask.sum():.0f}"


# What is right, from the words of the question alone.
JUDGES: dict[Callable, Callable[[str], str]] = {
    about_hashing.chance_of_a_cut: lambda it: percent(numbers(it)[0] / 180),
    about_hashing.bits_that_differ: lambda it: f"{numbers(it)[0] / 180 * numbers(it)[1]:.0f}",
    about_hashing.how_much_more_often: lambda it: (
        f"{numbers(it)[1] / numbers(it)[0]:.0f} times as often"
    ),
    about_hashing.number_of_keys: lambda it: f"{2 ** int(numbers(it)[0]):,}",
    about_hashing.all_bits_agree: lambda it: percent((numbers(it)[0] / 100) ** numbers(it)[1]),
    about_hashing.one_of_the_tables: lambda it: percent(
        1 - (1 - numbers(it)[0] / 100) ** numbers(it)[1]
    ),
    about_hashing.ids_in_tables: lambda it: f"{prod(numbers(it)[:2]):,.0f}",
    about_hashing.buckets_read: lambda it: f"{prod(numbers(it)[:2]):,.0f}",
    about_hashing.second_probe: fewest,
    about_hashing.fragile_bit: fragile,
    about_hashing.cost_of_two_flips: lambda it: f"{sum(m**2 for m in numbers(it)[:2]):.2f}",
    about_attention.channel_gates: lambda it: f"{numbers(it)[0]:,.0f}",
    about_attention.spatial_gates: lambda it: f"{prod(numbers(it)[1:3]):,.0f}",
    about_attention.places_of_the_thing: covered,
    about_attention.gate_times_value: lambda it: f"{prod(numbers(it)[:2]):.2f}",
    about_results.precision: lambda it: percent(numbers(it)[0] / numbers(it)[1]),
    about_results.recall: lambda it: percent(numbers(it)[0] / numbers(it)[2]),
    about_results.recall_of_neighbours: lambda it: percent(numbers(it)[0] / 10),
    about_results.ten_times_the_gallery: lambda it: f"about {numbers(it)[0]:.0f} times as long",
    about_results.where_they_cross: lambda it: (
        f"{numbers(it)[2] / numbers(it)[0] * numbers(it)[1]:,.0f}"
    ),
}
# Those whose right answer the tests below prove on the code.
PROVEN = {
    about_hashing.one_bit_more,
    about_hashing.one_table_more,
    about_hashing.without_a_new_index,
    about_hashing.one_bit_differs,
    about_attention.what_goes_in,
    about_attention.maps_under_the_kernel,
    about_attention.reach_of_the_kernel,
    about_attention.where_attention_gains,
    about_attention.what_depends_on_the_hit,
    about_attention.part_of_the_network,
    about_attention.gate_twice_as_high,
    about_results.slower_when_small,
}


def right(maker) -> str:
    return maker(Random(0)).right


def test_there_are_three_questions_or_more_on_each_of_ten_subjects_and_none_twice():
    assert len(BANK) == 10
    assert min(len(makers) for makers in BANK.values()) == 3
    assert len(set(MAKERS)) == len(MAKERS)
    assert set(MAKERS) == JUDGES.keys() | PROVEN


@pytest.mark.parametrize("maker", MAKERS, ids=lambda it: it.__name__)
def test_exactly_one_option_is_right_and_a_page_of_the_app_shows_it(maker):
    for seed in SEEDS:
        question = maker(Random(seed))
        assert len(set(question.options)) == len(question.options) >= 3
        assert question.right in question.options
        assert question.text.endswith("?")
        assert question.place.page in {page for page, _, _ in navigation.MENU}
        if judge := JUDGES.get(maker):
            assert question.right == judge(question.text), question.text


def test_a_seed_draws_the_same_test_and_others_draw_others():
    assert draw(7) == draw(7)
    assert len({str(draw(seed)) for seed in SEEDS}) == len(SEEDS)
    assert all([*draw(seed)] == [*BANK] for seed in SEEDS)


def test_every_page_that_an_answer_is_on_is_one_that_the_tour_visits_but_robustness():
    pages = {maker(Random(0)).place.page for maker in MAKERS}
    assert pages - {navigation.ROBUSTNESS} <= {step.page for step in STEPS}


def test_a_bit_more_finds_less_and_a_table_more_finds_more():
    for p in (0.1, 0.5, 0.9):  # near and far images alike: neighbours and candidates
        for K, L in ((1, 1), (6, 4), (12, 8)):
            assert retrieval_probability(p, K + 1, L) < retrieval_probability(p, K, L)
            assert retrieval_probability(p, K, L + 1) > retrieval_probability(p, K, L)
    assert right(about_hashing.one_bit_more).startswith("Fewer candidates, fewer")
    assert right(about_hashing.one_table_more).startswith("More found, more candidates")


def test_an_index_is_built_of_bits_and_tables_but_not_of_probes():
    built = {field.name for field in fields(LSHConfig)}
    assert {"n_bits", "n_tables"} <= built
    assert not any("probe" in name for name in built)
    assert right(about_hashing.without_a_new_index) == "The number of probes"


def test_keys_that_differ_in_one_bit_are_two_buckets():
    for seed in SEEDS:
        question = about_hashing.one_bit_differs(Random(seed))
        own, other = re.findall(r"[01]{6}", question.text)
        assert sum(a != b for a, b in zip(own, other, strict=True)) == 1
        assert question.right.startswith("No")


def test_a_look_up_is_slower_below_the_crossing_because_of_what_it_costs_at_first():
    costs = {"per_candidate": 1e-8, "share": 0.1, "scan": 0.0, "per_image": 1e-8}
    assert Crossing(look_up=0.0, **costs).n == 0
    assert Crossing(look_up=1e-4, **costs).n > 10_000
    assert "takes time in any gallery" in right(about_results.slower_when_small)


@pytest.fixture(scope="module")
def cbam():
    torch.manual_seed(0)
    layer = CBAM(64).eval()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    return layer


@torch.inference_mode()
def test_channel_attention_reads_average_and_maximum_and_no_place(cbam):
    features = torch.rand(1, 64, 5, 5)
    elsewhere = features.flatten(2)[..., torch.randperm(25)].unflatten(2, (5, 5))
    before, after = cbam.channel(features), cbam.channel(elsewhere)
    assert before.gate.shape == (1, 64, 1, 1)
    assert torch.allclose(before.average, features.mean(dim=(2, 3)))
    assert torch.allclose(before.maximum, features.amax(dim=(2, 3)))
    assert torch.allclose(before.gate, after.gate, atol=1e-5)
    assert right(about_attention.what_goes_in).startswith("Average and maximum")


@torch.inference_mode()
def test_the_kernel_slides_over_two_maps_and_sees_three_places_away(cbam):
    assert f"{cbam.spatial.conv.in_channels}" == right(about_attention.maps_under_the_kernel)
    assert cbam.spatial.conv.kernel_size == (about_attention.KERNEL,) * 2
    features = torch.zeros(1, 64, 15, 15)
    changed = features.clone()
    changed[..., 7, 7] = 5.0
    differs = cbam.spatial(features).gate != cbam.spatial(changed).gate  # (1, 1, 15, 15)
    rows = np.flatnonzero(differs[0, 0].any(dim=1).numpy())
    reach = right(about_attention.reach_of_the_kernel)
    assert (str(7 - rows.min()), str(rows.max() - 7)) == (reach, reach)
    assert cbam.spatial(features).gate.shape == (1, 1, 15, 15)


def test_both_gates_gain_most_in_between_as_it_was_measured():
    steps = results.load("clutter-scenes", results.RESULTS)["steps"]
    gains = [step["gain"]["both"]["mean"] for step in steps]
    assert 0 < np.argmax(gains) < len(steps) - 1
    assert right(about_attention.where_attention_gains).startswith("In between")


def test_a_gate_twice_as_high_changes_no_direction():
    features, gate = torch.rand(1, 64, 5, 5), torch.rand(1, 1, 5, 5)
    once, thrice = (normalize((it * gate * features).mean(dim=(2, 3))) for it in (1, 3))
    assert torch.allclose(once, thrice, atol=1e-6)
    assert right(about_attention.gate_twice_as_high) == "It stays the same"


def test_grad_cam_follows_the_hit_and_only_the_gate_changes_the_embedding():
    torch.manual_seed(0)
    network = RetrievalNetwork(NetworkConfig(dim=8)).eval()
    torch.nn.init.normal_(network.attention_layer.spatial.conv.weight)
    picture = torch.rand(1, 3, 96, 96)
    with torch.inference_mode():
        forward, off = (network(picture, attention=it) for it in ("both", "off"))
    hits = np.eye(8, dtype=np.float32)[:2]
    maps = [explain_similarity(network, forward, hit) for hit in hits]
    assert not np.allclose(*maps)
    assert not torch.allclose(forward.embedding, off.embedding)
    assert right(about_attention.what_depends_on_the_hit) == "Grad-CAM only"
    assert right(about_attention.part_of_the_network) == "The spatial gate"
