"""Addresses of gallery images' thumbnails: browsers keep them, so a page need not send them again.

A map's sheet of small pictures has one too. Only galleries that everybody can choose have such
addresses. What a visitor has handed over stands in the page itself and in no browser's cache.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_YEAR = 365 * 24 * 60 * 60  # seconds; an address names its content, so that never changes


def thumbnail(request: Request) -> Response:
    """Answer with the JPEG of an image; Starlette calls this in a thread."""
    # Not above: this brings PyTorch along, and the server starts without.
    from pages.ui import resources  # noqa: PLC0415

    return _answer(lambda: resources.named_thumbnail(**request.path_params))


def sheet(request: Request) -> Response:
    """Answer with the JPEG of a sheet; Starlette calls this in a thread."""
    from pages.ui import resources  # noqa: PLC0415

    return _answer(lambda: resources.named_sheet(**request.path_params))


def _answer(find: Callable[[], bytes]) -> Response:
    from core.errors import HashlightError  # noqa: PLC0415

    try:
        file = find()
    except HashlightError as error:
        return PlainTextResponse(f"{error}\n", 404)
    return Response(
        file,
        media_type="image/jpeg",
        headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"},
    )


ROUTES = [
    Route("/thumbnails/{key}/{digest}/{side:int}.jpg", thumbnail),
    Route("/sheets/{key}/{digest}/{n:int}.jpg", sheet),
]
