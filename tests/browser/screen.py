"""How large a phone is, and when a page is all there: what every browser test needs to know."""

from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}}


def settled(page: Page) -> Page:
    """Wait until the script has run to its end and all that it has drawn is there.

    A browser fetches the code of an uploader, a component or a chart when it first meets one: a
    script may have ended before. Streamlit forgets an image as soon as a later run doesn't show it
    any more; who clicks faster than images load gets a 404 for each of them in the console.
    """
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_function("[...document.images].every(image => image.complete)")
    return page
