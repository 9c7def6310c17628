"""ResNet50 up to its last convolution stage: from an image to the feature map F (Figure 2).

K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
https://arxiv.org/abs/1512.03385

    image (3, 192, 192) -> conv1 (64, 96, 96) -> maxpool (64, 48, 48)
          -> layer1 (256, 48, 48) -> layer2 (512, 24, 24)
          -> layer3 (1024, 12, 12) -> layer4 (2048, 6, 6) = F

It is torchvision's network with torchvision's parameter names, so that its weights fit; a test
holds the two against each other. It is written out here for two reasons. A reader sees the
block that everything before CBAM is made of. And the app starts sooner: importing
torchvision, which brings a compiler and the operators of object detectors along, takes most
of the time that importing PyTorch takes, once more.
"""

from typing import Literal

from torch import Tensor, nn
from torch.nn.functional import relu

Strides = Literal["v1", "v1.5"]
EXPANSION = 4  # a block widens its channels to four times its width
STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))  # width and number of blocks of layer1 … layer4


class Bottleneck(nn.Module):
    """One block: relu(x + f(x)), where f is 1×1, 3×3, 1×1 convolutions with batch norm.

    The first convolution narrows the channels, the last widens them again, so the costly 3×3
    one between them works on few.

    Args:
        n_in: channels of x.
        width: channels of the 3×3 convolution; four times as many come out.
        stride: 2 to halve the map, else 1.
        strides: which convolution halves it, see ``residual_stages``.
    """

    def __init__(self, n_in: int, width: int, *, stride: int, strides: Strides) -> None:
        super().__init__()
        n_out = EXPANSION * width
        first, second = (stride, 1) if strides == "v1" else (1, stride)
        self.conv1 = nn.Conv2d(n_in, width, 1, stride=first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=second, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, n_out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(n_out)
        self.downsample = nn.Sequential()  # x as it is, where it has the shape of f(x)
        if (n_in, stride) != (n_out, 1):
            self.downsample = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False), nn.BatchNorm2d(n_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, n_in, H, W) to (B, 4 · width, H / stride, W / stride)."""
        out = relu(self.bn1(self.conv1(x)), inplace=True)
        out = relu(self.bn2(self.conv2(out)), inplace=True)
        out = self.bn3(self.conv3(out))
        out += self.downsample(x)
        return relu(out, inplace=True)


def residual_stages(strides: Strides) -> nn.Sequential:
    """Build conv1 … layer4: images (B, 3, S, S) to F (B, 2048, S / 32, S / 32).

    The versions differ in where the first block of a stage halves the map: v1, the paper above,
    in the first, 1×1 convolution; v1.5 in the 3×3 one. Weights fit both but are only right in
    their own.
    """
    stages = nn.Sequential()
    stages.add_module("conv1", nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False))
    stages.add_module("bn1", nn.BatchNorm2d(64))
    stages.add_module("relu", nn.ReLU(inplace=True))
    stages.add_module("maxpool", nn.MaxPool2d(3, stride=2, padding=1))
    n_in = 64
    for number, (width, n_blocks) in enumerate(STAGES, start=1):
        stage = nn.Sequential()
        for i in range(n_blocks):
            stride = 2 if i == 0 and number > 1 else 1  # maxpool has halved layer1's already
            stage.append(Bottleneck(n_in, width, stride=stride, strides=strides))
            n_in = EXPANSION * width
        stages.add_module(f"layer{number}", stage)
    return stages
