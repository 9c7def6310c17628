"""The questions of the bank, as a class is asked them."""

from core.lessons.classroom.question import ClassQuestion
from pages.parts.selftest.bank import draw
from pages.ui.page_address import address_of


def class_questions(number: int) -> dict[str, ClassQuestion]:
    """Return the ten questions of a test: subject -> its question."""
    return {
        subject: ClassQuestion(
            text=it.text,
            options=it.options,
            right=it.right,
            why=it.why,
            where=address_of(it.place.page, it.place.params),
        )
        for subject, it in draw(number).items()
    }
