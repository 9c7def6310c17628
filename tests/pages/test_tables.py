"""Short tables are part of the page, long ones scroll."""

from streamlit.testing.v1 import AppTest


def page_with_tables() -> None:
    from pages.ui.tables import SHORT, show_table  # noqa: PLC0415

    for n in (SHORT, SHORT + 1):
        show_table([{"n": row} for row in range(n)], alt="Numbers.")


def test_a_short_table_is_drawn_whole_and_a_long_one_scrolls():
    page = AppTest.from_function(page_with_tables).run()
    assert not page.exception
    (short,), (long,) = page.table, page.dataframe
    assert list(short.value["n"]) == list(range(16))
    assert list(long.value["n"]) == list(range(17))
