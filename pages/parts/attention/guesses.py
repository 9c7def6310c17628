"""Guesses at the two gates: how many there are, and how much one place weighs."""

from core.language import later, later_written, tr
from core.lessons.walkthrough import ChannelSteps, SpatialSteps, Walkthrough
from pages.ui.question import question

_STEPS = (later("less than 1.5 times"), later("1.5 to 3 times"), later("more than 3 times"))


def guess_gates(walked: Walkthrough, steps: ChannelSteps) -> None:
    """Ask how many gates channel attention computes."""
    n_channels, rows, columns = walked.features.shape
    question(
        tr(
            "The feature map F of this picture holds {n_channels:,} channels of {rows} × {columns} "
            "places. How many gates does channel attention compute?",
            n_channels=n_channels,
            rows=rows,
            columns=columns,
        ),
        [later_written(it) for it in (rows * columns, n_channels, walked.features.size)],
        right=later_written(steps.gate.size),
        because=tr(
            "One gate for each channel, from its average and its maximum, {n_averages:,} + "
            "{n_maxima:,} numbers. Where in the picture it answers plays no part.",
            n_averages=steps.average.size,
            n_maxima=steps.maximum.size,
        ),
        key="guess-gates",
    )


def guess_weight(spatial: SpatialSteps) -> None:
    """Ask how much more the place that counts most weighs than the average one."""
    most = float(spatial.weight.max() / spatial.weight.mean())
    question(
        tr(
            "How much more does the place that counts most weigh than the average place, in this "
            "picture?"
        ),
        _STEPS,
        right=_STEPS[0 if most < 1.5 else 1 if most <= 3 else 2],
        because=tr(
            "It weighs **×{most:.2f}**: the gates of the places run from {lowest:.2f} to "
            "{highest:.2f}.",
            most=most,
            lowest=spatial.weight.min(),
            highest=spatial.weight.max(),
        ),
        key="guess-weight",
    )
