"""The door for links: nonsense under every name that a page reads from its address."""

import random
from functools import cache
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.ui import navigation, view
from tools.fuzz.doors import Attempt, Door, WrongAnswerError, check_sentence

ROOT = Path(__file__).parents[2]
PAGES = tuple(page for page, _, _ in navigation.MENU)

NAMES = (
    *("gallery", "image", "sample", "upload", *view.RANGES, "hyperplanes"),
    *("attention", "features", "answers"),
    *("bits", "channel", "curve", "data", "draw", "embeddings", "find", "guess", "handles", "hit"),
    *("hits", "kind", "label", "measure", "other", "page", "pair", "part", "planes", "sort"),
    *("switch", "switched", "table", "tables", "tour", "turned", "wanted"),
)
_VALUES = (
    *(
        "",
        "0",
        "-1",
        "1",
        "NaN",
        "inf",
        "1e999",
        "9" * 400,
        "٣",
        "\0",
        "\n",
        "💥",
        "../../etc/passwd",
    ),
    *("<script>alert(1)</script>", "[x](javascript:alert(1))", "%s%n", "{}", "own-AAAA", "scenes"),
    *("y" * 200_000, "1y." * 60_000, "0:0:1." * 20_000, "(" * 5_000, "," * 50_000),
    *("owl/00.jpg", "china", "both", "corel1k", "/etc", "file:///etc/passwd", "."),
)


def door(n: int = 60) -> Door:
    """Make the door."""
    return Door(name="address", n=n, seconds=15, megabytes=300, make=_make)


def _make(rng: random.Random, folder: Path) -> Attempt:
    _open_each_once()
    page = rng.choice(PAGES)
    params = {rng.choice(NAMES): _value(rng) for _ in range(rng.choice([1, 1, 2, 5]))}
    return lambda: opened(page, params)


@cache
def _open_each_once() -> None:
    """Load the model and all else that is loaded once: no link has to answer for that."""
    for page in PAGES:
        opened(page, {})


def _value(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return "".join(chr(rng.randrange(32, 0x2FF)) for _ in range(rng.randrange(30)))
    return rng.choice(_VALUES)


def opened(page: str, params: dict[str, str]) -> str:
    """Open a page by a link; say what came of it.

    Raises:
        WrongAnswerError: an exception, or an error that is no sentence.
    """
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    app.switch_page(page)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if app.exception:
        raise WrongAnswerError(f"{page} {params}: {app.exception[0].message}"[:400])
    for error in app.error:
        check_sentence(error.value)
    return "said so" if app.error or app.warning else "shown"
