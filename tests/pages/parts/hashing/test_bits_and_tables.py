import re

from core.galleries.folder import open_folder
from core.lessons.hashing import choose, predict, sample_pairs
from pages.ui import resources


def metrics(page) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


def task(page) -> str:
    return next(it.value for it in page.markdown if "**Task" in it.value)


def test_choose_for_me_sets_the_k_and_l_that_core_chooses(hashing_page, small_gallery):
    page = hashing_page(part="Bits and tables", wanted="80")
    next(it for it in page.button if it.label == "Choose for me").click().run()
    stored = resources.finished(resources.embedded(small_gallery))
    labels = [small_gallery.items[id].label for id in stored.ids.tolist()]
    sample = sample_pairs(stored.ids, stored.of("both"), labels=labels, k=10)
    K, L = choose(sample, 0.8, n_bits=range(1, 25), n_tables=range(1, 33))
    sliders = {it.key: it.value for it in page.slider}
    assert (sliders["K"], sliders["L"]) == (K, L)
    assert "Task done" not in task(page)  # that is for whoever reads to find
    expected = f"{predict(sample, K, L).recall:.1%}"
    assert metrics(page)["Predicted recall"][0] == expected


def test_the_task_has_one_answer_which_is_found_by_hand(hashing_page):
    """More bits find less, so the highest K that finds enough is the last before too little."""
    asked = {"part": "Bits and tables", "hyperplanes": "uniform", "wanted": "99"}
    n_tables = re.search(r"Leave L at (\d+)", task(hashing_page(**asked)))[1]
    tried = []
    for n_bits in range(18, 23):
        page = hashing_page(**asked, K=str(n_bits), L=n_tables)
        recall = float(metrics(page)["Predicted recall"][0].removesuffix("%"))
        tried.append((recall >= 99, "Task done" in task(page)))
    enough = [is_enough for is_enough, _ in tried].count(True)
    assert 0 < enough < len(tried)
    assert [done for _, done in tried] == [place == enough for place in range(1, len(tried) + 1)]


def test_a_gallery_without_labels_is_judged_by_the_nearest(hashing_page, small_gallery, tmp_path):
    (tmp_path / "flat").mkdir()
    for item in small_gallery.items:
        path = tmp_path / "flat" / item.name.replace("/", "-")
        path.write_bytes(small_gallery.read(item.id))
    page = hashing_page(open_folder(tmp_path / "flat"), part="Bits and tables", k="3")
    assert not page.exception
    assert page.button_group(key="find").options == ["Nearest"]
