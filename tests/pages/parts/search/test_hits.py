import numpy as np

from core.index.families.hyperplanes import draw_hyperplanes, keys_of
from pages.ui import resources

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_one_probe_in_one_fine_table_leaves_few_candidates_and_the_page_says_so(search_page):
    page = search_page(**RED, K="24", L="1", probes="1")
    assert any("LSH found only" in element.value for element in page.info)


def test_every_hit_has_one_mark_found_by_both_or_missed_or_by_lsh_only(
    search_page, small_gallery, grids
):
    search_page(**RED, K="7", L="1", probes="1", k="8")
    matrix = resources.finished(resources.embedded(small_gallery)).of("both")
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    keys = keys_of(matrix, draw_hyperplanes(n_tables=1, n_bits=7, dim=matrix.shape[1], seed=0))
    n_tables = (keys == keys[query]).sum(axis=1)
    others = [row for row in np.argsort(-(matrix @ matrix[query])).tolist() if row != query]
    found = [row for row in others if n_tables[row]][:8]
    truth = others[:8]
    assert {*truth} - {*found}, "nothing is missed: another K would test more"

    both, cosines = {*found} & {*truth}, matrix @ matrix[query]
    for name, rows, alone in (("lsh", found, "LSH only"), ("exact", truth, "missed by LSH")):
        assert grids.facts(name) == [
            [
                f"{rank} · {cosines[row]:.3f}",
                "found by both" if row in both else alone,
                small_gallery.items[row].label,
            ]
            for rank, row in enumerate(rows, start=1)
        ]
