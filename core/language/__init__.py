"""Texts in the language of whoever reads them.

The code says everything in English. A catalog of gettext has the same texts in another language,
and what it has not stays English::

    tr("{n} images are near.", n=12)      in a function: said in the reader's language
    HITS = later("The hits")               in a module: only marked, for the catalogs
    tr(HITS)                              and said where it is shown
    written(0.25, ".0%")                  a number alone: 25%, and 25 % in German
    later("{n} files.", n=3)              kept for others: in English, with what ``tr`` needs

Beside this file stand the catalogs: ``de.po`` is written by people, ``de.mo`` is what is read.
``python -m tools.catalogs`` brings both up to date.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from .numbers import fill

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "zh": "中文"}
"""Code -> what a language calls itself; the codes are those of BCP 47 and of the catalogs."""

FOLDER = Path(__file__).parent
COUNTED = "counted"
"""Context, in a catalog, of a noun that stands after a number."""

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_asked: list[Callable[[], str]] = []


def speak(language: str) -> None:
    """Say all that follows in this thread, or this context, in one language.

    Args:
        language: one of ``LANGUAGES``.
    """
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what the block says in one language, one of ``LANGUAGES``."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """Return the language of this thread; it is asked for once, and English where nobody knows."""
    language = _spoken.get()
    if language is None:
        language = _asked[-1]() if _asked else ENGLISH
        _spoken.set(language)
    return language


def ask(which: Callable[[], str]) -> None:
    """Let threads that were told nothing find out their language.

    Args:
        which: returns one of ``LANGUAGES``; called once in each such thread.
    """
    _asked[:] = [which]


class Later(str):
    """A text in English, its values put in, that ``tr`` can still say in any language."""

    __slots__ = ("text", "values")

    text: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return self  # and not a mere string: an error's sentence keeps what it is


def tr(text: str, /, **values: Any) -> str:
    """Return a text in the reader's language, with its values put in.

    Args:
        text: in English; with values, a template of ``str.format``. What ``later`` keeps has its
            values, and those of them that are texts of ``later`` are said too. Other strings, such
            as the name of somebody's file, stay as they are.
        values: what stands in the braces of the text, numbers as the language writes them. Without
            any, braces are plain text.
    """
    language = spoken()
    if isinstance(text, Later):
        kept = text.values.items()
        values |= {name: tr(it) if isinstance(it, Later) else it for name, it in kept}
        text = text.text
    said = text if language == ENGLISH or not text else catalog(language).gettext(text)
    return fill(said, values, language) if values else said


def written(number: float, style: str = ",") -> str:
    """Return a number that stands alone, as the reader's language writes it.

    Args:
        number: any.
        style: as ``format`` takes it: ``.3f``, ``.0%``; whole ones by default.
    """
    return fill(f"{{number:{style}}}", {"number": number}, spoken())


def tr_number(one: str, many: str, number: int) -> str:
    """Return the form of a noun that goes with a number: "image" or "images" in English.

    Catalogs have it apart from the noun alone (``COUNTED``): Chinese, for one, counts "3 sheets
    image", and calls it "image".
    """
    if spoken() == ENGLISH:
        return one if number == 1 else many
    return catalog(spoken()).npgettext(COUNTED, one, many, number)


def later(text: str, /, **values: Any) -> str:
    """Return a text in English, for ``tr`` to say in the language of whoever reads it.

    So a text can be marked for the catalogs where it is defined, and be kept for all readers.

    Args:
        text: as ``tr`` takes it.
        values: numbers and texts; they stay with the text.
    """
    kept = Later(text.format(**values) if values else text)
    kept.text, kept.values = text, values
    return kept


def later_written(number: float, style: str = ",") -> str:
    """Return a number as English writes it, for ``tr`` to write as any language does."""
    return later(f"{{number:{style}}}", number=number)


def as_json(text: str) -> Any:
    """Return a text as JSON can hold it, with the values of what ``later`` keeps."""
    if not isinstance(text, Later):
        return text
    return [
        text.text,
        {name: as_json(it) if isinstance(it, Later) else it for name, it in text.values.items()},
    ]


def from_json(written: Any) -> str:
    """Return the text that ``as_json`` was given."""
    if isinstance(written, str):
        return written
    text, values = written
    return later(
        text, **{name: from_json(it) if isinstance(it, list) else it for name, it in values.items()}
    )


@cache
def catalog(language: str) -> NullTranslations:
    """Return the translations of one language; of one without a catalog, none."""
    path = FOLDER / f"{language}.mo"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)
