import numpy as np
import pytest

from core.index.families.hyperplanes import keys_of
from core.lessons.plane import plane_gallery, plane_normals, unit
from pages.parts.hashing.hyperplane_lab import SEED, parse_turned, write_turned


def test_the_lab_needs_no_gallery_and_says_what_to_expect(hashing_page):
    page = hashing_page(planes="8", tables="4", gallery="nonsense")
    assert not page.exception
    assert not page.error
    assert any("8 lines in 4 tables find 4.6 of the 5" in it.value for it in page.caption)


def test_the_first_lines_that_are_shown_lose_neighbours_and_tables_bring_them_back():
    gallery = plane_gallery()
    everyone = unit(np.array([gallery.query, *gallery.directions[gallery.neighbours]]))

    def found(bits: int, tables: int) -> int:
        keys = keys_of(everyone, unit(plane_normals(SEED)[:tables, :bits]))  # (1 + k, L)
        return int((keys[1:] == keys[0]).any(axis=1).sum())

    assert [found(bits, 1) for bits in (3, 4, 5)] == [5, 4, 1]
    assert [found(5, tables) for tables in (2, 3)] == [4, 5]


@pytest.mark.parametrize(("planes", "tables", "done"), [("3", "1", False), ("5", "3", True)])
def test_the_task_is_done_by_small_cells_in_enough_tables(hashing_page, planes, tables, done):
    page = hashing_page(planes=planes, tables=tables)  # 13 of 44 looked at, and 9 of 44
    (task,) = [it.value for it in page.markdown if "**Task" in it.value]
    assert ("Task done" in task) == done


def test_on_the_tour_the_sliders_come_with_the_guess_which_they_would_answer(hashing_page):
    page = hashing_page(tour="6")
    assert not page.slider
    page.radio(key="guess-lab").set_value("1").run()
    assert {it.key for it in page.slider} == {"planes", "tables"}


def test_turned_lines_survive_the_address():
    turned = {(0, 1): 135.0, (3, 7): 0.5}
    assert write_turned(turned) == "1-2-135_4-8-0.5"
    assert parse_turned(write_turned(turned)) == turned


@pytest.mark.parametrize(
    "text", ["", "nonsense", "1-2", "1-2-360", "5-1-10", "1-9-10", "0-1-10", "1-2-nan", "1-2-1e9"]
)
def test_turned_lines_that_make_no_sense_are_left_out(text):
    assert parse_turned(f"{text}_2-2-20") == {(1, 1): 20.0}
