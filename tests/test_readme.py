"""The README's figures are those that were measured."""

import json
import re
from pathlib import Path
from statistics import mean

import pytest

from core.files import file_digest
from core.locations import ASSETS
from core.model.checkpoint import DEFAULT, read_header
from core.paper.tables import TABLE_1

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FOLDS = json.loads(read_header(DEFAULT)["training"])["unseen_classes_mAP"]
ROWS = {
    "ImageNet features, average-pooled, untouched (2048 numbers)": lambda f: f["untouched"],
    "before training: principal axes (256 numbers)": lambda f: f["start"],
    "trained, CBAM off": lambda f: f["trained"]["off"],
    "trained, channel attention only": lambda f: f["trained"]["channel"],
    "trained, spatial attention only": lambda f: f["trained"]["spatial"],
    "trained, both": lambda f: f["trained"]["both"],
}
SYSTEMS = {
    "untouched ImageNet features": "untouched ImageNet features",
    "ours, CBAM off": "attention off",
    "ours": "attention both",
}


@pytest.mark.parametrize("row", ROWS)
def test_figures_on_unseen_classes_are_those_in_the_checkpoint(row: str) -> None:
    assert f"| {row} | {mean(map(ROWS[row], FOLDS)):.4f} |" in README


@pytest.mark.parametrize(("title", "key"), [("Corel-1k", "corel1k"), ("Scenes", "scenes")])
@pytest.mark.parametrize("system", SYSTEMS)
def test_figures_on_galleries_are_those_in_the_results(title: str, key: str, system: str) -> None:
    results = json.loads((ASSETS / "results" / f"retrieval-{key}.json").read_text())
    figure = results["figures"][SYSTEMS[system]]
    row = f"| {title} | {system} | {figure['precision']['10']:.4f} "
    assert f"{row}| {figure['mean_average_precision']:.4f} |" in README


def test_speeds_are_those_in_the_results() -> None:
    speed = json.loads((ASSETS / "results" / "model-speed.json").read_text())["speedups"]
    server = json.loads((ASSETS / "results" / "server.json").read_text())
    text = " ".join(README.split())
    assert f"runs at {speed['files to embeddings']:.2f} × the pace" in text
    assert f"one query at {speed['embed']:.2f} ×" in text
    assert f"{server['first_answer_after_server_start_s']:.1f} s from opening" in text
    assert f"{server['later_answer_by_the_app_median_s']:.1f} s in the app" in text
    assert f"{server['later_answer_on_screen_median_s']:.1f} s on the screen" in text
    assert f"{server['with_model_and_3_sessions_MB'] / 1000:.1f} GB of memory" in text
    assert f"{server['per_further_session_MB']:.0f} MB for each further visitor" in text


def test_the_answers_of_the_moving_parts_are_those_in_the_results() -> None:
    measured = json.loads((ASSETS / "results" / "moving-parts.json").read_text())
    medians = [row["median_s"] for row in measured["parts"]]
    text = " ".join(README.split())
    assert f"{len(medians)} moving parts" in text
    assert f"half of them within {sorted(medians)[len(medians) // 2]:.2f} s" in text
    assert f"the slowest within {max(medians):.2f} s" in text
    longest = max(max(row["each_s"]) for row in measured["parts"])
    assert f"no single move took longer than {longest:.2f} s" in text
    slowest = max(measured["parts"], key=lambda row: row["median_s"])["part"]
    assert slowest.startswith("Feedback")  # which the text names


def experiment(key: str) -> dict:
    return json.loads((ASSETS / "results" / f"experiment-{key}.json").read_text())


@pytest.mark.parametrize("system", list(experiment("corel1k")["systems"]))
def test_figures_of_the_experiment_are_those_in_the_results(system: str) -> None:
    small, large = (experiment(key)["systems"][system] for key in ("corel1k", "corel5k"))
    mean, deviation = small["mean"], small["deviation"]
    printed = f"{TABLE_1[system].map:.3f}" if system in TABLE_1 else "-"
    cells = [
        small["title"],
        printed,
        f"{mean['mean_average_precision']:.3f} ± {deviation['mean_average_precision']:.3f}",
        f"{mean['precision']['10']:.3f}",
        f"{mean['recall']['100']:.3f}",
        f"{mean['candidate_ratio']:.0%}",
        f"{large['mean']['mean_average_precision']:.3f}",
    ]
    assert f"| {' | '.join(cells)} |" in README


def lead(better: str, worse: str, key: str = "corel1k") -> str:
    (one,) = (
        row
        for row in experiment(key)["differences"]
        if (row["better"], row["worse"]) == (better, worse)
        and row["metric"] == "mean_average_precision"
    )
    return f"{one['mean']:+.4f} (95 % interval {one['low']:+.4f} to {one['high']:+.4f})"


@pytest.mark.parametrize(
    ("better", "worse", "key"),
    [
        ("cnn-attention", "cnn", "corel1k"),
        ("cnn-attention", "cnn", "corel5k"),
        ("ours", "cnn-attention", "corel1k"),
    ],
)
def test_leads_are_those_in_the_results(better: str, worse: str, key: str) -> None:
    assert lead(better, worse, key) in " ".join(README.split())


@pytest.mark.parametrize("key", ["corel1k", "scenes"])
def test_results_are_of_the_checkpoint_that_ships(key: str) -> None:
    results = json.loads((ASSETS / "results" / f"retrieval-{key}.json").read_text())
    assert results["checkpoint_digest"] == file_digest(DEFAULT.read_bytes())


def test_every_file_that_the_readme_shows_or_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    missing = [link for link in links if not (Path(__file__).parents[1] / link).exists()]
    assert not missing


def test_the_times_of_the_index_are_those_in_the_results() -> None:
    measured = json.loads((ASSETS / "results" / "index-speed.json").read_text())["data_sets"]
    table = README.split("## The index engine")[1].split("## How fast")[0]
    (_, *methods), _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    by_title = {entry["title"]: entry["contestants"] for entry in measured.values()}
    assert len(methods) == 7
    assert {title for title, *_ in rows} <= by_title.keys()
    for title, *cells in rows:
        for method, cell in zip(methods, cells, strict=True):
            assert cell == milliseconds(by_title[title].get(method))


def milliseconds(entry: dict | None) -> str:
    if entry is None:
        return "-"
    return f"{1e3 * entry['median_seconds']:.3g}" + ("" if entry["reached"] else " *")
