"""The walk through: one picture through CBAM, stage by stage, each with its equation."""

import numpy as np
import streamlit as st

from core.figures.cbam import kernel_planes
from core.lessons.walkthrough import ChannelSteps, SpatialSteps, Walkthrough, walk
from core.model.cbam import CBAM, ChannelAttention, SpatialAttention
from pages.parts.attention import maps
from pages.parts.attention.maps import FEATURE_SCALE, RELATIVE_SCALE, Panel, Scale
from pages.parts.attention.query import AttentionQuery
from pages.ui import charts, resources
from pages.ui.code import show_code
from pages.ui.question import question

_MEAN_SCALE = Scale(0.0, 0.8, ("0", "0.4", "0.8"), hover="mean")
_MAXIMUM_SCALE = Scale(0.0, 40.0, ("0", "20", "40"), hover="maximum")
_TERM_SCALE = Scale(0.0, 1.0, ("0", "0.5", "1"), hover="sum")
_STEPS = ("less than 1.5 times", "1.5 to 3 times", "more than 3 times")


def show_walk_through(about: AttentionQuery) -> None:
    """Show one picture's way through CBAM, stage by stage."""
    network = resources.embedder().checkpoint.network
    walked = walk(network, about.embedded().forward)
    _question(walked.spatial)
    _stages(about, walked)


def _question(spatial: SpatialSteps | None) -> None:
    if spatial is None:
        return
    most = float(spatial.gate.max() / spatial.gate.mean())
    question(
        "The spatial gate M_s weighs the places of a picture. How much more does the place that "
        "counts most weigh than the average one, in this picture?",
        _STEPS,
        right=_STEPS[0 if most < 1.5 else 1 if most <= 3 else 2],
        because=f"It weighs **×{most:.2f}**. A gate is a gentle weight and no spotlight: M_s runs "
        f"from {spatial.gate.min():.2f} to {spatial.gate.max():.2f} here. Stage 3 shows why.",
        key="guess-weight",
    )


@st.fragment
def _stages(about: AttentionQuery, walked: Walkthrough) -> None:
    """Show all stages; another channel redraws nothing but them."""
    n_channels = len(walked.features)
    channel = maps.whole("channel", walked.strongest, most=n_channels - 1)
    picture = about.picture
    _channel_gate(walked, channel, picture)
    _spatial_gate(walked.spatial, picture)
    _refined(walked, channel, picture)
    show_code(
        CBAM.forward, ChannelAttention.mlp, ChannelAttention.forward, SpatialAttention.forward
    )


def _channel_gate(walked: Walkthrough, channel: int, picture: str) -> None:
    n_channels, rows, columns = walked.features.shape
    st.header("1 · Which channels count", anchor=False)
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        f"ResNet50 turns the picture into a feature map **F**: {n_channels:,} channels, each a "
        f"small map of {rows} × {columns} places. A channel answers strongly where it sees its "
        "kind of thing: a beak, a stripe, a sky. **Two poolings** sum each channel up, its "
        "average and its maximum. **One shared MLP** reads both lists, mixes all channels, and "
        "its two answers add up to a gate between 0 (shut) and 1 (open)."
    )
    equation.latex(
        r"\begin{aligned}M_c(F)=\sigma\big(&\mathrm{MLP}(\mathrm{AvgPool}(F))\\"
        r"{}+{}&\mathrm{MLP}(\mathrm{MaxPool}(F))\big)\quad(5)\end{aligned}"
    )
    equation.latex(r"F'=M_c(F)\otimes F\quad(3)")
    if walked.channel is None:
        st.info("Channel attention is off in the settings, so F′ = F: every channel counts alike.")
        return
    st.caption(
        "Move over the gates, or drag the slider below them: the picture shows what that channel "
        "sees. A click keeps the channel for stage 4 and for the link."
    )
    maps.show_channels("channels", walked, walked.channel, picture, chosen=channel)
    st.markdown(_open_channels(walked.channel))


def _open_channels(steps: ChannelSteps) -> str:
    """Say how many gates are open, and how far apart they are."""
    n_open = int((steps.gate > 0.5).sum())
    return (
        f"**{n_open:,} of {len(steps.gate):,}** gates are more than half open. They run from "
        f"{steps.gate.min():.2f} to {steps.gate.max():.2f}: a channel can be shut almost wholly."
    )


def _spatial_gate(steps: SpatialSteps | None, picture: str) -> None:
    st.header("2 · Which places stand out", anchor=False)
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        "Now across the channels of **F′**: at each place their **mean** and their **maximum**. "
        "Two maps are left of thousands. A learnt **7 × 7 convolution** slides over both, and a "
        "sigmoid makes a gate of each place."
    )
    equation.latex(
        r"\begin{aligned}M_s(F')=\sigma\big(\mathrm{Conv}_{7\times7}([&\mathrm{mean}_c(F');\\"
        r"&\mathrm{max}_c(F')])\big)\quad(6)\end{aligned}"
    )
    if steps is None:
        st.info("Spatial attention is off in the settings, so F″ = F′: every place counts alike.")
        st.header("3 · The spatial gate", anchor=False)
        st.caption("Choose *both* or *spatial* under Attention in the sidebar to see it.")
        return
    maps.show_maps(
        "pooled",
        [
            Panel(
                title="mean of F′",
                values=steps.mean,
                scale=_MEAN_SCALE,
                unit="over all channels",
            ),
            Panel(
                title="maximum of F′",
                values=steps.maximum,
                scale=_MAXIMUM_SCALE,
                unit="over all channels; mind the scale",
            ),
            Panel(
                title="Conv of the mean",
                values=steps.mean_term,
                scale=_TERM_SCALE,
                unit="its share of the sum in σ",
            ),
            Panel(
                title="Conv of the maximum",
                values=steps.maximum_term,
                scale=_TERM_SCALE,
                unit="its share of the sum in σ",
            ),
        ],
        {"query": picture},
    )
    kernel, text = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with kernel:
        charts.chart(
            kernel_planes(steps.kernel),
            name="attention-kernel",
            key="kernel",
            alt="The learnt 7 by 7 weights over the mean and over the maximum of F′.",
        )
    text.markdown(
        "**The learnt kernel.** It is wider than the map is, so every place sees nearly all "
        "others. Its weights over mean and maximum are of one size, but the maximum itself is far "
        "the larger number. From place to place the convolution of the mean varies by "
        f"{np.ptp(steps.mean_term):.3f} here and that of the maximum by "
        f"{np.ptp(steps.maximum_term):.3f}: in equation 6 **the louder input decides**."
    )
    _gate(steps, picture)


def _gate(steps: SpatialSteps, picture: str) -> None:
    st.header("3 · The spatial gate", anchor=False)
    unit = "M_s over its mean: the same scale for every picture"
    text, board = st.columns([2, 3], gap="medium")
    with board:
        maps.show_maps(
            "gate",
            [
                Panel(
                    title="M_s of this picture",
                    values=steps.gate / steps.gate.mean(),
                    scale=RELATIVE_SCALE,
                    unit=unit,
                ),
                Panel(
                    title="M_s if all its places were alike",
                    values=steps.even_gate / steps.even_gate.mean(),
                    scale=RELATIVE_SCALE,
                    unit=unit,
                ),
            ],
            {"query": picture},
            least=170,
        )
    text.markdown(
        "Only M_s over its mean matters: the embedding gets unit length, so a gate twice as high "
        "everywhere changes nothing."
    )
    text.markdown(
        "**How much of it has to do with the picture?** Right: the gate that the same kernel "
        "gives where every place holds the same numbers. At the edge the kernel reaches out of "
        "the map and finds zeros; in the middle it does not. The two gates correlate by "
        f"**{steps.likeness:.2f}**. The nearer to 1, the more this gate is a habit of the network "
        "(*look at the middle*) and the less an answer to the picture."
    )


def _refined(walked: Walkthrough, channel: int, picture: str) -> None:
    st.header("4 · F″: both gates at work", anchor=False)
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        f"Channel **{channel}** on its way, all three on one scale: as it is, times its channel "
        "gate, times the gate of each place. F″ is then averaged over its places, gets unit "
        "length, and a fully connected layer makes the embedding of it."
    )
    equation.latex(r"F''=M_s(F')\otimes F'\quad(4)")
    channel_gate = "off" if walked.channel is None else f"×{walked.channel.gate[channel]:.2f}"
    maps.show_maps(
        "refined",
        [
            Panel(
                title=f"F, channel {channel}",
                values=walked.features[channel],
                unit="as ResNet50 made it",
                scale=FEATURE_SCALE,
            ),
            Panel(
                title="F′",
                values=walked.gated[channel],
                unit=f"after its channel gate: {channel_gate}",
                scale=FEATURE_SCALE,
            ),
            Panel(
                title="F″",
                values=walked.refined[channel],
                unit="after the spatial gate" + (": off" if walked.spatial is None else ""),
                scale=FEATURE_SCALE,
            ),
        ],
        {"query": picture},
        least=170,
    )
