"""What commands that train start from."""

import pytest
import torch
from safetensors.torch import load_file, save_file


@pytest.fixture(scope="session")
def first_weights(checkpoint_file, tmp_path_factory):
    """A safetensors file with torchvision's key names, as train starts from."""
    tensors = {
        name.removeprefix("backbone."): tensor
        for name, tensor in load_file(checkpoint_file).items()
        if name.startswith("backbone.")
    }
    path = tmp_path_factory.mktemp("init") / "resnet50.safetensors"
    save_file(tensors, path)
    return path


@pytest.fixture
def few_axes(monkeypatch):
    """Let a small gallery's principal axes be found in no time: there are at most 20."""

    def eigh(matrix):
        torch.manual_seed(0)  # svd_lowrank starts at random
        axes, values, _ = torch.svd_lowrank(matrix, q=48)
        return values.flip(0), axes.flip(1)  # ascending, as the real one

    monkeypatch.setattr(torch.linalg, "eigh", eigh)
