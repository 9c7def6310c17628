"""Buttons of components of our own, which look alike beside Streamlit's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pages.ui.languages import scripts

_FOLDER = Path(__file__).parent
_STYLE = _FOLDER / "button.css"


def component(
    name: str, folder: Path, html: str, *, before: Sequence[Path] = ()
) -> Callable[..., Any]:
    """Make a component of buttons.

    Args:
        name: of the component, and of its ``.css`` and ``.js``.
        folder: where those lie.
        html: the buttons and what stands beside them.
        before: code that is put in front of the component's own.
    """
    looks = (_STYLE, folder / f"{name}.css")
    code = (*before, folder / f"{name}.js")
    return scripts.component(
        name,
        html=html,
        css=joined(looks),
        js=joined(code),
    )


def joined(files: Sequence[Path]) -> str:
    """Put files that stand beside each other in the browser into one piece."""
    return "".join(it.read_text(encoding="utf-8") for it in files)


_print = component("print", _FOLDER, '<button type="button"></button>\n')


def print_page(key: str, label: str) -> None:
    """Draw a button that prints the page.

    Args:
        key: unique on the page.
        label: what the button says.
    """
    _print(key=key, data={"label": label})
