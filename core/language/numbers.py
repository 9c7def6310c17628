"""Numbers as languages write them: 1,499.5 and 12% in English, 1.499,5 and 12 % in German."""

from collections.abc import Mapping
from numbers import Real
from string import Formatter
from typing import Any

SIGNS: dict[str, dict[int, str]] = {
    "de": str.maketrans({",": ".", ".": ",", "%": "\N{NO-BREAK SPACE}%"}),
}
"""Language -> what it writes where Python has a comma, a point, %; others write as English does."""


class _Writer(Formatter):
    """Fills in templates; the words of a template and values that are texts stay as they are."""

    def __init__(self, signs: dict[int, str]) -> None:
        self.signs = signs

    def format_field(self, value: Any, spec: str) -> str:
        text = format(value, spec)
        return text.translate(self.signs) if isinstance(value, Real) else text


def fill(text: str, values: Mapping[str, Any], language: str) -> str:
    """Put values into a template of ``str.format``, its numbers as a language writes them."""
    if language not in SIGNS:
        return text.format(**values)
    return _Writer(SIGNS[language]).vformat(text, (), values)
