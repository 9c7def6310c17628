"""Every channel gate, sorted, and over the picture the channel that the hand is on.

Once the hand lets go of a channel, it goes to the address.
"""

import base64
from dataclasses import asdict
from pathlib import Path

import numpy as np
import streamlit as st

from core.language import later, later_written, tr
from core.lessons.walkthrough import ChannelSteps, Walkthrough
from pages.ui import heatmap
from pages.ui.address import put
from pages.ui.heatmap import Scale

# Of F; one channel in thirty goes beyond it somewhere.
_TICKS = ("0", later_written(7.5, ".1f"), later("15 and more"))
FEATURE_SCALE = Scale(0.0, 15.0, _TICKS, hover=later("value"))

_STEPS = np.iinfo(np.uint16).max
_FILE = Path(__file__)
_channels = heatmap.component(
    "attention_channels", _FILE.with_suffix(".js"), _FILE.with_suffix(".css")
)


def show_channels(
    name: str,
    walked: Walkthrough,
    steps: ChannelSteps,
    picture: str,
    *,
    chosen: int,
    sums: bool = True,
) -> None:
    """Show every channel's gate and the channel that one points at.

    Args:
        name: unique on the page.
        walked: the pass whose F is shown.
        steps: its channel attention.
        picture: as a ``data:`` address.
        chosen: the channel that is shown while the hand is elsewhere.
        sums: whether to show how a gate is computed, and what F and F'' say of its channel.
    """
    rows, columns = walked.features.shape[1:]
    step = max(float(walked.features.max()), 1e-6) / _STEPS
    features = np.rint(walked.features / step).astype("<u2")
    presets = [
        [tr("Most open gate"), int(steps.order[0])],
        [tr("Most closed gate"), int(steps.order[-1])],
    ]
    if sums:
        presets = [
            [tr("Weighs most in F″"), walked.strongest],
            [tr("Strongest in F"), int(steps.average.argmax())],
            *presets,
        ]
    _channels(
        key=name,
        data={
            "picture": picture,
            "rows": rows,
            "columns": columns,
            "low": FEATURE_SCALE.low,
            "high": FEATURE_SCALE.high,
            "ticks": [tr(tick) for tick in FEATURE_SCALE.ticks],
            "unit": tr("how strongly the channel answers"),
            "alt": tr("The query, and over it the channel that is looked at."),
            "features": base64.b64encode(features.tobytes()).decode(),
            "step": step,
            "order": steps.order.tolist(),
            **{field: it.round(4).tolist() for field, it in asdict(steps).items()},
            "chosen": chosen,
            "presets": presets,
            "sums": sums,
        }
        | heatmap.looks(),
        on_channel_change=lambda: put("channel", int(st.session_state[name]["channel"]), None),
        **heatmap.callbacks(name),
    )
