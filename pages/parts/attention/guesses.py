"""Guesses at the two gates: how many there are, and how high the highest is."""

from core.language import later, later_written, tr
from core.lessons.walkthrough import ChannelSteps, SpatialSteps, Walkthrough
from pages.ui import tour
from pages.ui.question import question

_STEPS = (later("below 2 times"), later("2 to 5 times"), later("above 5 times"))


def guess_gates(walked: Walkthrough, steps: ChannelSteps) -> None:
    """Ask how many gates channel attention computes."""
    n_channels, rows, columns = walked.features.shape
    question(
        tr(
            "This picture is now {n_channels:,} channels of {rows} × {columns} places. How many "
            "gates does channel attention compute?",
            n_channels=n_channels,
            rows=rows,
            columns=columns,
        ),
        [later_written(it) for it in (rows * columns, n_channels, walked.features.size)],
        right=later_written(steps.gate.size),
        because=tr("One for each channel, from its average and its maximum over all places."),
        key="guess-gates",
    )


def guess_weight(spatial: SpatialSteps) -> None:
    """Ask how high the highest gate of a place is, over their mean."""
    gate = spatial.gate
    most = float(gate.max() / gate.mean())
    row, column = divmod(int(gate.argmax()), gate.shape[1])
    because = tr(
        "In row {row}, column {column}: **×{most:.1f}**.",
        most=most,
        row=row + 1,
        column=column + 1,
    )
    if spatial.exponent != 1 and tour.shows("words"):
        acts = tr(
            "It acts more softly, as its power {exponent:g}: that place counts ×{weight:.1f}.",
            exponent=spatial.exponent,
            weight=spatial.weight.max() / spatial.weight.mean(),
        )
        because = f"{because} {acts}"
    question(
        tr("Take the place with the highest gate. How many times the average gate is it?"),
        _STEPS,
        right=_STEPS[0 if most < 2 else 1 if most <= 5 else 2],
        because=because,
        key="guess-weight",
    )
