import pytest

from core.wording import count, decimal, duration, long_duration, percent, signed


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.000 ms"),
        (0.0000834, "0.083 ms"),
        (0.00034, "0.34 ms"),
        (0.00123, "1.2 ms"),
        (0.0614, "61 ms"),
        (1.5, "1.50 s"),
    ],
)
def test_durations_have_a_unit_that_fits(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3_540, "59 min"),
        (3_599, "1 h 0 min"),
        (4_800, "1 h 20 min"),
    ],
)
def test_long_durations_are_said_as_a_person_would(seconds, words):
    assert long_duration(seconds) == words


def test_one_thing_is_no_things():
    assert [count(n, "candidate") for n in (0, 1, 2, 1_200)] == [
        "0 candidates",
        "1 candidate",
        "2 candidates",
        "1,200 candidates",
    ]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.0002, "under 0.1%"),
        (0.024, "2.4%"),
        (0.1, "10%"),
        (0.954, "95%"),
        (0.997, "99.7%"),
        (0.99999, "over 99.9%"),
        (1, "100%"),
    ],
)
def test_all_and_none_are_only_all_and_none(share, text):
    assert percent(share) == text


@pytest.mark.parametrize("number", [0, -0.0, -0.0004, 0.0004])
def test_what_rounds_to_zero_has_no_sign(number):
    assert signed(number) == "0.000"
    assert decimal(number) == "0.00"


def test_signs_are_those_of_mathematics():
    assert (signed(0.25), signed(-0.25)) == ("+0.250", "−0.250")
    assert (decimal(0.25), decimal(-0.256)) == ("0.25", "−0.26")
