"""``benchmark`` on a few hundred embeddings, and ``benchmark model`` on 20 pictures."""

import json
import sys

import numpy as np
import pytest

from core.benchmark import data, registry
from core.benchmark.contestants.exact_numpy import ExactNumPy
from core.benchmark.contestants.hnsw import Hnsw
from core.benchmark.data import Recipe, leave_one_out
from core.cli import benchmark, common, main
from core.errors import GalleryError
from core.evaluation import results

pytestmark = pytest.mark.model

SMALL = Recipe(title="small clusters", n_clusters=20, n_latent=8, n_hidden=32, dim=64)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(data, "FAMILIES", {"clusters": SMALL})
    monkeypatch.setattr(registry, "CONTESTANTS", {"exact scan, NumPy": ExactNumPy})
    monkeypatch.setattr(benchmark, "OUT", None)  # no test writes to assets


def test_a_race_is_printed_and_written_beside_what_was_measured_before(tmp_path, capsys):
    out = tmp_path / "index-speed.json"
    command = ["benchmark", "--quick", "--threads", "1", "--seed", "7", "--out", str(out)]
    assert main([*command, "--only", "clusters-300"]) == 0
    before = results.load("index-speed", tmp_path)
    assert main([*command, "--only", "clusters-600", "corel1k"]) == 0
    text = capsys.readouterr().out
    assert "small clusters, 600 × 64" in text
    assert "Corel-1k, 1,000 × 256" in text
    assert text.count("exact scan, NumPy") >= 4
    after = json.loads(out.read_text(encoding="utf-8"))
    # In the order of the command; what isn't among its own comes last, as it came.
    assert list(after["data_sets"]) == ["corel1k", "clusters-300", "clusters-600"]
    assert after["data_sets"]["clusters-300"] == before["data_sets"]["clusters-300"]
    for entry in after["data_sets"].values():
        assert {*results.HEAD, "seed", "contestants"} <= set(entry)
        assert entry["contestants"]["exact scan, NumPy"]["recall"] == 1
    assert after["growth"]["clusters"]["exact scan, NumPy"]["n"] == [300, 600]


def test_a_quick_race_is_written_nowhere_unless_told(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark, "OUT", tmp_path / "index-speed.json")
    assert main(["benchmark", "--quick", "--only", "clusters-300"]) == 0
    assert not list(tmp_path.iterdir())


def test_a_real_gallery_that_is_not_here_is_left_out_unless_it_was_asked_for(monkeypatch, capsys):
    def open_data(name, *_, **__):
        if name == "corel5k":
            raise GalleryError("There are no photographs here.")
        embeddings = np.empty((300, SMALL.dim), dtype=np.float32)
        data.Source(SMALL, 0).fill(embeddings, data.GALLERY)
        return leave_one_out(name, "Small", embeddings, 0)

    monkeypatch.setattr(benchmark.sources, "open_data", open_data)
    monkeypatch.setattr(benchmark, "QUICK_DATA_SETS", ("corel5k", "corel1k"))
    assert main(["benchmark", "--quick"]) == 0
    assert "Left out corel5k: There are no photographs here." in capsys.readouterr().out
    assert main(["benchmark", "--quick", "--only", "corel5k"]) == 1
    assert capsys.readouterr().err.endswith("hashlight: There are no photographs here.\n")


def test_missing_libraries_are_one_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "hnswlib", None)
    monkeypatch.setitem(registry.CONTESTANTS, "hnswlib", Hnsw)
    assert main(["benchmark", "--quick", "--only", "clusters-300"]) == 0
    out = capsys.readouterr().out
    assert "Not racing: hnswlib, as hnswlib can't be imported; `pip install '.[peers]'`" in out


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--only", "easy-1k"], "There is no data set easy-1k"),
        (["--seed", "-1"], "seed is -1"),
        (["--threads", "-2"], "threads is -2"),
    ],
)
def test_what_cannot_be_raced_is_one_sentence(options, what, capsys):
    assert main(["benchmark", "--quick", *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"hashlight: {what}")


def test_the_models_speed_is_measured_against_a_plain_network(
    photos, checkpoint_file, embedder, tmp_path, monkeypatch
):
    monkeypatch.setattr(common, "load_checkpoint", lambda _: embedder.checkpoint)
    monkeypatch.setattr(common, "Embedder", lambda _: embedder)
    out = tmp_path / "speed.json"
    common_options = ["--gallery", str(photos), "--checkpoint", str(checkpoint_file)]
    command = ["benchmark", "model", *common_options, "--images", "2", "--rounds", "1"]
    assert main([*command, "--out", str(out)]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    assert set(written["gallery_seconds"]) == {"plain forward, batch 16", "files to embeddings"}
    assert written["speedups"]["embed"] > 0
    assert written["images"] == 2


def test_the_help_of_the_model_names_its_options(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["benchmark", "model", "--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    assert all(it in text for it in ("--gallery", "--checkpoint", "--images", "--rounds", "--out"))
