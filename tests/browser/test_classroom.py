"""A class of one teacher and two students, each in a browser of their own."""

import re

import cv2
import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import PHONE, settled
from tests.browser.test_accessibility import violations

STATE = {"permissions": ["clipboard-read", "clipboard-write"]}


def scanned(page: Page) -> str:
    """What a phone reads in the QR code on the screen."""
    picture = page.get_by_alt_text("QR code of the room's address").screenshot()
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.QRCodeDetector().detectAndDecode(pixels)[0]


def shows_one_guess_at_two_options_each(page: Page) -> None:
    expect(page.get_by_text("2 answers in all.")).to_be_visible()
    expect(page.get_by_text(re.compile(r" 1 \(50%\)$"))).to_have_count(2)
    expect(page.get_by_text(re.compile(r" 0 \(0%\)$"))).to_have_count(2)
    expect(page.get_by_text("right", exact=True)).to_be_visible()


def in_a_menu(page: Page, title: str) -> Locator:
    return page.locator(".st-key-menu").get_by_role("link", name=title, exact=True)


def test_a_class_joins_by_the_qr_code_guesses_and_sees_the_guesses_until_it_closes(
    server, open_tab
):
    teacher = open_tab(server, "/classroom", **STATE)
    teacher.get_by_role("button", name="Open a room").click()
    expect(teacher).to_have_url(re.compile("key-room="))
    address = scanned(settled(teacher))
    code = re.fullmatch(re.escape(server.url) + "/classroom.room=([A-Z]{4})", address)[1]
    teacher.get_by_role("button", name="Link to exactly this view").click()
    expect(teacher.get_by_text("Copied.")).to_be_visible()
    assert teacher.evaluate("navigator.clipboard.readText()") == address

    students = [open_tab(server, address.removeprefix(server.url), **PHONE) for _ in range(2)]
    for student, name in zip(students, ("Ada", ""), strict=True):
        student.get_by_label("Your name, if you like").fill(name)
        student.get_by_role("button", name="Join").click()
        expect(student.get_by_text("Nothing is asked now")).to_be_visible()
    students[0].get_by_text("Hand up").click()
    expect(teacher.get_by_test_id("stMain").locator("p", has_text="Ada").first).to_be_visible()

    teacher.get_by_role("button", name="Ask the class").click()
    for place, student in enumerate(students):
        student.locator(".st-key-options button").nth(place).click()
        expect(student.get_by_text("until the answer is shown")).to_be_visible()
    assert violations(settled(students[0])) == []
    expect(teacher.get_by_text("2 of 2", exact=True)).to_be_visible()
    teacher.get_by_role("button", name="Reveal").click()
    for page in (teacher, *students):
        shows_one_guess_at_two_options_each(page)
    assert violations(settled(teacher)) == []
    assert violations(settled(students[1])) == []

    in_a_menu(teacher, "Robustness").click()
    teacher.get_by_role("button", name="Show this to the class").click()
    for student in students:  # the room is where the class is while a question is open
        expect(student).to_have_url(re.compile("/classroom"))
    in_a_menu(teacher, "Classroom").click()
    teacher.get_by_role("button", name="Next").click()
    for student in students:
        expect(student.locator("h1")).to_have_text("Robustness")
    follows, stays = students
    assert violations(settled(follows)) == []
    stays.get_by_role("button", name="Look around on my own").click()
    back = stays.get_by_role("button", name="Back to the class")
    expect(back).to_be_visible()
    follows.get_by_role("combobox").first.focus()  # where one writes
    in_a_menu(teacher, "Words and sources").click()
    teacher.get_by_role("button", name="Show this to the class").click()
    waits = follows.get_by_text("Your page follows when you have finished writing.")
    expect(waits).to_have_text(re.compile("^The class goes to Words and sources."))
    expect(follows).to_have_url(re.compile("/robustness"))
    follows.evaluate("document.activeElement.blur()")
    expect(follows.locator("h1")).to_have_text("Words and sources")
    expect(stays.locator("h1")).to_have_text("Robustness")
    back.click()
    expect(stays.locator("h1")).to_have_text("Words and sources")

    in_a_menu(teacher, "Classroom").click()
    teacher.get_by_role("button", name="Close the room").click()
    teacher.get_by_role("button", name="Close it now").click()
    expect(teacher.get_by_role("button", name="Open a room")).to_be_visible()
    for student in students:
        expect(student.get_by_text("The room of your class is closed.")).to_be_visible()
    follows.goto(server.url + f"/classroom?room={code}")
    expect(follows.get_by_text(f"There is no room {code}")).to_be_visible()
