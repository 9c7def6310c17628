"""Numbers as languages write them; the judge is Babel, which has what Unicode's CLDR says."""

import numpy as np
import pytest
from babel import Locale
from babel.numbers import format_decimal, format_percent

from core.language import LANGUAGES, later, later_written, speaking, tr, written

NUMBERS = [0, 7, 1_499, 1_234_567, 0.87, -0.256, 12_345.678, np.float32(0.5), np.int64(20_480)]
SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_written_as_unicode_says_that_a_language_does(language):
    with_a_digit = Locale(language).percent_formats[None].pattern.replace("0", "0.0", 1)
    with speaking(language):
        for number in NUMBERS:
            value = float(number)
            assert written(number, ",.2f") == format_decimal(value, "#,##0.00", language)
            assert written(number, ",.1%") == format_percent(value, with_a_digit, language)


def test_a_text_keeps_its_points_and_the_names_in_it():
    said = {"name": "1.5,5%.jpg", "n": 1_499, "share": 0.125, "digits": 1}
    with speaking("de"):
        written_out = tr("{name}. 3.2, {n:,} {share:.{digits}%}", **said)
    assert written_out == f"1.5,5%.jpg. 3.2, 1.499 12,5{SPACE}%"


def test_a_number_that_is_kept_is_english_until_it_is_said():
    kept = later("{share} of {n:,}", share=later_written(0.125, ".1%"), n=2_000)
    assert kept == "12.5% of 2,000"
    with speaking("de"):
        assert tr(kept) == f"12,5{SPACE}% of 2.000"
