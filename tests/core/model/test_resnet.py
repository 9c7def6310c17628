from copy import deepcopy

import pytest
import torch
from torch import nn
from torchvision.models import resnet50

from core.model.resnet import Bottleneck, residual_stages


@pytest.fixture(scope="module")
def torchvisions():
    """torchvision's network on random weights, its batch norms made to do something."""
    torch.manual_seed(3)
    network = resnet50().eval()
    generator = torch.Generator().manual_seed(5)
    for norm in (m for m in network.modules() if isinstance(m, nn.BatchNorm2d)):
        norm.running_mean.normal_(0, 0.1, generator=generator)
        norm.running_var.uniform_(0.5, 1.5, generator=generator)
        nn.init.uniform_(norm.weight, 0.5, 1.5, generator=generator)
        nn.init.normal_(norm.bias, 0, 0.1, generator=generator)
    return network


def ours(torchvisions, strides):
    """Our stages on torchvision's weights."""
    stages = residual_stages(strides)
    stages.load_state_dict(without_classifier(torchvisions))
    return stages.eval()


@pytest.fixture(scope="module")
def v1(torchvisions):
    return ours(torchvisions, "v1")


@pytest.fixture(scope="module")
def v15(torchvisions):
    return ours(torchvisions, "v1.5")


@pytest.fixture(scope="module")
def images():
    return torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(4))


def without_classifier(network):
    return {name: it for name, it in network.state_dict().items() if not name.startswith("fc.")}


def layer4(network, images):
    """The output of torchvision's last stage, caught on its way."""
    caught = []
    hook = network.layer4.register_forward_hook(lambda _, __, output: caught.append(output))
    network(images)
    hook.remove()
    return caught[0]


@pytest.mark.parametrize("strides", ["v1", "v1.5"])
def test_names_and_shapes_of_the_weights_are_torchvisions_in_the_same_order(torchvisions, strides):
    shapes = [(name, it.shape) for name, it in residual_stages(strides).state_dict().items()]
    assert shapes == [(name, it.shape) for name, it in without_classifier(torchvisions).items()]


@torch.no_grad()
def test_with_strides_v15_the_feature_map_is_torchvisions(torchvisions, v15, images):
    assert torch.equal(v15(images), layer4(torchvisions, images))


@torch.no_grad()
def test_with_strides_v1_it_is_torchvisions_with_the_two_strides_exchanged(
    torchvisions, v1, v15, images
):
    exchanged = deepcopy(torchvisions)
    for stage in (exchanged.layer2, exchanged.layer3, exchanged.layer4):
        stage[0].conv1.stride, stage[0].conv2.stride = stage[0].conv2.stride, stage[0].conv1.stride
    assert torch.equal(v1(images), layer4(exchanged, images))
    assert not torch.allclose(v1(images), v15(images), rtol=0.01)


def test_it_learns_as_torchvisions_does(torchvisions, images):
    theirs, stages = deepcopy(torchvisions).train(), ours(torchvisions, "v1.5").train()
    layer4(theirs, images).square().mean().backward()
    stages(images).square().mean().backward()
    assert torch.equal(stages.conv1.weight.grad, theirs.conv1.weight.grad)
    assert torch.equal(stages.bn1.running_mean, theirs.bn1.running_mean)


@torch.no_grad()
@pytest.mark.parametrize(("size", "side"), [(192, 6), (224, 7), (64, 2)])
def test_the_feature_map_has_one_place_for_32_pixels(v1, size, side):
    # On the meta device only shapes are computed.
    features = deepcopy(v1).to("meta")(torch.empty(1, 3, size, size, device="meta"))
    assert features.shape == (1, 2048, side, side)


@torch.no_grad()
def test_a_block_that_adds_nothing_hands_its_input_on():
    block = Bottleneck(8, 2, stride=1, strides="v1").eval()
    nn.init.zeros_(block.bn3.weight)  # f(x) = 0
    x = torch.randn(1, 8, 3, 3)
    assert torch.equal(block(x), x.clamp(min=0))
