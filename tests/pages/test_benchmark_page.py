"""The Benchmark page: an invented result file, and a real race on a small gallery."""

import json
import re
from functools import partial

import pytest

from core.benchmark import live
from core.engine.kernels import readable
from core.evaluation import results
from pages.parts.benchmark import words
from pages.ui import resources
from pages.ui.resources.work import Work

HEAD = {
    "command": "python -m core benchmark",
    "date": "1999-12-31 23:59 UTC",
    "machine": {"processor": "Abacus", "cores": 2, "system": "Sand"},
    "versions": {"hashlight": "0", "hnswlib": "7"},
}


def contestant(milliseconds, *, reached=True, recall=0.96, candidates=20.0):
    figures = {
        "recall": recall,
        "recall_error": 0.005,
        "median_seconds": milliseconds / 1e3,
        "p95_seconds": milliseconds / 500,
        "timed_queries": 500,
    }
    place = {"setting": {"ef": 70}, **figures, "candidates": candidates}
    first = place | {"setting": {"ef": 10}, "recall": 0.7, "median_seconds": milliseconds / 2e3}
    return {
        "parameters": {"M": 16},
        "build_seconds": 1.5,
        "extra_bytes": 1000,
        "extra_bytes_per_vector": 148.0,
        "setting": {"ef": 70},
        "reached": reached,
        **figures,
        "batch_queries_per_second": {"1": 1000.0, "2": 2000.0},
        "curve": [first, place],
    }


def data_set(title, n, family="clusters", **milliseconds):
    names = {"exact": "exact scan, NumPy", "hnsw": "hnswlib", "codes": "ours: codes"}
    return {
        **HEAD,
        "seed": 7,
        "title": title,
        "family": family,
        "n": n,
        "dim": 2048,
        "dtype": "float32",
        "intrinsic_dimension": 18.2,
        "wanted_recall_at_10": 0.95,
        "threads": 2,
        "tuning_queries": 500,
        "test_queries": 500,
        "contestants": {names[key]: contestant(value) for key, value in milliseconds.items()},
        "left_out": {"LSHIndex, NumPy": "Too large."},
    }


def result():
    """The engine's time grows as the root of N; it overtakes the exact scan at 1,000·10^(2/3)."""
    return {
        **HEAD,
        "data_sets": {
            "clusters-1k": data_set("Small", 1_000, exact=0.1, hnsw=0.5, codes=0.2),
            "clusters-100k": data_set("Large", 100_000, exact=10.0, hnsw=5.0, codes=2.0),
        },
        "growth": {},
    }


def with_levels(entry):
    """The same data set with a level at 100 hits, where codes are the fastest, hnswlib fails."""
    rates = {"batch_queries_per_second": {"1": 10.0, "2": 20.0}}
    times = {"exact scan, NumPy": 0.009, "hnswlib": 0.0005, "ours: codes": 0.0007}
    found = {}
    for name, it in entry["contestants"].items():
        main = {key: it[key] for key in ("setting", "recall", "recall_error", "median_seconds")}
        main |= {"p95_seconds": 1.0, "timed_queries": 9, "reached": True, **rates}
        at_100 = main | {"median_seconds": times[name], "setting": {"ef": 300}}
        at_100["reached"] = name != "hnswlib"
        levels = [{"k": 10, "wanted": 0.95, **main}, {"k": 100, "wanted": 0.9, **at_100}]
        curve = [it["curve"][0] | {"setting": {"ef": 123}, "median_seconds": times[name]}]
        found[name] = it | {
            "levels": levels,
            "curves": {"100": curve},
            "adds_per_second": 1234.0,
            "removes_per_second": None,
        }
    return entry | {"contestants": found, "rounds": 3, "used_by_others": 0.25}


@pytest.fixture
def open_page(open_app, tmp_path, monkeypatch):
    """Open the page with these parameters in its address; the engine runs on NumPy."""
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    loading = Work(lambda progress: readable)
    monkeypatch.setattr(resources, "engine", lambda: loading)
    return partial(open_app, "pages/benchmark.py")


@pytest.fixture
def measured(tmp_path):
    """A result file."""
    (tmp_path / "index-speed.json").write_text(json.dumps(result()))


def texts(page) -> str:
    return "\n".join(it.value for it in (*page.markdown, *page.caption))


def sentence(pattern, page):
    assert re.search(pattern, texts(page)), texts(page)


# Measured ---------------------------------------------------------------------------------


def test_without_a_file_the_page_says_which_command_measures(open_page):
    page = open_page()
    assert not page.exception
    assert "python -m core benchmark" in page.info[0].value


def test_a_damaged_file_is_one_sentence(open_page, tmp_path):
    (tmp_path / "index-speed.json").write_text("{")
    page = open_page()
    assert not page.exception
    assert len(page.error) == 1


def test_where_we_lose_comes_first_and_by_how_much(open_page, measured):
    page = open_page()
    assert not page.exception
    told = next(it.value for it in page.markdown if "We lose" in it.value).splitlines()
    assert told[0].startswith("**Our engine is the fastest on 1 of 2 data sets**, and loses on 1.")
    assert told[2:] == [
        "- **We lose on Small**: exact scan, NumPy is 2 times as fast "
        "(exact scan, NumPy 0.10 ms, ours: codes 0.20 ms)."
    ]
    sentence("- On Large ours is the fastest, 2.5 times as fast as the next", page)
    sentence("hnswlib is left out|LSHIndex, NumPy is left out. Too large", page)
    sentence(r"`python -m core benchmark` · 1999-12-31 23:59 UTC · Abacus.* · seed 7", page)


def test_the_engine_wins_no_contest_that_nobody_else_was_in():
    def headline(*more):
        files = result()["data_sets"] | {it["title"]: it for it in more}
        return words.headline(words.duels(files))

    lonely = data_set("Huge", 10_000_000, exact=8000.0, codes=0.5)
    slow = data_set("Tiny", 10, exact=0.1, codes=0.5)
    assert list(map(str, words.duels({"huge": lonely}))) == [
        "On Huge only the exact scan could be run beside ours "
        "(exact scan, NumPy 8.00 s, ours: codes 0.50 ms)."
    ]
    assert headline(lonely) == headline()
    assert headline(slow).startswith(
        "**Our engine is the fastest on 1 of 3 data sets**, and loses on 2."
    )


def test_the_guess_is_answered_by_the_fitted_exponent(open_page, measured):
    page = open_page()
    page.radio(key="guess-growth").set_value("30 times").run()  # 1,000 ** 0.5 = 32
    assert page.success[0].value.startswith("Right.")
    assert "to the power of 0.50" in page.success[0].value


def test_the_crossover_is_where_two_powers_meet(open_page, measured):
    # 0.1 ms · n / 0.2 ms · √n = 1 where n = 4, in thousands.
    sentence("ours: codes overtakes the exact scan at about 4,000 images", open_page())


def test_a_point_in_the_address_opens_its_settings(open_page, measured):
    page = open_page(data="clusters-100k", point="clusters-100k/hnswlib/0")
    sentence(r"\*\*hnswlib\*\* · Large", page)
    sentence("Asked with: ef 10", page)
    sentence("Built with: M 16", page)
    sentence("Neighbour recall@10: 0.700 ± 0.010", page)


@pytest.mark.parametrize(
    "point", ["x", "clusters-1k/x/0", "clusters-1k/hnswlib/99", "//", "a/b/c/d"]
)
def test_a_point_that_is_none_breaks_nothing(open_page, measured, point):
    page = open_page(point=point, size=point, data="nonsense", kind="nonsense", part="nonsense")
    assert not page.exception
    assert not page.error


def test_every_level_says_who_is_the_fastest_there(open_page, tmp_path):
    new = {name: with_levels(it) for name, it in result()["data_sets"].items()}
    (tmp_path / "index-speed.json").write_text(json.dumps({**result(), "data_sets": new}))
    page = open_page(
        data="clusters-100k", count="100", recall="0.9", point="clusters-100k/hnswlib/0"
    )
    assert not page.exception
    fastest = page.dataframe[0].value.set_index("Data set")
    assert fastest.loc["Small", "recall@10 ≥ 0.95"] == ("exact scan, NumPy 0.10 ms (ours 0.20 ms)")
    assert fastest.loc["Small", "recall@100 ≥ 0.90"] == "ours: codes 0.70 ms"  # hnswlib fails
    details = page.dataframe[2].value.set_index("Method")
    assert details.loc["hnswlib", "Median"] == "(0.50 ms)"
    assert details.loc["ours: codes", ["Recall@100", "Adds per s", "Removes per s"]].tolist() == [
        *("0.960", "1,234", "–")
    ]
    sentence("Asked with: ef 123", page)
    sentence(r"Neighbour recall@100: 0\.700", page)
    sentence(r"median of 3 rounds\. Meanwhile other programs used 25% of the processors", page)


def test_who_was_measured_before_others_were_entered_counts_no_more(open_page, tmp_path):
    files = result()
    files["data_sets"]["new"] = with_levels(data_set("New", 5_000, exact=9.0, hnsw=1.0, codes=2.0))
    files["data_sets"]["new"]["contestants"]["ScaNN"] = files["data_sets"]["new"]["contestants"][
        "hnswlib"
    ]
    (tmp_path / "index-speed.json").write_text(json.dumps(files))
    page = open_page()
    assert not page.exception
    told = next(it.value for it in page.markdown if "We lose" in it.value)
    assert told.startswith("**Our engine is the fastest on 0 of 1 data sets**, and loses on 1.")
    sentence("Not counted above: Small; Large. They were measured before ScaNN raced", page)


# Race -------------------------------------------------------------------------------------


def test_a_race_begins_at_the_button_and_ends_with_who_won(open_page):
    page = open_page(part="Race here", images="1000", K="7", L="4", probes="2")
    assert not page.exception
    assert "numba can't be imported" in page.info[0].value
    assert not page.metric
    page.radio(key="guess-race").set_value(live.EXACT).run()
    next(it for it in page.button if it.label == "Race").click().run()
    assert not page.exception
    assert [it.label for it in page.metric] == list(live.ORDER)
    assert page.metric[0].delta == "recall 100%"
    sentence(r"\*\*The (exact scan wins|engine's codes win)\*\*", page)
    sentence(r"The readable LSH index (loses|is|beats)", page)
    page.slider(key="race-L").set_value(5).run()
    assert page.query_params["L"] == "5"
    assert not page.metric  # another race


def test_suited_settings_are_those_of_nobody(open_page):
    page = open_page(part="Race here", images="1000", K="99", L="3")
    next(it for it in page.button if it.label == "Suit them to N").click().run()
    assert not {"K", "L", "probes"} & {*page.query_params}
    chosen = [page.slider(key=f"race-{name}").value for name in ("K", "L", "probes")]
    assert chosen == [7, 16, 8]


@pytest.mark.parametrize("part", ["Race here", "Calibrate"])
def test_a_gallery_that_is_too_small_is_one_sentence(open_page, part):
    page = open_page(part=part, embeddings="My gallery")
    assert not page.exception
    assert "has 12 images, too few" in page.error[0].value


def finish(**times):
    """Seconds and recall by name."""
    names = {
        "exact": live.EXACT,
        "lsh": live.READABLE,
        "buckets": live.BUCKETS,
        "codes": live.CODES,
    }
    return live.Finish(
        n=1000,
        dim=256,
        k=10,
        entrants=tuple(
            live.Entrant(
                name=names[key],
                setting="",
                seconds=(seconds,),
                recall=recall,
                candidates=1000 if key == "exact" else 300,
                build_seconds=1,
            )
            for key, (seconds, recall) in times.items()
        ),
    )


def test_the_verdict_says_plainly_when_lsh_loses():
    slow = finish(exact=(0.001, 1), lsh=(0.004, 0.95), buckets=(0.002, 0.95), codes=(0.003, 0.95))
    first, second = words.race_verdict(slow)
    assert first.startswith("**The exact scan wins**: 1.0 ms")
    assert second.startswith("**The readable LSH index loses to the exact scan**: 4.0 ms")
    assert "4 times as long, and it finds 95%. It reads 30% of the gallery" in second


def test_the_verdict_counts_no_time_that_finds_too_little():
    careless = finish(exact=(0.01, 1), lsh=(0.005, 0.5), buckets=(0.0001, 0.4), codes=(0.001, 0.96))
    first, second, third = words.race_verdict(careless)
    assert first.startswith("**The engine's codes win**: 1.0 ms a query at 96% recall, 10 times")
    assert "2 times as fast as the exact scan, but finds only 50%" in second
    assert third.startswith("The engine's buckets find only 40%")


# Calibrate --------------------------------------------------------------------------------


def test_wanted_expected_and_measured_stand_beside_each_other(open_page):
    page = open_page(part="Calibrate", of="1000", wanted="80", hits="5")
    assert not page.exception
    shown = {it.label: it.value for it in page.metric}
    assert list(shown)[:3] == ["Wanted", "Expected", "Measured"]
    assert shown["Wanted"] == "80 %"
    assert float(shown["Measured"].rstrip("%")) > 75
    sentence(r"\*\*It (kept its word|fell short)", page)
    sentence(r"4. \*\*Rerank\*\*.*The best 5 are the hits", page)


def test_nonsense_in_the_address_leaves_the_defaults(open_page):
    page = open_page(part="Calibrate", of="-1", wanted="abc", hits="0", embeddings="x")
    assert not page.exception
    assert page.slider(key="wanted").value == 95
    assert page.slider(key="hits").value == 10
