"""``evaluate --softness`` from its arguments to the table and the file."""

import pytest

from core.cli import main
from core.evaluation import results
from core.evaluation.beyond.softness import EXPONENTS
from core.galleries.folder import open_folder

pytestmark = pytest.mark.model


@pytest.mark.usefixtures("home")
def test_each_power_is_a_line_of_the_table_and_a_step_of_the_file(
    photos, checkpoint_file, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    where = ["--judge-on", str(photos), "--checkpoint", str(checkpoint_file)]
    assert main(["evaluate", "--softness", *where]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert "20 images" in lines[1]
    assert [line.split()[0] for line in lines[4:14]] == [f"{it:g}" for it in EXPONENTS]
    written = results.load("softness", tmp_path)
    assert written.keys() >= {*results.HEAD, "seconds", "checkpoint_digest"}
    assert written["exponent"] == 1  # of the small network
    (gallery,) = written["galleries"]
    assert gallery["digest"] == open_folder(photos).digest
    for curve in gallery["curves"].values():
        assert [it["exponent"] for it in curve] == list(EXPONENTS)


@pytest.mark.usefixtures("home")
def test_a_gallery_that_the_checkpoint_was_trained_on_cannot_judge_it(
    tmp_path, picture, png, capsys
):
    folder = tmp_path / "clothing"  # as one of those that the model which ships learnt from
    (folder / "hats").mkdir(parents=True)
    (folder / "hats" / "0.png").write_bytes(png(picture(0)))
    assert main(["evaluate", "--softness", "--judge-on", "scenes", "--judge-on", str(folder)]) == 1
    said = f"The checkpoint was trained on {folder}, so that can't judge it; leave it out"
    assert f"hashlight: {said}" in capsys.readouterr().err
