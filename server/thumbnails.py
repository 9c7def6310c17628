"""Addresses of gallery images' thumbnails: browsers keep them, so a page need not send them again.

Only images of galleries that everybody can choose have one. What a visitor has handed over stands
in the page itself and in no browser's cache.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_YEAR = 365 * 24 * 60 * 60  # seconds; an address names its content, so that never changes


def thumbnail(request: Request) -> Response:
    """Answer with the JPEG that an address names; Starlette calls this in a thread."""
    # Not above: this brings PyTorch along, and the server starts without.
    from core.errors import HashlightError  # noqa: PLC0415
    from pages.ui import resources  # noqa: PLC0415

    key, digest = request.path_params["gallery"], request.path_params["digest"]
    try:
        file = resources.named_thumbnail(key, digest, request.path_params["side"])
    except HashlightError as error:
        return PlainTextResponse(f"{error}\n", 404)
    return Response(
        file,
        media_type="image/jpeg",
        headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"},
    )


ROUTE = Route("/thumbnails/{gallery}/{digest}/{side:int}.jpg", thumbnail)
