"""Which complaints of a browser are forgiven; what it reports is made up here."""

from types import SimpleNamespace

import pytest

from tests.browser.complaints import Complaints

APP = "http://127.0.0.1:8501"
IMAGE = f"{APP}/media/1a2b.jpg"
HERE, ELSEWHERE = f"{APP}/search?K=9", f"{APP}/inspect"
MISSING = "Failed to load resource: the server responded with a status of 404 (Not Found)"


def heard(url, text, *, asked_at=None, page=HERE):
    """What is found after an image was asked for at one address and an error heard at another."""
    complaints = Complaints(APP)
    if asked_at:
        complaints._request(SimpleNamespace(url=url, frame=SimpleNamespace(url=asked_at)))
    complaints._console(
        SimpleNamespace(
            type="error", text=text, location={"url": url}, page=SimpleNamespace(url=page)
        )
    )
    return complaints.found


def test_an_image_of_a_page_that_was_left_may_be_missing():
    assert heard(IMAGE, MISSING, asked_at=ELSEWHERE) == []
    assert heard(IMAGE, MISSING, asked_at=f"{APP}/search?K=8") == []  # another view of the page


@pytest.mark.parametrize(
    ("url", "text", "asked_at"),
    [
        (IMAGE, MISSING, HERE),  # it is still to be seen
        (IMAGE, MISSING, None),  # nobody saw a page ask for it
        (IMAGE, MISSING.replace("404 (Not Found)", "500"), ELSEWHERE),
        (f"{APP}/static/app.js", MISSING, ELSEWHERE),
        (HERE, "TypeError: x is undefined", ELSEWHERE),
    ],
)
def test_whatever_else_is_wrong_is_a_complaint(url, text, asked_at):
    assert heard(url, text, asked_at=asked_at) == [f"console: {text} ({url})"]


def test_what_is_no_error_is_none_and_what_goes_elsewhere_is():
    complaints = Complaints(APP)
    complaints._console(SimpleNamespace(type="warning", text=MISSING, location={"url": IMAGE}))
    complaints._request(SimpleNamespace(url="https://elsewhere.org/a", frame=None))
    assert complaints.found == ["external request: https://elsewhere.org/a"]
