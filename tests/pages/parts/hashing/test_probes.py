from core.index.exact import exact_scan, neighbour_recall
from core.index.lsh import LSHConfig
from core.search import build_index
from pages.ui import resources


def metrics(page) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


def test_the_probes_win_what_a_search_with_as_many_probes_finds(hashing_page, small_gallery):
    page = hashing_page(part="Probes", image="red/1.jpg", K="5", L="2", k="4", probes="3")
    stored = resources.finished(resources.embedded(small_gallery))
    index = build_index(stored, "both", LSHConfig(n_bits=5, n_tables=2))
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    vector = index.vectors.rows([query])[0]
    truth = exact_scan(vector, index.vectors, k=4, exclude=query).ids
    found = index.query(vector, k=4, n_probes=3, exclude=query).ids
    assert metrics(page)["Neighbours found of 4"][0] == f"{4 * neighbour_recall(found, truth):.0f}"
    next(it for it in page.button if it.label == "Next probe").click().run()
    assert not page.exception
    assert {it.key: it.value for it in page.slider}["probes"] == 4


def test_probing_ends_where_the_keys_do(hashing_page):
    page = hashing_page(part="Probes", image="red/1.jpg", K="1", probes="64")
    assert not page.exception
    assert metrics(page)["Neighbours found of 10"][0] == "10"  # both buckets of every table
    assert next(it for it in page.button if it.label == "Next probe").disabled


def test_the_task_is_done_with_the_fewest_probes_that_find_nine_in_ten(hashing_page, small_gallery):
    stored = resources.finished(resources.embedded(small_gallery))
    index = build_index(stored, "both", LSHConfig(n_bits=5, n_tables=1))
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    vector = index.vectors.rows([query])[0]
    truth = exact_scan(vector, index.vectors, k=10, exclude=query).ids

    def found(n_probes: int) -> int:
        hits = index.query(vector, k=10, n_probes=n_probes, exclude=query).ids
        return round(10 * neighbour_recall(hits, truth))

    fewest = next(n for n in range(1, 33) if found(n) >= 9)  # 32 buckets: all of them find ten
    asked = {"part": "Probes", "image": "red/1.jpg", "K": "5", "L": "1"}

    def task(n_probes: int) -> str:
        page = hashing_page(**asked, probes=str(n_probes))
        return next(it.value for it in page.markdown if "**Task" in it.value)

    assert "Task done" in task(fewest)
    assert "fewer probes are enough" in task(fewest + 1)


def test_what_the_buckets_win_adds_up_to_what_the_probe_wins(hashing_page):
    """An image that two tables find is one candidate."""
    page = hashing_page(part="Probes", image="red/1.jpg", K="3", L="4", k="10", probes="1")
    rows = page.table[0].value
    found, candidates = (
        int(metrics(page)[name][0]) for name in ("Neighbours found of 10", "Candidates")
    )
    assert rows["neighbours won"].astype(int).sum() == found
    assert rows["new candidates"].astype(int).sum() == candidates
    assert rows["images in the bucket"].astype(int).sum() > candidates
