"""The Results page on invented files: it shows what they say and makes up nothing."""

import json
from itertools import product

import pytest

from core.evaluation import results
from core.figures.rows import Interval
from core.paper.departures import DEPARTURES
from pages.parts.results import focus, verdicts
from pages.ui.result_files import JUDGED

HEAD = {
    "command": "python -m core evaluate --all",
    "date": "1999-12-31 23:59 UTC",
    "machine": {"processor": "Abacus", "cores": 2, "system": "Sand"},
    "versions": {"hashlight": "0"},
    "seconds": 7500.0,
    "gallery": "corel1k",
    "gallery_digest": "0123456789abcdef",
    "seeds": [0, 1, 2],
}
TITLES = {
    **verdicts.TITLES,
    "cnn": "CNN without attention, exact scan",
}
CONTROLLED = [("cnn-attention", "cnn"), ("ours", "cnn-lsh"), ("ours", "cnn-attention")]
OF_ALL = ["Ranking", "Claims", "Time", "Changed queries", "Attention", "Settings"]
PARTS = [*OF_ALL, "Photographs", "Clutter"]


def metrics(value):
    at = {"precision": (5, 10, 20, 30), "recall": (10, 30, 100)}
    return {name: {str(n): value for n in ns} for name, ns in at.items()} | {
        "mean_average_precision": value,
        "candidate_ratio": value,
    }


def system(key, value):
    return {
        "title": TITLES[key],
        "settings": {},
        "runs": [],
        "mean": metrics(value) | {"candidate_ratio": 0.25 if key in ("ours", "cnn-lsh") else 1.0},
        "deviation": metrics(0.0123),
    }


def experiment(lead=0.02):
    """Seven systems at mAP 0.1, 0.2 … 0.7; every difference is ``lead`` ± 0.01."""
    pairs = [*CONTROLLED, *(("ours", worse) for worse in ("sift", "svm", "vgg"))]
    return {
        **HEAD,
        "n_gallery": 900,
        "n_queries": 100,
        "queries_per_class": 10,
        "systems": {key: system(key, (n + 1) / 10) for n, key in enumerate(TITLES)},
        "differences": [
            {"better": better, "worse": worse, "metric": metric, "claim": f"{better} wins."}
            | {"mean": lead, "low": lead - 0.01, "high": lead + 0.01, "n_runs": 3}
            for (better, worse), metric in product(
                pairs, ("mean_average_precision", "precision@10")
            )
        ],
    }


def times():
    lsh = {"hash": 0.001, "probe": 0.002, "rerank": 0.003}
    network = {"decode": 0.01, "preprocess": 0.004, "embed": 0.08}
    other = {"decode": 0.01, "describe": 0.2, "rank": 0.05}
    stages = {
        "sift": other,
        "svm": {"decode": 0.01, "describe": 0.1, "ask": 0.4, "rank": 0.02},
        "vgg": other,
        "cnn-attention": network | {"exact scan": 0.009},
        "ours": network | lsh,
    }

    def measured(seconds, factor):
        single = {
            stage: {"median_s": factor * it, "p95_s": 2 * factor * it}
            for stage, it in seconds.items()
        }
        total = factor * sum(seconds.values())
        return {"stages": single, "total": {"median_s": total, "p95_s": 2 * total}}

    return {
        **HEAD,
        "n_gallery": 900,
        "n_queries": 100,
        "repeats": 3,
        "systems": {
            key: {
                "title": TITLES[key],
                "threads": {"1": measured(seconds, 1.0), "all": measured(seconds, 0.5)},
            }
            for key, seconds in stages.items()
        },
    }


def robustness():
    changes = {
        "rotation": ((5.0, 15.0, 45.0), "°"),
        "cropping": ((0.1, 0.3, 0.5), "of each side"),
        "scaling": ((0.5, 0.75, 1.5), "×"),
        "brightness": ((0.5, 0.75, 1.25), "×"),
        "noise": ((10.0, 25.0, 50.0), "grey levels"),
    }

    def row(change, strength, unit, value):
        return {"change": change, "strength": strength, "unit": unit} | {
            "precision_at_8": value,
            "kept_of_top_8": value / 2,
        }

    def variant(title, start):
        rows = [row("none", 0.0, "", 1.0)]
        for change, (strengths, unit) in changes.items():
            rows += [row(change, it, unit, start - 0.1 * n) for n, it in enumerate(strengths)]
        return {"title": title, "rows": rows}

    return {
        **HEAD,
        "k": 8,
        "n_queries": 100,
        "variants": {
            "augmented": variant("trained with augmentation", 0.9),
            "plain": variant("trained without", 0.7),
        },
    }


def attention():
    shares = {
        "M_s, trained": 0.4,
        "M_s, untrained": 0.205,
        "Gaussian in the middle": 0.5,
        "Grad-CAM, trained": 0.1,
    }

    def row(name, share):
        interval = {"mean": share, "low": share - 0.01, "high": share + 0.01}
        times = {end: value / 0.2 for end, value in interval.items()}
        return {"map": name, "share_inside": interval, "ratio": times, "peak": interval}

    return {
        **HEAD,
        "gallery_title": "dogs",
        "n_images": 720,
        "object_area_share": 0.2,
        "rows": [row(name, share) for name, share in shares.items()],
        "categories": {"balloon": shares | {"area": 0.15}, "cactus": shares | {"area": 0.25}},
    }


def ablations():
    def row(n):
        value = {"mean": 0.9 + 0.01 * n, "deviation": 0.005}
        return {"mean_average_precision": value, "precision_at_10": value, "candidate_ratio": None}

    choices = {
        "attention": ("CBAM off / channel / spatial / both", ("off", "channel", "spatial", "both")),
        "input_size": ("Input size", (192, 224)),
        "normalisation": ("Normalisation", ("imagenet", "paper")),
        "dim": ("Embedding size", (32, 64, 128, 256, 512)),
    }
    groups = [
        {"key": key, "title": title, "x": key}
        | {"rows": [{"setting": it} | row(n) for n, it in enumerate(settings)]}
        for key, (title, settings) in choices.items()
    ]
    lsh = [
        {"setting": f"K={K} L={L}", "K": K, "L": L, "probes": probes}
        | row(0)
        | {"candidate_ratio": {"mean": min(1.0, L * probes / 2**K * 8), "deviation": 0.0}}
        for K, L, probes in product((6, 8, 10, 12), (1, 4, 8), (1, 8))
    ]
    return {**HEAD, "groups": [*groups, {"key": "lsh", "title": "K and L", "x": "K", "rows": lsh}]}


def clutter():
    """At first both gates hurt by 0.01 ± 0.005, in the end they help by 0.08 ± 0.005."""
    return {
        **HEAD,
        "gallery_title": "Things",
        "n_images": 20,
        "n_heads": 3,
        "steps": [
            {"side": side, "gain": dict.fromkeys(("channel", "spatial", "both"), gain)}
            for side, mean in ((1.0, -0.01), (0.5, 0.08))
            for gain in [{"mean": mean, "low": mean - 0.005, "high": mean + 0.005}]
        ],
    }


def interval(mean):
    return {"mean": mean, "low": mean - 0.01, "high": mean + 0.01, "n": 5}


def detail(*brings):
    """One gallery, and a row for each mean of what detail brings, ± 0.01."""
    return {
        **HEAD,
        "seconds_of_a_pass": {"without": 0.1, "with": 0.105},
        "dim": 256,
        "detail": 64,
        "chosen": {"untrained": [0.0, 0.3]},
        "galleries": [{"key": "things", "title": "Things"}],
        "rows": [
            {
                "gallery": "things",
                "system": "untrained",
                "attention": "off",
                "mean_average_precision": {"without": 0.7, "with": 0.7 + mean},
                "brings": interval(mean),
                "at_weight": {"0.3": interval(mean)},
            }
            for mean in brings
        ],
    }


def softness():
    """On one gallery the gate costs 0.03 at the model's p, 0.4; p = 0.2 would gain 0.035."""
    curve = [
        {"exponent": p, "mean_average_precision": 0.7 + more, "difference": interval(more)}
        for p, more in ((0.0, 0.03), (0.2, 0.035), (0.4, 0.0))
    ]
    gallery = {"title": "Beaches", "curves": {"spatial": curve[::-1], "both": curve}}
    return {**HEAD, "exponent": 0.4, "galleries": [gallery]}


def judged_on_splits(trained_on_it):
    figures = {
        "mean_average_precision": 0.75,
        "deviation": 0.0123,
        "precision": {"10": 0.9},
        "candidate_ratio": 0.28,
    }
    return {
        **HEAD,
        "gallery_title": "Things",
        "n_images": 5000,
        "n_queries": 500,
        "trained_on_it": trained_on_it,
        "rows": [{"embedding": "untrained", "scan": figures, "hashing": figures}],
    }


def all_files():
    return {
        "experiment-corel1k": experiment(),
        "experiment-corel5k": experiment() | {"gallery": "corel5k"},
        "experiment-corel50": experiment() | {"gallery": "corel50"},
        "time-corel1k": times(),
        "time-corel5k": times() | {"gallery": "corel5k"},
        "robustness-corel1k": robustness(),
        "attention-scenes": attention(),
        "attention-masks-dogs": attention() | {"categories": {}},
        "ablations-corel1k": ablations(),
        "clutter-things": clutter(),
        "detail": detail(0.02, -0.02, 0.0),
        "softness": softness(),
        "splits-things": judged_on_splits(True),
    }


def write_all(folder, files):
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def results_page(open_app, tmp_path, monkeypatch):
    """Open one part of the page on these files, and on no others."""
    monkeypatch.setattr(results, "RESULTS", tmp_path)

    def open_page(part="Ranking", files=None):
        write_all(tmp_path, all_files() if files is None else files)
        page = open_app("pages/results.py", part=part)
        assert not page.exception
        return page

    return open_page


def text(page):
    return "\n".join(it.value for it in (*page.markdown, *page.caption, *page.info, *page.error))


def charts(page):
    """All charts: what is drawn by code of ours, but for what the sidebar has of it."""
    beside = {"menu", "share", "present", "take-away"}
    return [it for it in page.get("bidi_component") if it.key not in beside]


def table(page, n=0):
    return page.dataframe[n].value.set_index("System")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_shows_its_file_and_how_it_came_about(results_page, part):
    page = results_page(part)
    assert not [*page.info, *page.error]
    assert "Abacus, 2 cores, Sand · seeds 0, 1, 2 · took 2 h 5 min" in text(page)
    assert charts(page)
    assert page.get("download_button")


@pytest.mark.parametrize("part", OF_ALL)
def test_without_any_file_every_part_says_which_command_writes_it(results_page, part):
    page = results_page(part, files={})
    assert page.info
    assert all("`python -m core evaluate --all`" in it.value for it in page.info)
    assert not page.error


@pytest.mark.parametrize("part", ["Ranking", "Time"])
def test_without_any_file_the_papers_figures_are_there_all_the_same(results_page, part):
    assert len(results_page(part, files={}).dataframe) == 2


@pytest.mark.parametrize(
    ("part", "kept", "missing"),
    [
        *(("Ranking", f"experiment-{key}", 2) for key in JUDGED),
        *(("Claims", f"experiment-{key}", 2) for key in JUDGED),
        ("Time", "time-corel5k", 1),
    ],
)
def test_one_file_is_shown_while_the_others_are_missing(results_page, part, kept, missing):
    page = results_page(part, files={kept: all_files()[kept]})
    assert len(page.info) == missing
    assert len(page.get("download_button")) == 1


def test_photographs_without_a_file_say_which_command_measures_a_folder(results_page):
    (info,) = results_page("Photographs", files={}).info
    assert "`python -m core evaluate --masks FOLDER`" in info.value


def test_clutter_without_a_file_says_which_command_measures_it(results_page):
    (info,) = results_page("Clutter", files={}).info
    assert "`python -m core evaluate --clutter --train-on FOLDER`" in info.value


def test_what_attention_is_worth_is_said_for_no_clutter_and_for_most(results_page):
    told = text(results_page("Clutter"))
    assert "takes 100% of the area, attention **hurts by 0.0100 mAP**" in told
    assert "takes 25% of the area, attention **helps by 0.0800 mAP**" in told


@pytest.mark.parametrize(
    ("brings", "words"),
    [
        ((0.02, -0.02, 0.0), "helps in **1** of 3 rows, so the model that ships does without it."),
        ((0.02, 0.03), "helps in **2** of 2 rows."),
    ],
)
def test_detail_is_said_to_help_only_where_the_interval_leaves_zero(results_page, brings, words):
    told = text(results_page("Settings", files={"detail": detail(*brings)}))
    assert words in told
    assert "It takes +5% time." in told
    assert "**1 of 2 times without detail**" in told


def test_the_power_that_would_be_best_is_said_with_what_it_would_gain(results_page):
    page = results_page("Attention", files={"softness": softness()})
    told = text(page)
    assert "learnt with p = 0.4" in told
    assert "in brackets what they would gain: Beaches p = 0.2 (+0.0350)." in told
    assert len(charts(page)) == 2


@pytest.mark.parametrize(("trained", "words"), [(True, "are flattered"), (False, "hasn't seen")])
def test_a_gallery_beside_table_2_says_whether_the_model_learnt_from_it(
    results_page, trained, words
):
    page = results_page(files={"splits-things": judged_on_splits(trained)})
    assert words in text(page)
    row = page.dataframe[-1].value.set_index("Embedding").loc["untrained"]
    assert (row["mAP, hashing"], row["Candidates"]) == ("0.7500 ± 0.0123", "28%")


def test_every_folder_of_photographs_that_was_measured_is_shown(results_page):
    files = {f"attention-masks-{it}": attention() | {"gallery_title": it} for it in ("b", "a")}
    page = results_page("Photographs", files=files)
    assert [it.value.split(" · ")[0] for it in page.subheader] == ["A", "B"]


@pytest.mark.parametrize("part", ["Attention", "Photographs"])
def test_a_gate_that_another_map_beats_is_said_to_be_beaten(results_page, part):
    page = results_page(part)
    assert "×2.00 of the object" in text(page)
    assert "better: a Gaussian in the middle of the picture (×2.50)." in text(page)
    assert "Grad-CAM of the same network" not in text(page)  # at ×0.5 it is worse
    assert "That is chance" not in text(page)
    cells = page.dataframe[0].value.set_index("Map")
    assert cells.loc["M_s, untrained", "Inside ÷ area"] == "×1.02"
    assert cells.loc["M_s, untrained", "Peak on the object"] == "20.5%"


def test_a_gate_at_chance_is_called_so():
    result = attention()
    for end in ("mean", "low", "high"):
        result["rows"][0]["ratio"][end] = 1.02
    assert "That is chance: this gate does not look at the object." in focus.verdict(result)


def test_a_damaged_file_gets_one_sentence_and_no_claim_that_it_is_missing(results_page, tmp_path):
    (tmp_path / "attention-scenes.json").write_text("{", encoding="utf-8")
    page = results_page("Attention", files={})
    assert len(page.error) == 1
    assert not page.info


def test_the_first_sentences_give_the_verdict_in_numbers(results_page):
    first = results_page().markdown
    told = " ".join(it.value for it in first[:8])  # before any table
    assert "over 3 random splits" in told
    assert "with it 0.600" in told  # of the sixth system, ours
    assert "Attention (CBAM) **helps by 0.0200 mAP** (95 % interval +0.0100 to +0.0300)" in told
    assert "looks at **25%** of the gallery" in told


@pytest.mark.parametrize(
    ("lead", "words"),
    [(0.02, "helps by 0.0200"), (0.005, "no measurable difference"), (-0.02, "hurts by 0.0200")],
)
def test_attention_helps_or_hurts_only_where_the_interval_leaves_zero(results_page, lead, words):
    page = results_page(files={"experiment-corel1k": experiment(lead)})
    assert f"Attention (CBAM) {'makes ' if 'no' in words else ''}**{words}" in text(page)


def test_table_1_has_the_papers_row_below_ours(results_page):
    rows = results_page().dataframe[0].value.to_dict("records")
    assert [it["System"] for it in rows if it["Figures"] == "measured"] == list(TITLES.values())
    sift, below, *_, ours, paper, control = rows
    assert (sift["mAP"], below["mAP"]) == ("0.1000 ± 0.0123", "0.7748")
    assert (below["System"], below["Figures"]) == ("SIFT + k-means", "paper")
    assert (ours["P@30"], paper["P@30"]) == ("0.6000 ± 0.0123", "0.9994")
    assert control["System"] == TITLES["cnn"]  # in no table of the paper: nothing below it


def test_each_system_gets_a_line_on_how_far_it_is_from_the_paper(results_page):
    assert "**SIFT + k-means**: 0.675 below the paper's figure." in text(results_page())
    assert set(verdicts.PAPER_AND_OURS) == set(TITLES)


def test_a_system_that_was_not_measured_keeps_the_papers_row(results_page):
    files = {"experiment-corel1k": experiment()}
    del files["experiment-corel1k"]["systems"]["vgg"]
    vgg = table(results_page(files=files)).loc["VGG-N [18]"]
    assert (vgg["Figures"], vgg["mAP"]) == ("paper", "0.8951")


def test_one_seed_has_no_deviation(results_page):
    alone = experiment() | {"seeds": [0]}
    for it in alone["systems"].values():
        it["deviation"] = metrics(None)
    page = results_page(files={"experiment-corel1k": alone})
    assert list(table(page).loc["Ours"]["mAP"]) == ["0.6000", "0.9578"]
    assert "over 1 random split." in text(page)


def test_claims_are_told_with_their_interval_and_number_of_trainings(results_page):
    told = text(results_page("Claims"))
    assert "ours wins. Measured: :green[" in told
    assert "(+0.0100 to +0.0300, 3 trainings)" in told


def test_table_3_has_the_papers_seconds_and_says_what_the_search_takes(results_page):
    page = results_page("Time")
    ours = table(page).loc["Ours"]
    assert list(ours[["Paper", "Median, one thread", "p95, all threads"]]) == [
        "0.13 s",
        "100 ms",
        "100 ms",
    ]
    # 1 + 2 + 3 ms of the 100 ms that all stages take.
    assert "a query takes **100 ms**, and 6.0% of that is the search: **6.0 ms**" in text(page)
    assert "An exact scan of the 900 images takes 9.0 ms" in text(page)


def test_figure_10_is_summed_up_without_the_unchanged_query(results_page):
    # 0.9, 0.8, 0.7 for each of five changes; the unchanged query has 1.
    told = text(results_page("Changed queries"))
    assert "**trained with augmentation**: precision@8 0.800, 40% kept" in told


def test_the_other_measure_can_be_shown(results_page):
    page = results_page("Changed queries")
    page.button_group[0].set_value("kept of the top 8").run()
    assert not page.exception
    assert len(charts(page)) == 5


def test_the_measure_stands_in_the_address(results_page):
    page = results_page("Changed queries")
    page.button_group[0].set_value("kept of the top 8").run()
    kept = page.query_params["measure"]
    assert (kept if isinstance(kept, str) else kept[-1]) == "kept of the top 8"
    page.query_params["measure"] = "nonsense"
    page.run()
    assert not page.exception
    assert page.button_group[0].value == "precision@8"


def test_a_guess_at_the_share_of_the_search_is_answered_by_the_file(results_page):
    page = results_page()
    page.radio(key="guess-time").set_value("a twentieth").run()  # 6 of 100 ms
    assert ["6.0% of that is the search" in it.value for it in page.success] == [True]
    page.radio(key="guess-time").set_value("half").run()
    assert ["It is *a twentieth*" in it.value for it in page.info] == [True]


def test_a_difference_can_be_asked_for_in_either_direction():
    forward = verdicts.difference(experiment(), "ours", "cnn-lsh")
    assert forward == Interval("Ours against CNN + LSH [19]", 0.02, pytest.approx(0.01), 0.03)
    back = verdicts.difference(experiment(), "cnn-lsh", "ours")
    assert (back.mean, back.low, back.high) == (-0.02, -0.03, pytest.approx(-0.01))
    assert verdicts.difference(experiment(), "ours", "cnn") is None  # not a pair of the file


def test_every_departure_from_the_paper_is_shown_with_its_reason(results_page):
    shown = results_page("Departures", files={}).table[0].value
    assert list(shown["Why"]) == [it.reason for it in DEPARTURES]
