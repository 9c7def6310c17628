"""README.md and docs/: what they say is what was measured, and what they show runs."""

import json
import re
from pathlib import Path

import pytest

from core.files import file_digest
from core.locations import ASSETS
from core.model.checkpoint import DEFAULT
from pages.ui.navigation import MENU
from tools import readme

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]


def result(name: str) -> dict:
    return json.loads((ASSETS / "results" / f"{name}.json").read_text())


# The generated parts ------------------------------------------------------------------------


@pytest.mark.parametrize("file", readme.FILES, ids=lambda file: file.name)
def test_every_generated_part_is_up_to_date(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert readme.PART.search(text)
    assert readme.generated(text) == text


def test_every_part_stands_somewhere() -> None:
    names = {it[2] for file in readme.FILES for it in readme.PART.finditer(file.read_text())}
    assert names == set(readme.PARTS)


def test_a_check_finds_an_old_figure_and_leaves_it(tmp_path, monkeypatch, capsys) -> None:
    old = "By hand.\n<!-- generated: leads -->\n+0.5\n<!-- end -->\nBy hand too.\n"
    file = tmp_path / "old.md"
    file.write_text(old)
    monkeypatch.setattr(readme, "FILES", (file,))
    assert readme.main(["--check"]) == 1
    assert "old.md" in capsys.readouterr().err
    assert file.read_text() == old
    assert readme.main([]) == 0
    assert readme.main(["--check"]) == 0
    assert file.read_text().startswith("By hand.\n<!-- generated: leads -->\nTrained alike")
    assert file.read_text().endswith("\n<!-- end -->\nBy hand too.\n")


def test_a_table_is_what_markdown_takes_for_one() -> None:
    assert readme.table(["a", "b"], [["1", "2"]]) == "| a | b |\n|---|---|\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("entry", "cell"),
    [
        (None, "-"),
        ({"median_seconds": 0.0012345, "reached": True}, "1.23"),
        ({"median_seconds": 0.5, "reached": False}, "500 *"),
    ],
)
def test_a_time_says_who_did_not_race_and_who_did_not_reach_the_recall(entry, cell) -> None:
    assert readme.milliseconds(entry) == cell


# What is written by hand --------------------------------------------------------------------


@pytest.mark.parametrize("key", ["corel1k", "scenes"])
def test_results_are_of_the_checkpoint_that_ships(key: str) -> None:
    assert result(f"retrieval-{key}")["checkpoint_digest"] == file_digest(DEFAULT.read_bytes())


@pytest.mark.parametrize(
    ("key", "attention_gains", "hashing_loses"),
    [("corel1k", False, False), ("corel50", True, True), ("corel5k", True, True)],
)
def test_what_the_experiment_says_of_attention_and_hashing(
    key: str, attention_gains: bool, hashing_loses: bool
) -> None:
    attention, hashing = (
        next(
            row
            for row in result(f"experiment-{key}")["differences"]
            if (row["better"], row["worse"]) == pair and row["metric"] == "mean_average_precision"
        )
        for pair in (("cnn-attention", "cnn"), ("ours", "cnn-attention"))
    )
    assert attention["high"] > 0
    assert (attention["low"] > 0) == attention_gains
    assert (hashing["high"] < 0) == hashing_loses


def test_attention_helps_where_there_is_a_thing_and_costs_where_all_of_it_is() -> None:
    def gain(key: str, mode: str) -> float:
        figures = result(f"retrieval-{key}")["figures"]
        on, off = (figures[f"attention {it}"] for it in (mode, "off"))
        return float(on["mean_average_precision"] - off["mean_average_precision"])

    assert gain("scenes", "both") > 0 > gain("corel1k", "both")
    assert gain("corel1k", "channel") > 0 > gain("scenes", "channel")
    rows = {it["map"]: it for it in result("attention-scenes")["rows"]}
    assert rows["M_s, trained"]["ratio"]["low"] > rows["Mean of F"]["ratio"]["high"]


def test_the_table_of_pages_is_the_menu() -> None:
    rows = README.split("| page | what one does there |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([^|]+) \|", rows, re.M) == [title for _, title, _ in MENU]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_file_that_a_text_shows_or_links_to_is_there(file: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf-8"))
    assert not [link for link in links if not (file.parent / link).exists()]


def test_the_architecture_names_every_part_of_core_and_only_files_that_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|pages|tools|tests|assets)/[\w./]*)`", text))
    assert not [name for name in named if not (ROOT / name).exists()]
    parts = {
        f"core/{it.name}{'/' if it.is_dir() else ''}"
        for it in (ROOT / "core").iterdir()
        if it.suffix == ".py" or (it / "__init__.py").exists()
    }
    assert parts - named == {"core/__main__.py"}


def test_ci_runs_the_readmes_test_command() -> None:
    (command,) = re.findall(r"^(pip install .*&& pytest.*?)  +#", README, re.M)
    assert f"\n{command}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.model
def test_the_five_lines_find_ten_images(capsys) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 1 + 5
    exec(code.replace("import hashlight", "import core as hashlight"), {})
    hits = eval(capsys.readouterr().out)
    assert len(hits) == 10
    assert sum(hit.startswith("balloon/") for hit in hits) > 5  # as the query is
