"""Every part of the paper leads to code, under either of the library's names."""

import pytest

from core.paper.implementations import IMPLEMENTATIONS, Implementation, resolve


@pytest.mark.parametrize("part", IMPLEMENTATIONS, ids=lambda part: part.code)
def test_every_part_of_the_paper_leads_to_documented_code(part: Implementation) -> None:
    code = resolve(part.code)
    assert callable(code)
    assert code.__doc__


@pytest.mark.parametrize("number", range(1, 11))
def test_every_equation_is_implemented(number: int) -> None:
    def covers(part: str) -> bool:
        if not part.startswith("Equation"):
            return False
        first, _, last = part.split(",", maxsplit=1)[0].split()[1].partition("-")
        return int(first) <= number <= int(last or first)

    assert any(covers(it.part) for it in IMPLEMENTATIONS)


def test_names_say_nothing_of_what_the_library_is_called() -> None:
    assert all(it.code.startswith(".") for it in IMPLEMENTATIONS)
    assert resolve(".index.exact:exact_scan") is resolve("core.index.exact:exact_scan")
