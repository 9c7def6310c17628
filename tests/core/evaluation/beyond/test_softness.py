"""Powers of the spatial gate: by hand on two places, and beside what the network itself embeds."""

import numpy as np
import pytest
import torch

from core.evaluation.beyond.softness import EXPONENTS, MODES, embed_softly, measure_softness
from core.evaluation.metrics import average_precisions
from core.evaluation.protocol import class_numbers
from core.evaluation.untouched import pooled_features
from core.model.attention import ATTENTION_MODES
from tests.networks import narrow_network, noisy_maps

pytestmark = pytest.mark.model


@pytest.mark.parametrize("exponent", [0.0, 0.4, 1.0, 2.0])
def test_each_place_is_multiplied_by_that_power_of_its_gate(exponent):
    """Two places, at which the gate is σ(0) = 1/2 and σ(ln 3) = 3/4; fc changes nothing."""
    network = narrow_network(2, dim=2, reduction=1)
    network.attention_layer.look(1.0, 1.0)  # M_s = σ(mean of F - 1)
    with torch.no_grad():
        network.fc.weight.copy_(torch.eye(2))
        network.fc.bias.zero_()
    ln3 = float(np.log(3))
    F = torch.tensor([[2.0, 0.0], [0.0, 2 + 2 * ln3]]).view(1, 2, 1, 2)  # means 1 and 1 + ln 3
    (made,) = embed_softly(network, [exponent], F)[MODES.index("spatial")]
    by_hand = np.array([0.5**exponent * 2, 0.75**exponent * (2 + 2 * ln3)])
    assert made[0].numpy() == pytest.approx(by_hand / np.linalg.norm(by_hand), abs=1e-6)


def test_power_0_is_attention_without_the_gate_and_the_own_power_is_the_network():
    own = 0.4
    config = {"dim": 4, "reduction": 2, "spatial_exponent": own}
    network = narrow_network(6, **config)
    F = torch.from_numpy(noisy_maps([0, 1, 2], 6, 3).astype(np.float32))
    with torch.inference_mode():
        of_network = {it: network.head(F, attention=it).embedding for it in ATTENTION_MODES}
        made = embed_softly(narrow_network(6, **config), [0.0, own], F)
    for of_mode, (without, with_gate) in zip(
        made, (("off", "spatial"), ("channel", "both")), strict=True
    ):
        assert torch.equal(of_mode[0], of_network[without])
        assert torch.equal(of_mode[1], of_network[with_gate])


def test_a_curve_passes_through_what_the_embedder_finds(gallery, embedder):
    """The small network's own p is 1."""
    prepared = [embedder.prepare(gallery.read(id)) for id in range(len(gallery.items))]
    embeddings, labels = embedder.embed(prepared), class_numbers(gallery)
    found = measure_softness(gallery, embedder)
    untouched = pooled_features(gallery, embedder, np.arange(len(labels)))
    assert found["untouched"] == pytest.approx(average_precisions(untouched, labels).mean())
    assert embedder.checkpoint.network.attention_layer.spatial.exponent == 1  # as it was
    for mode, without in (("spatial", "off"), ("both", "channel")):
        curve = {it["exponent"]: it for it in found["curves"][mode]}
        assert tuple(curve) == EXPONENTS
        assert (curve[1]["difference"]["low"], curve[1]["difference"]["high"]) == (0, 0)
        for exponent, same_as in ((0, without), (1, mode)):
            of_mode = embeddings[:, ATTENTION_MODES.index(same_as)]
            average = average_precisions(of_mode, labels).mean()
            assert curve[exponent]["mean_average_precision"] == pytest.approx(average, abs=1e-3)
        gap = curve[0]["mean_average_precision"] - curve[1]["mean_average_precision"]
        assert curve[0]["difference"]["mean"] == pytest.approx(gap)
