"""What a visitor does with the page, and what they see."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.galleries.folder import open_folder

RED = {"gallery": "scenes", "image": "red/1.jpg"}
LABELS, UNDO, AGAIN = "Let the labels answer", "Undo the last round", "Start again"


@pytest.fixture
def unlabelled(small_gallery, tmp_path):
    """Make a gallery of n images without labels."""

    def unlabelled(n: int):
        (tmp_path / "flat").mkdir()
        for item in small_gallery.items[:n]:
            path = tmp_path / "flat" / item.name.replace("/", "-")
            path.write_bytes(small_gallery.read(item.id))
        return open_folder(tmp_path / "flat")

    return unlabelled


def visit(page, **params: str) -> AppTest:
    page.query_params.clear()
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def click(page, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


def labels(page) -> list[str]:
    return [button.label for button in page.button]


def played(page):
    return page.session_state["feedback-game"]


def asked(page):
    """The controls below the images that the SVM asks about, in its order."""
    return [group for group in page.button_group if group.key.startswith("answer-")]


def row(group, gallery) -> int:
    """The row of the image that a control stands below, by the image's name."""
    (name,) = re.findall(r"Is (.+) relevant\?", group.label)
    return next(item.id for item in gallery.items if item.name == name)


def metrics(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def is_red(gallery):
    return np.array([item.label == "red" for item in gallery.items])


def address(page) -> dict[str, str]:
    """What the page's address says: a list once the page has written it."""
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in page.query_params.items()
    }
