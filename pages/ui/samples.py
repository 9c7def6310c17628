"""Two real photographs that are on every machine where scikit-learn is."""

from importlib.util import find_spec
from pathlib import Path

from core.errors import GalleryError
from core.language import later, tr
from pages.ui import resources
from pages.ui.grid import Action, Fact, Tile, show_grid
from pages.ui.grid.gallery import SIDE
from pages.ui.pictures import image_file
from pages.ui.view import View

SAMPLES = {
    "china": later("A Chinese palace, a photograph that comes with scikit-learn"),
    "flower": later("A dahlia, a photograph that comes with scikit-learn"),
}


def title(name: str) -> str:
    """Return the name of a sample for people."""
    return tr(SAMPLES.get(name, name))


def read(name: str) -> bytes:
    """Return a sample's file.

    Raises:
        GalleryError: there is no such sample.
    """
    if name not in SAMPLES:
        raise GalleryError(
            tr(
                "There is no sample called {name!r}; choose {samples}.",
                name=name,
                samples=tr(" or ").join(SAMPLES),
            )
        )
    return _path(name).read_bytes()


def _path(name: str) -> Path:
    """Find the file without importing scikit-learn, which takes a second."""
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise GalleryError(
            tr("The samples come with scikit-learn; install the requirements first.")
        )
    return Path(spec.origin).parent / "datasets" / "images" / f"{name}.jpg"


def show(shown: View, page: str) -> None:
    """Show the samples, each with the link that takes it as the query of a page."""
    show_grid(
        "samples",
        [
            Tile(
                name=name,
                picture=image_file(resources.small_picture(read(name), max_side=SIDE)),
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
            for name, what in SAMPLES.items()
        ],
        height=160,
    )
