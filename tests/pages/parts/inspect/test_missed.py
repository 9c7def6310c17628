from core.wording import count

RED = {"gallery": "scenes", "image": "red/1.jpg"}
FEW = {"K": "20", "L": "1", "probes": "1"}  # such that something is missed


def texts(page):
    return " ".join(it.value for it in (*page.markdown, *page.caption, *page.success))


def test_each_missed_neighbour_is_shown_with_what_brings_it_back(inspect_page, seen):
    page = inspect_page(**RED, **FEW, part="Missed")
    missed = seen[-1].evidence.missed
    assert missed
    text = texts(page)
    for image in missed:
        assert f"rank {image.exact_rank} of the exact scan" in text
        if image.least_probes:
            assert f"**{count(image.least_probes, 'probe')}** per table" in text


def test_where_nothing_was_missed_the_page_says_so(inspect_page):
    assert "Nothing was missed" in texts(inspect_page(**RED, K="1", probes="2", part="Missed"))
