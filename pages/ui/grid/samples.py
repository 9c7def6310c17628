"""The photographs that are on every machine, to choose a query from."""

from core.language import tr
from pages.ui import resources, samples
from pages.ui.grid import Action, Fact, Tile, show_grid
from pages.ui.grid.gallery import SIDE
from pages.ui.pictures import image_file
from pages.ui.view import View


def show_samples(shown: View, page: str) -> None:
    """Show the samples, each with the link that takes it as the query of a page."""
    show_grid(
        "samples",
        [
            Tile(
                name=name,
                picture=image_file(resources.small_picture(samples.read(name), max_side=SIDE)),
                alt=tr(what),
                facts=(Fact(tr(what)),),
                actions=(
                    Action(
                        label=tr("Choose this"),
                        page=page,
                        params=shown.with_query("sample", name).params(),
                    ),
                ),
            )
            for name, what in samples.SAMPLES.items()
        ],
        height=160,
    )
