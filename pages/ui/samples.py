"""Two real photographs that are on every machine where scikit-learn is."""

from importlib.util import find_spec
from pathlib import Path

from core.errors import GalleryError
from core.language import later, tr

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
