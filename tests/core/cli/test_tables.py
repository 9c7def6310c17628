"""`index --to` and `search --in`, as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def in_table(photos, checkpoint_file, tmp_path, home):
    """Return the options of a gallery that isn't embedded yet, and those of its table."""
    where = f"lance://{tmp_path / 'table'}"
    model = ["--checkpoint", str(checkpoint_file)]
    return ["--gallery", str(photos), *model], where, model


@pytest.mark.model
def test_a_table_that_ray_fills_has_the_hits_of_a_search(in_table, photos, capsys):
    gallery, where, model = in_table
    photo = str(photos / "red" / "2.png")
    settings = ["--n-bits", "4", "--n-tables", "6"]
    # In a process of its own, with which Ray ends.
    command = [sys.executable, "-m", "core", "index", *gallery, "--to", where, *settings]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "20 images, 20 of them new" in done.stdout, done.stderr
    assert main(["search", photo, *gallery, "--json", *settings, "--n-probes", "3"]) == 0
    expected = json.loads(capsys.readouterr().out)["hits"]
    keys = ["--by", "keys", "--n-probes", "3"]
    assert main(["search", photo, "--in", where, *model, "--json", *keys]) == 0
    found = json.loads(capsys.readouterr().out)["hits"]
    assert [it["name"] for it in found] == [it["name"] for it in expected]
    assert [it["label"] for it in found] == [it["label"] for it in expected]
    assert found[0]["similarity"] == pytest.approx(expected[0]["similarity"], abs=2e-3)

    assert main(["search", photo, "--in", where, *model, "-k", "3"]) == 0
    assert found[0]["name"] in capsys.readouterr().out
    assert main(["index", *gallery, "--to", where]) == 0
    assert "20 images, 0 of them new" in capsys.readouterr().out

    assert main(["search", photo, "--in", where]) == 1
    assert "of the checkpoint" in capsys.readouterr().err
    assert main(["search", photo, "--in", where, *model, "--n-bits", "5"]) == 1
    assert "was made with K 4, L 6, seed 0, not K 5" in capsys.readouterr().err
    assert main(["search", photo, "--in", where + "2", *model]) == 1
    assert "There is no table at" in capsys.readouterr().err
