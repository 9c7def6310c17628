"""``evaluate --detail`` and ``--splits`` from their arguments to the tables and the files."""

import pytest

from core.cli import evaluate_detail, evaluate_fitted, main
from core.evaluation import results
from core.evaluation.beyond import detail
from core.galleries.folder import open_folder

pytestmark = pytest.mark.model


@pytest.fixture
def judged(tmp_path, picture, png):
    """A folder of 3 labels × 12 pictures: ten of each can search the other two."""
    root = tmp_path / "judged"
    for number, label in enumerate(("sand", "sea", "sky")):
        (root / label).mkdir(parents=True)
        for i in range(12):
            (root / label / f"{i}.png").write_bytes(png(picture(50 * number + i)))
    return root


@pytest.fixture
def quick(tmp_path, home, few_axes, monkeypatch):
    """Two splits, few axes, and a folder of results that is still empty."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(evaluate_detail, "SPLITS", 2)
    monkeypatch.setattr(evaluate_fitted, "DIM", 8)
    monkeypatch.setattr(detail, "PARTS", 2)
    monkeypatch.setattr(detail, "PASSES", 1)


@pytest.fixture
def measure(quick, tmp_path, photos, checkpoint_file):
    """Run the command on a small network; return the file that it writes."""
    where = ["--fit-on", str(photos), "--checkpoint", str(checkpoint_file)]

    def run(*options):
        assert main(["evaluate", *map(str, options), *where]) == 0
        (name,) = results.names("", tmp_path / "results")
        return results.load(name, tmp_path / "results")

    return run


def test_detail_is_judged_on_galleries_that_had_no_part_in_it(measure, judged, photos, capsys):
    written = measure("--detail", "--judge-on", judged)
    assert capsys.readouterr().out.startswith("2 splits; weights chosen: untrained [")
    assert written.keys() >= {*results.HEAD, "seconds", "seeds", "fitted_on", "seconds_of_a_pass"}
    assert [it["digest"] for it in written["fitted_on"]] == [open_folder(photos).digest]
    assert [it["digest"] for it in written["galleries"]] == [open_folder(judged).digest]
    rows = {(it["system"], it["attention"]): it for it in written["rows"]}
    assert len(rows) == 4
    for row in rows.values():
        of_kinds = row["mean_average_precision"]
        assert row["brings"]["mean"] == pytest.approx(of_kinds["with"] - of_kinds["without"])
        assert row["brings"]["n"] == 2


def test_a_gallery_is_judged_by_scan_and_by_hashing_on_the_same_splits(measure, judged, capsys):
    written = measure("--splits", 2, "--gallery", judged)
    assert capsys.readouterr().out.startswith("judged: 30 queries, 2 splits")
    assert written.keys() >= {*results.HEAD, "seconds", "seeds", "gallery_digest", "trained_on_it"}
    assert [it["embedding"] for it in written["rows"]][:2] == [
        "untouched ImageNet features",
        "untrained, attention off",
    ]
    for row in written["rows"]:
        assert row["scan"]["candidate_ratio"] == 1
        changes = [row[way]["mean_average_precision"] for way in ("hashing", "scan")]
        assert row["hashing_changes"]["mean"] == pytest.approx(changes[0] - changes[1])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--detail"], "--detail fits layers; name photographs with --fit-on."),
        (["--splits", "0"], "--splits fits layers; name photographs with --fit-on."),
        (["--splits", "1", "--fit-on", "x"], "splits is 1; "),
        (["--fit-on", "x"], "--fit-on belongs to --detail and --splits; add one of them."),
        (["--judge-on", "x"], "--judge-on belongs to --detail and --softness; add one of them."),
        (["--softness"], "--softness needs galleries to judge by; name some with --judge-on."),
        (
            ["--softness", "--judge-on", "x", "--gallery", "corel1k"],
            "--softness judges galleries of --judge-on; leave --gallery out.",
        ),
        (
            ["--softness", "--judge-on", "x", "--label-level", "1"],
            "--softness takes labels as they are; leave --label-level out.",
        ),
        (
            ["--softness", "--splits", "2", "--parts"],
            "--softness is a measurement of its own; leave --parts and --splits out.",
        ),
        (
            ["--detail", "--fit-on", "x"],
            "--detail needs galleries to judge by; name some with --judge-on.",
        ),
        (
            ["--detail", "--fit-on", "x", "--judge-on", "y", "--gallery", "corel1k"],
            "--detail judges galleries of --judge-on; leave --gallery out.",
        ),
        (
            ["--detail", "--all", "--fit-on", "x"],
            "--detail is a measurement of its own; leave --all out.",
        ),
        (
            ["--splits", "2", "--fit-on", "x", "--label-level", "1"],
            "--splits takes labels as they are; leave --label-level out.",
        ),
        (
            ["--splits", "2", "--fit-on", "scenes"],
            "scenes can't be fitted on and judged by; leave it out of --fit-on.",
        ),
    ],
)
def test_what_doesnt_fit_together_is_one_sentence(options, sentence, capsys):
    assert main(["evaluate", *options]) == 1
    assert f"hashlight: {sentence}" in capsys.readouterr().err
