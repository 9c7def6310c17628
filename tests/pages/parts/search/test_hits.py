import re

import numpy as np

from core.index.families.hyperplanes import draw_hyperplanes, keys_of
from pages.ui import resources

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_one_probe_in_one_fine_table_leaves_few_candidates_and_the_page_says_so(search_page):
    page = search_page(**RED, K="24", L="1", probes="1")
    assert any("LSH found only" in element.value for element in page.info)


def test_a_card_says_how_many_tables_have_its_image_or_that_lsh_missed_it(
    search_page, small_gallery
):
    page = search_page(**RED, K="6", L="3", probes="1", k="8")
    matrix = resources.finished(resources.embedded(small_gallery)).of("both")
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    keys = keys_of(matrix, draw_hyperplanes(n_tables=3, n_bits=6, dim=matrix.shape[1], seed=0))
    n_tables = (keys == keys[query]).sum(axis=1)
    others = [row for row in np.argsort(-(matrix @ matrix[query])).tolist() if row != query]
    found = [row for row in others if n_tables[row]][:8]
    truth = others[:8]
    assert {*truth} - {*found}, "nothing is missed: another K would test more"

    shown = [
        it.value.split("  \n")[1] for it in page.markdown if re.match(r"\*\*\d+\*\* ·", it.value)
    ]
    assert shown == [
        *(f":gray[{n_tables[row]} of 3 tables]" for row in found),
        *(":gray[found by LSH]" if row in found else ":orange[**missed by LSH**]" for row in truth),
    ]
