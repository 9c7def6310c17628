"""``evaluate --clutter`` from its arguments to the table and the file."""

from functools import partial

import numpy as np
import pytest

from core.cli import evaluate_clutter, main
from core.evaluation import clutter, results
from core.galleries.folder import open_folder
from core.model.network import NetworkConfig

pytestmark = pytest.mark.model


@pytest.fixture
def quick(monkeypatch, tmp_path, home):
    """A small input, a small embedding and two sizes."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(evaluate_clutter, "INPUT_SIZE", 64)
    monkeypatch.setattr(clutter, "N_SURROUNDINGS", 2)
    monkeypatch.setattr(evaluate_clutter, "SIDES", (1.0, 0.5))
    monkeypatch.setattr(evaluate_clutter, "NetworkConfig", partial(NetworkConfig, dim=8))


@pytest.fixture
def judged(tmp_path, picture, png):
    """A folder of 2 labels × 3 pictures."""
    root = tmp_path / "judged"
    for label in ("sea", "sky"):
        (root / label).mkdir(parents=True)
        for i in range(3):
            (root / label / f"{i}.png").write_bytes(png(picture(i)))
    return root


@pytest.mark.usefixtures("quick", "few_axes")
def test_heads_are_trained_on_some_and_judged_on_others(
    judged, photos, first_weights, tmp_path, capsys
):
    where = ["--gallery", str(judged), "--train-on", str(photos), "--init", str(first_weights)]
    assert main(["evaluate", "--clutter", *where, "--trainings", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "judged: 6 queries, 2 trainings"
    assert [line.split()[0] for line in lines[3:5]] == ["100%", "50%"]
    (name,) = results.names("clutter-", tmp_path / "results")
    written = results.load(name, tmp_path / "results")
    assert written.keys() >= {*results.HEAD, "seconds", "recipe", "seeds"}
    assert [it["digest"] for it in written["trained_on"]] == [open_folder(photos).digest]
    assert [it["side"] for it in written["steps"]] == [1.0, 0.5]
    for step in written["steps"]:
        of_modes = step["mean_average_precision"]
        assert all(len(each) == 2 for each in of_modes.values())
        gain = np.subtract(of_modes["both"], of_modes["off"]).mean()
        assert step["gain"]["both"]["mean"] == pytest.approx(gain)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--clutter"], "--clutter trains heads; name pictures with --train-on."),
        (["--trainings", "3"], "--train-on and --trainings belong to --clutter; add it."),
        (
            ["--clutter", "--train-on", "scenes"],
            "scenes can't be trained on and judged by; leave it out of --train-on.",
        ),
        (
            ["--clutter", "--train-on", "x", "--all"],
            "--clutter is a measurement of its own; leave --all and --masks out.",
        ),
        (["--clutter", "--train-on", "x", "--trainings", "1"], "trainings is 1; "),
    ],
)
def test_what_doesnt_fit_together_is_one_sentence(options, sentence, capsys):
    assert main(["evaluate", *options]) == 1
    assert capsys.readouterr().err.startswith(f"hashlight: {sentence}")
