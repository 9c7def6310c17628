"""Bring the catalogs of all languages up to date: ``python -m tools.catalogs``.

What ``tr``, ``later`` and ``count`` say in the code is looked up, and what scripts say in the
browser; a text that is new stands in each ``core/language/*.po`` with an empty translation, for
people to fill in, one that is gone leaves it, and ``*.mo`` is made of what is there. ``--check``
writes nothing and fails where a text is missing, or a translation does not fit its text.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.language import COUNTED, ENGLISH, FOLDER, LANGUAGES
from core.language.numbers import SIGNS
from core.locations import ASSETS
from pages.ui.glossary import MARKED, term_of
from pages.ui.languages import scripts

ROOT = ASSETS.parent
SPEAKING = ("core", "pages", "streamlit_app.py")
COUNT = "count"
PLACES = {"tr": 0, "later": 0, COUNT: 1}  # which argument of a call is its text
TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # with today's date each run would change the files
_FIELD = re.compile(r"\{[^{}]*\}|`[^`]+`")
_NUMBER = re.compile(r"\d+(?:,\d{3})+|\b0\.\d+|\d%")  # as English writes it, in its own words
_ALIKE = re.compile(r":material/\w+:|`[^`]+`|\[\d+\]|https?://[^\s)]+")  # in any language


def texts() -> Catalog:
    """Return all that the code says, in the order of its files."""
    found = Catalog(fuzzy=False)
    for path in _sources():
        for said in _said(ast.parse(path.read_text(encoding="utf-8"))):
            found.add(said, context=None if isinstance(said, str) else COUNTED)
    for path in sorted((ROOT / "pages").rglob("*.js")):
        for one, many in scripts.texts(path.read_text(encoding="utf-8")):
            found.add((one, many) if many else one, context=COUNTED if many else None)
    return found


def _said(code: ast.AST) -> Iterator[str | tuple[str, str]]:
    """Find what calls say, wherever they stand: texts, and nouns with their plurals."""
    calls = [node for node in ast.walk(code) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda it: (it.lineno, it.col_offset)):
        if not isinstance(call.func, ast.Name):
            continue
        place = PLACES.get(call.func.id, len(call.args))
        if place < len(call.args) and isinstance(call.args[place], ast.Constant):
            said = ast.literal_eval(call.args[place])
            yield (said, f"{said}s") if call.func.id == COUNT else said


def _sources() -> Iterator[Path]:
    for name in SPEAKING:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def catalog(language: str, said: Catalog) -> Catalog:
    """Return a language's catalog with all that is said, and nothing else.

    Args:
        language: its code.
        said: as ``texts`` returns it.
    """
    path = FOLDER / f"{language}.po"
    old = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog()
    new = Catalog(locale=language, fuzzy=False, creation_date=_NEVER, revision_date=_NEVER)
    for message in said:
        if message.id:
            there = old.get(message.id, message.context)
            string = there.string if there and there.string else _empty(message, new)
            new.add(message.id, string, context=message.context)
    return new


def _empty(message: Message, into: Catalog) -> str | tuple[str, ...]:
    return ("",) * into.num_plurals if message.pluralizable else ""


def po_bytes(translated: Catalog) -> bytes:
    """Return a catalog as people edit it."""
    file = BytesIO()
    write_po(file, translated, no_location=True, width=100)
    return file.getvalue()


def mo_bytes(translated: Catalog) -> bytes:
    """Return a catalog as ``core.language`` reads it."""
    file = BytesIO()
    write_mo(file, translated)
    return file.getvalue()


def faults(translated: Catalog) -> Iterator[str]:
    """Tell which texts have no translation, or one that does not fit."""
    for message in translated:
        if not message.id:
            continue
        says = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else message.string or ("",)
        for form in forms:
            if not form:
                yield f"{says[:60]!r} has no translation"
            elif _parts(form) != _parts(says):
                yield f"{says[:60]!r} has other parts than {form[:60]!r}"
            elif str(translated.locale) in SIGNS and _numbers(form) & _numbers(says):
                yield f"{form[:60]!r} has a number as English writes it"


def _parts(text: str) -> Counter[str]:
    """Return what a text and its translation must have in common."""
    try:
        fields = [
            f"{{{name}!{kind}:{spec}}}" for _, name, spec, kind in Formatter().parse(text) if name
        ]
    except ValueError:  # braces that are plain text
        fields = []
    terms = [_term(match[2] or match[1]) for match in MARKED.finditer(text)]
    return Counter(fields + terms + _ALIKE.findall(text))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(_FIELD.sub("", text)))


def _term(word: str) -> str:
    with suppress(KeyError):  # of no term: then the text has other parts
        return term_of(word)
    return word


def main() -> int:
    """Write the catalogs, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on any fault")
    options = parser.parse_args()
    said, is_bad = texts(), False
    for language in TRANSLATED:
        translated = catalog(language, said)
        found = list(faults(translated))
        files = {"po": po_bytes(translated), "mo": mo_bytes(translated)}
        for kind, content in files.items():
            path = FOLDER / f"{language}.{kind}"
            if not options.check:
                path.write_bytes(content)
            elif not path.exists() or path.read_bytes() != content:
                found.append(f"{path.name} is out of date: run `python -m tools.catalogs`")
        print(f"{language}: {len(translated)} texts, {len(found)} faults", *found[:20], sep="\n  ")
        is_bad |= bool(found)
    return int(options.check and is_bad)


if __name__ == "__main__":
    sys.exit(main())
