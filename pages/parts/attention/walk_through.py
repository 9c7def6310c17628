"""The walk through: one picture through CBAM, stage by stage, each with its equation."""

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.cbam import kernel_planes
from core.language import tr, written
from core.lessons import looking
from core.lessons.walkthrough import ChannelSteps, SpatialSteps, Walkthrough, walk
from core.model.cbam import CBAM, ChannelAttention, SpatialAttention
from pages.parts.attention.channels import FEATURE_SCALE, show_channels
from pages.parts.attention.guesses import guess_gates, guess_weight
from pages.parts.attention.query import AttentionQuery
from pages.ui import charts, heatmap, resources, tour
from pages.ui.code import show_code
from pages.ui.heatmap import Panel, Scale, gate_panel
from pages.ui.pictures import query_picture


def show_walk_through(about: AttentionQuery) -> None:
    """Show one picture's way through CBAM, stage by stage."""
    network = resources.embedder().checkpoint.network
    walked = walk(network, about.forward_pass())
    _stages(about, walked)


@st.fragment
def _stages(about: AttentionQuery, walked: Walkthrough) -> None:
    """Show all stages; another channel redraws nothing but them."""
    n_channels = len(walked.features)
    channel = heatmap.whole("channel", walked.strongest, most=n_channels - 1)
    picture = about.picture
    if tour.shows("channel gate"):
        _channel_gate(walked, channel, picture)
    if tour.shows("spatial gate"):
        _spatial_gate(walked.spatial, picture)
    if not tour.shows("gates") and not tour.shows("gate"):  # on the tour, before the guess
        query_picture(about.result(), about.query.title)
    if tour.shows("refined"):
        _refined(walked, channel, picture)
    show_code(
        CBAM.forward, ChannelAttention.mlp, ChannelAttention.forward, SpatialAttention.forward
    )


def _channel_gate(walked: Walkthrough, channel: int, picture: str) -> None:
    if tour.shows("words"):
        st.header(tr("1 · Which channels count"), anchor=False)
        _channel_words(walked.features.shape)
    if walked.channel is None:
        st.info(
            tr("Channel attention is off in the settings, so F′ = F: every channel counts alike.")
        )
        return
    guess_gates(walked, walked.channel)
    if tour.shows("gates"):
        _gates(walked, walked.channel, channel, picture)


def _channel_words(shape: tuple[int, ...]) -> None:
    n_channels, rows, columns = shape
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        tr(
            "ResNet50 turns the picture into a feature map **F**: {n_channels:,} channels, each a "
            "small map of {rows} × {columns} places. A channel answers strongly where it sees its "
            "kind of thing: a beak, a stripe, a sky. **Two poolings** sum each channel up, its "
            "average and its maximum. **One shared MLP** reads both lists, mixes all channels, and "
            "its two answers add up to a gate between 0 (shut) and 1 (open).",
            n_channels=n_channels,
            rows=rows,
            columns=columns,
        )
    )
    equation.latex(
        r"\begin{aligned}M_c(F)=\sigma\big(&\mathrm{MLP}(\mathrm{AvgPool}(F))\\"
        r"{}+{}&\mathrm{MLP}(\mathrm{MaxPool}(F))\big)\quad(5)\end{aligned}"
    )
    equation.latex(r"F'=M_c(F)\otimes F\quad(3)")


def _gates(walked: Walkthrough, steps: ChannelSteps, channel: int, picture: str) -> None:
    if not tour.shows("words"):
        show_channels("channels", walked, steps, picture, chosen=channel, sums=False)
        return
    st.caption(
        tr(
            "Move over the gates, or drag the slider below them: the picture shows what that "
            "channel sees. A click keeps the channel for stage 4 and for the link."
        )
    )
    show_channels("channels", walked, steps, picture, chosen=channel)
    st.markdown(_open_channels(steps))


def _open_channels(steps: ChannelSteps) -> str:
    """Say how many gates are open, and how far apart they are."""
    n_open = int((steps.gate > 0.5).sum())
    return tr(
        "**{n_open:,} of {n_gates:,}** gates are more than half open. They run from "
        "{lowest:.2f} to {highest:.2f}: the most open channel counts "
        "{ratio:.1f} times as much as the least open one.",
        n_open=n_open,
        n_gates=len(steps.gate),
        lowest=steps.gate.min(),
        highest=steps.gate.max(),
        ratio=steps.gate.max() / steps.gate.min(),
    )


def _spatial_gate(steps: SpatialSteps | None, picture: str) -> None:
    if tour.shows("words"):
        st.header(tr("2 · Which places stand out"), anchor=False)
        _spatial_words()
    if steps is None:
        st.info(
            tr("Spatial attention is off in the settings, so F″ = F′: every place counts alike.")
        )
        st.header(tr("3 · The spatial gate"), anchor=False)
        st.caption(tr("Choose *both* or *spatial* under Attention in the sidebar to see it."))
        return
    guess_weight(steps)
    if tour.shows("way to the gate"):
        _way_to_the_gate(steps, picture)
    if tour.shows("gate"):
        _gate(steps, picture)


def _spatial_words() -> None:
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        tr(
            "Now across the channels of **F′**: at each place their **mean** and their "
            "**maximum**. Two maps are left of thousands. A learnt **7 × 7 convolution** slides "
            "over both, and a sigmoid makes a gate of each place."
        )
    )
    equation.latex(
        r"\begin{aligned}M_s(F')=\sigma\big(\mathrm{Conv}_{7\times7}([&\mathrm{mean}_c(F');\\"
        r"&\mathrm{max}_c(F')])\big)\quad(6)\end{aligned}"
    )


def _way_to_the_gate(steps: SpatialSteps, picture: str) -> None:
    """Show both maps, what the convolution makes of each, and its kernel."""
    terms = _scale(tr("sum"), steps.mean_term, steps.maximum_term)
    heatmap.show_maps(
        "pooled",
        [
            Panel(
                title=tr("mean of F′"),
                values=steps.mean,
                scale=_scale(tr("mean"), steps.mean),
                unit=tr("over all channels"),
            ),
            Panel(
                title=tr("maximum of F′"),
                values=steps.maximum,
                scale=_scale(tr("maximum"), steps.maximum),
                unit=tr("over all channels; mind the scale"),
            ),
            Panel(
                title=tr("Conv of the mean"),
                values=steps.mean_term,
                scale=terms,
                unit=tr("its share of the sum in σ"),
            ),
            Panel(
                title=tr("Conv of the maximum"),
                values=steps.maximum_term,
                scale=terms,
                unit=tr("its share of the sum in σ"),
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
            alt=tr("The learnt 7 by 7 weights over the mean and over the maximum of F′."),
        )
    text.markdown(_kernel_in_words(steps))


def _scale(what: str, *values: NDArray[np.floating]) -> Scale:
    """Return one scale for all values of one kind, from 0 or the least of them to the greatest."""
    low, high = min(0.0, *(float(it.min()) for it in values)), max(float(it.max()) for it in values)
    high = max(high, low + 1e-6)  # where all are alike
    return Scale(
        low,
        high,
        (written(low, ".3g"), written((low + high) / 2, ".3g"), written(high, ".3g")),
        hover=what,
    )


def _kernel_in_words(steps: SpatialSteps) -> str:
    """Say how far the kernel sees on a map of this size, and which of its inputs decides."""
    rows, columns = steps.gate.shape
    side = steps.kernel.shape[-1]
    mean, maximum = np.ptp(steps.mean_term), np.ptp(steps.maximum_term)
    louder = tr("mean") if mean > maximum else tr("maximum")
    return tr(
        "**The learnt kernel.** It is {side} × {side}, the map {rows} × {columns}: a place sees "
        "up to {reach} places away on every side, and zeros beyond the edge. From place to "
        "place the convolution of the mean varies by {mean:.3f} here and that of the maximum by "
        "{maximum:.3f}: in equation 6 the louder input decides, and here that is the **{louder}**.",
        side=side,
        rows=rows,
        columns=columns,
        reach=side // 2,
        mean=mean,
        maximum=maximum,
        louder=louder,
    )


def _gate(steps: SpatialSteps, picture: str) -> None:
    this = gate_panel(
        steps.gate, title=tr("The gate M_s of this picture"), framed=int(steps.gate.argmax())
    )
    if not tour.shows("words"):
        plain = replace(this, title=tr("The gate of each place; the highest is framed"))
        heatmap.show_maps("gate", [plain], {"query": picture}, least=170)
        return
    st.header(tr("3 · The spatial gate"), anchor=False)
    text, board = st.columns([2, 3], gap="medium")
    with board:
        even = gate_panel(steps.even_gate, title=tr("M_s if all its places were alike"))
        heatmap.show_maps("gate", [this, even], {"query": picture}, least=170)
    text.markdown(
        tr(
            "Only M_s over its mean matters: the embedding gets unit length, so a gate twice as "
            "high everywhere changes nothing. The highest place is framed."
        )
    )
    text.markdown(
        tr(
            "**How much of it has to do with the picture?** Right: the gate that the same kernel "
            "gives where every place holds the same numbers. At the edge the kernel reaches out of "
            "the map and finds zeros; in the middle it does not. That gate is "
            "**{even:.0%}** from flat, and the gate of this picture "
            "**{this:.0%}**. The nearer the first number is to the second, "
            "the more this gate is a habit of the network (*look at the middle*) and the less an "
            "answer to the picture.",
            even=looking.from_flat(steps.even_gate),
            this=looking.from_flat(steps.gate),
        )
    )
    seen = looking.look(steps.gate)
    text.markdown(looking.told(seen))
    text.caption(tr(looking.MEASURE))


def _refined(walked: Walkthrough, channel: int, picture: str) -> None:
    st.header(tr("4 · F″: both gates at work"), anchor=False)
    text, equation = st.columns([3, 2], gap="medium")
    text.markdown(
        tr(
            "Channel **{channel}** on its way, all three on one scale: as it is, times its channel "
            "gate, times the gate of each place. F″ is then averaged over its places, gets unit "
            "length, and a fully connected layer makes the embedding of it.",
            channel=channel,
        )
    )
    exponent = 1 if walked.spatial is None else walked.spatial.exponent
    if exponent != 1:
        text.markdown(
            tr(
                "M_s is multiplied as its power {exponent:g}: a gate 10 times as high as another "
                "acts {acts:.1f} times as strongly. What it sees may so be sharp, and how "
                "strongly it acts soft: the rest of a beach still counts.",
                acts=10**exponent,
                exponent=exponent,
            )
        )
    in_tex = written(exponent, "g").replace(",", "{,}")
    power = "" if exponent == 1 else f"^{{{in_tex}}}"
    equation.latex(rf"F''=M_s(F'){power}\otimes F'\quad(4)")
    channel_gate = (
        tr("off") if walked.channel is None else f"×{written(walked.channel.gate[channel], '.2f')}"
    )
    heatmap.show_maps(
        "refined",
        [
            Panel(
                title=tr("F, channel {channel}", channel=channel),
                values=walked.features[channel],
                unit=tr("as ResNet50 made it"),
                scale=FEATURE_SCALE,
            ),
            Panel(
                title="F′",
                values=walked.gated[channel],
                unit=tr("after its channel gate: {channel_gate}", channel_gate=channel_gate),
                scale=FEATURE_SCALE,
            ),
            Panel(
                title="F″",
                values=walked.refined[channel],
                unit=(
                    tr("after the spatial gate: off")
                    if walked.spatial is None
                    else tr("after the spatial gate")
                ),
                scale=FEATURE_SCALE,
            ),
        ],
        {"query": picture},
        least=170,
    )
