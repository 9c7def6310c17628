"""What all caches of this process hold, for its operator."""

from pages.ui.resources import (
    benchmark,
    decoding,
    embeddings,
    examples,
    galleries,
    maps,
    model,
    regions,
)
from pages.ui.resources.cache import Cache
from pages.ui.resources.uploads import Uploads
from pages.ui.resources.work import WorkCache

MODULES = benchmark, decoding, embeddings, examples, galleries, maps, model, regions


def held() -> list[tuple[str, int, int, int]]:
    """Return each cache's name, its bytes, its bound and its number of values."""
    return [
        (
            f"{module.__name__.rpartition('.')[2]}: {name.strip('_')}",
            it.n_bytes,
            it.max_bytes,
            len(it),
        )
        for module in MODULES
        for name, it in vars(module).items()
        if isinstance(it, Cache | WorkCache | Uploads)
    ]
