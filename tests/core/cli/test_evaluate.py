"""``evaluate --all`` from its arguments to tables and files, with systems that need no training."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.cli import evaluate_all, evaluate_parts, main
from core.cli.evaluate_all import experiment_table
from core.engine.kernels import readable
from core.evaluation import results
from core.evaluation.labelled_embeddings import load_labelled
from core.galleries.folder import open_folder
from core.model.checkpoint import load_checkpoint
from core.model.embedder import Embedder
from core.paper.tables import TABLE_1, TABLE_2

pytestmark = pytest.mark.model

PER_CLASS = 12  # of which 10 are queries


class Fake:
    """Ranks all relevant images first, or last."""

    def __init__(self, key, title, step):
        self.key, self.title, self.step = key, title, step
        self.fits = 0

    def settings(self):
        return {"step": self.step}

    def fit(self, gallery, labels, *, seed, progress):
        self.fits += 1
        self.n = len(gallery)

    def rank(self, queries, user, *, progress):
        rows = np.arange(self.n)
        best = [np.argsort(~user(query, rows), kind="stable") for query in range(len(queries))]
        return [order[:: self.step] for order in best]


@pytest.fixture
def pictures(tmp_path, picture, png):
    """Return a folder of 2 classes × 12 pictures."""
    root = tmp_path / "pictures"
    for number, label in enumerate(("sea", "sky")):
        (root / label).mkdir(parents=True)
        for i in range(PER_CLASS):
            (root / label / f"{i}.png").write_bytes(png(picture(100 * number + i)))
    return root


@pytest.fixture
def systems(home, monkeypatch):
    """Stand in for the real systems; what they were asked for is in ``asked``."""
    fakes = [Fake("sift", "SIFT + k-means", -1), Fake("ours", "Ours", 1)]
    asked = []

    def all_systems(gallery, *, init, progress):
        asked.append((gallery.key, init))
        return fakes

    monkeypatch.setitem(
        sys.modules, "core.methods.systems", SimpleNamespace(all_systems=all_systems)
    )
    return SimpleNamespace(fakes=fakes, asked=asked)


def fails(arguments, capsys):
    """Run a command that must fail with exit code 1; return its sentence."""
    assert main([str(argument) for argument in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    last = err.rpartition("\r")[2].strip()
    assert last.startswith("hashlight: ")
    assert last.endswith(".")
    return last.removeprefix("hashlight: ")


def command(pictures, out, *more):
    return ["evaluate", "--all", "--galleries", str(pictures), "--out-dir", str(out), *more]


def test_the_experiment_writes_its_file_and_prints_the_table(systems, pictures, tmp_path, capsys):
    arguments = ["--only", "experiment", "--seeds", "2", "--init", "w.safetensors"]
    assert main(command(pictures, tmp_path / "out", *arguments)) == 0
    out, err = capsys.readouterr()
    key = open_folder(pictures).key
    assert systems.asked == [(key, "w.safetensors")]
    written = results.load(f"experiment-{key}", tmp_path / "out")
    assert f"Written: {tmp_path / 'out' / f'experiment-{key}.json'}" in err
    assert written["gallery_digest"] == open_folder(pictures).digest
    assert written["seeds"] == [0, 1]
    assert (written["n_gallery"], written["n_queries"]) == (4, 20)
    # 2 relevant images of 4, the last two of the ranking, or the first
    by_hand = {"sift": (1 / 3 + 2 / 4) / 2, "ours": 1.0}
    for system, value in by_hand.items():
        mean = written["systems"][system]["mean"]["mean_average_precision"]
        assert mean == pytest.approx(value)
    lines = out.splitlines()
    assert lines[0].startswith("pictures: 2 splits of 20 queries and 4 gallery images")
    assert lines[2].startswith("SIFT + k-means ")
    assert "0.4167 ± 0.0000" in lines[2]
    assert lines[3].startswith("Ours ")
    assert "Ours - SIFT + k-means: mAP +0.5833, 95 % interval +0.5833 to +0.5833" in out


def test_a_second_command_takes_up_what_is_there_unless_it_is_to_be_fresh(
    systems, pictures, tmp_path, capsys
):
    arguments = command(pictures, tmp_path / "out", "--only", "experiment", "--seeds", "1")
    for more, fits in (([], 1), ([], 1), (["--fresh"], 2), (["--seeds", "2"], 3)):
        assert main([*arguments, *more]) == 0
        assert [fake.fits for fake in systems.fakes] == [fits] * 2
    capsys.readouterr()


MEASURED = {  # part -> (what measures it, the file it writes: {} is the gallery's key)
    "time": ("core.evaluation.table_3.measure_table_3", "time-{}"),
    "robustness": ("core.evaluation.figure_10.measure_figure_10", "robustness-{}"),
    "attention": ("core.cli.evaluate_masks.measure_focus", "attention-scenes"),
    "ablations": ("core.evaluation.ablations.measure_ablations", "ablations-{}"),
}


@pytest.mark.parametrize("part", MEASURED)
def test_each_part_writes_what_was_measured_under_the_head_that_every_file_has(
    part, pictures, tmp_path, home, monkeypatch
):
    measure, name = MEASURED[part]
    gallery = open_folder(pictures)
    body = {"systems": {}, "n_queries": 7}
    if part != "attention":  # which has a gallery of its own, and says so itself
        body |= {"gallery": gallery.key, "gallery_digest": gallery.digest, "seeds": [0]}
    monkeypatch.setattr(measure, lambda *_, **__: body)
    monkeypatch.setattr("core.cli.evaluate_masks.measure_sizes", lambda *_, **__: [])
    out = tmp_path / "out"
    assert main(command(pictures, out, "--only", part, "--seeds", "1", "--init", "w")) == 0
    written = results.load(name.format(gallery.key), out)
    assert written.items() >= body.items()
    assert written.keys() >= {*results.HEAD, "seconds", "gallery", "gallery_digest", "seeds"}


def test_labelled_embeddings_are_those_of_the_checkpoint_that_ships(pictures, tmp_path, home):
    out = tmp_path / "assets" / "results"
    assert main(command(pictures, out, "--only", "embeddings")) == 0
    gallery, embedder = open_folder(pictures), Embedder()
    name = f"{gallery.key}-labelled.safetensors"
    loaded = load_labelled(tmp_path / "assets" / "embeddings" / name)
    (mine,) = embedder.embed([embedder.prepare(gallery.read(13))])
    both = mine[embedder.modes.index("both")]
    assert loaded.embeddings[13] @ both > 0.999
    assert loaded.classes == ("sea", "sky")
    assert loaded.labels.tolist() == [0] * PER_CLASS + [1] * PER_CLASS
    assert loaded.about["checkpoint_digest"] == embedder.digest


def test_only_the_parts_that_were_asked_for_run_in_the_order_of_the_table(
    pictures, tmp_path, monkeypatch
):
    ran = []
    parts = {name: lambda options, progress, name=name: ran.append(name) for name in "abc"}
    monkeypatch.setattr(evaluate_all, "PARTS", parts)
    assert main(command(pictures, tmp_path, "--only", "c,a")) == 0
    assert ran == ["a", "c"]
    assert main(command(pictures, tmp_path)) == 0
    assert ran[2:] == ["a", "b", "c"]


def test_what_is_asked_for_by_nobody_is_the_papers_own(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        evaluate_all, "PARTS", {"a": lambda options, progress: seen.append(options)}
    )
    monkeypatch.setattr(evaluate_all, "open_gallery", lambda name, progress: None)
    assert main(["evaluate", "--all", "--out-dir", str(tmp_path)]) == 0
    (options,) = seen
    assert options.galleries == ["corel1k", "corel50", "corel5k"]
    assert options.init == "torchvision"
    assert options.fresh is False
    assert options.seeds == 5


def test_results_go_where_the_pages_read_them(monkeypatch):
    monkeypatch.setattr(evaluate_all, "check_can_write", lambda path: None)
    options = SimpleNamespace(
        init=None, galleries=None, only=None, seeds=None, fresh=None, out_dir=None
    )
    evaluate_all.settle(options)
    assert options.out_dir == results.RESULTS
    assert options.only == list(evaluate_all.PARTS)


def test_data_that_is_not_here_is_one_sentence_before_anything_runs(
    systems, tmp_path, monkeypatch, capsys
):
    monkeypatch.delenv("HASHLIGHT_DATA", raising=False)
    sentence = fails(["evaluate", "--all", "--out-dir", tmp_path], capsys)
    assert sentence.startswith("corel1k is not here: set HASHLIGHT_DATA to the folder")
    assert systems.asked == []


def test_what_can_not_be_evaluated_is_one_sentence(systems, pictures, tmp_path, capsys):
    def sentence(*more):
        return fails(command(pictures, tmp_path / "out", *more), capsys)

    assert "no part 'dance' to evaluate; choose from experiment" in sentence("--only", "dance")
    assert sentence("--seeds", "0").startswith("seeds is 0")
    assert "no gallery" in sentence("--galleries", f"{pictures},{tmp_path / 'nowhere'}")
    (tmp_path / "file").write_text("no folder")
    assert "can't be written" in sentence("--out-dir", str(tmp_path / "file"))
    assert all(fake.fits == 0 for fake in systems.fakes)


@pytest.mark.parametrize(
    "option",
    ["--init w", "--galleries scenes", "--only time", "--seeds 3", "--fresh", "--out-dir results"],
)
def test_an_option_of_all_without_all_is_refused(option, capsys):
    sentence = fails(["evaluate", *option.split()], capsys)
    assert sentence == f"{option.split()[0]} belongs to --all; add --all or leave it out."


@pytest.mark.parametrize(
    ("option", "instead"), [("--out f.json", "--out-dir"), ("--gallery corel1k", "--galleries")]
)
def test_an_option_of_one_gallery_is_refused_with_all(option, instead, capsys):
    sentence = fails(["evaluate", "--all", *option.split()], capsys)
    assert sentence.startswith(f"{option.split()[0]} is for one gallery;")
    assert sentence.endswith(f"by {instead}.")


# Photographs with masks ---------------------------------------------------------------------


def test_a_folder_with_masks_is_measured_under_its_own_name(
    pictures, tmp_path, checkpoint_file, monkeypatch, capsys
):
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("core.cli.evaluate_masks.LARGER", (96,))
    for path in [*pictures.rglob("*.png")]:
        mask = tmp_path / "pictures" / "masks" / path.relative_to(pictures)
        mask.parent.mkdir(parents=True, exist_ok=True)
        half = np.zeros((48, 72), np.uint8)
        half[:, :36] = 255
        Image.fromarray(half).save(mask)
    arguments = ["evaluate", "--masks", str(pictures), "--checkpoint", str(checkpoint_file)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert out.startswith("pictures: 24 images, the object covers 50.0%")
    assert "Flat                            1.000 (1.000 to 1.000)" in out
    written = results.load("attention-masks-pictures", tmp_path / "results")
    assert written["checkpoint_digest"] == Embedder(load_checkpoint(checkpoint_file)).digest
    assert written.keys() >= {*results.HEAD, "seconds", "gallery_digest", "seeds"}
    assert written["object_area_share"] == 0.5
    assert list(written["categories"]) == ["sea", "sky"]
    assert [(it["input_size"], it["grid"]) for it in written["sizes"]] == [
        (64, [2, 2]),
        (96, [3, 3]),
    ]


def test_masks_are_a_measurement_of_their_own(pictures, capsys):
    sentence = fails(["evaluate", "--masks", pictures, "--all"], capsys)
    assert sentence == "--masks is a measurement of its own; leave --all and --gallery out."
    assert "has no folder masks/" in fails(["evaluate", "--masks", pictures], capsys)


# Settings that fit --------------------------------------------------------------------------


def test_settings_are_judged_by_a_gallerys_own_images_and_by_strangers(
    pictures, tmp_path, checkpoint_file, home, capsys
):
    (tmp_path / "others").symlink_to(pictures / "sky")
    arguments = ["evaluate", "--gallery", pictures, "--strangers", tmp_path / "others"]
    arguments += ["--checkpoint", checkpoint_file, "--out", tmp_path / "settings.json"]
    assert main([*map(str, arguments)]) == 0
    first, own, strangers, known = capsys.readouterr().out.splitlines()
    assert first.startswith("pictures: 24 images; ")
    assert own.startswith("its own images (24): neighbour recall@10 ")
    assert strangers.startswith("strangers (12): neighbour recall@10 ")
    assert known.startswith("strangers to settings that know others of their kind (6): neighbour ")
    written = results.load("settings", tmp_path)
    assert written.keys() >= {*results.HEAD, "seconds", "gallery_digest", "checkpoint_digest"}
    assert written["strangers"]["answers_with_hits_missing"] == 0
    sentence = fails(["evaluate", "--strangers", pictures, "--all"], capsys)
    assert sentence == (
        "--strangers is a measurement of its own; leave --all, --masks and --clutter out."
    )


# Parts --------------------------------------------------------------------------------------


def test_the_search_for_parts_is_judged_by_labels_and_by_the_exact_scan(
    pictures, tmp_path, checkpoint_file, capsys, monkeypatch
):
    monkeypatch.setattr(evaluate_parts, "compiled_kernels", lambda: readable)
    where = ["--gallery", pictures, "--checkpoint", checkpoint_file, "--out", tmp_path / "p.json"]
    assert main(["evaluate", "--parts", *map(str, where)]) == 0
    assert capsys.readouterr().out.startswith("pictures: 24 places asked for")
    written = results.load("p", tmp_path)
    assert [it["places"] for it in written["kept"]] == [24 * 4, 24 * 2, 24]
    assert all(it["recall"] == 1 for it in written["kept"])  # all of so few are compared
    sentence = fails(["evaluate", "--parts", "--strangers", pictures], capsys)
    assert sentence.startswith("--parts is a measurement of its own; leave --all, --masks,")


# The table on the terminal ----------------------------------------------------------------


def result_of(gallery):
    figures = {
        "precision": {"5": 0.91, "10": 0.92, "20": 0.93, "30": 0.94},
        "recall": {"10": 0.1, "30": 0.3, "100": 0.87},
        "mean_average_precision": 0.95,
        "candidate_ratio": 0.25,
    }
    nothing = {
        "precision": dict.fromkeys(figures["precision"]),
        "recall": dict.fromkeys(figures["recall"]),
        "mean_average_precision": None,
        "candidate_ratio": None,
    }
    system = {"mean": figures, "deviation": nothing}
    return {
        "gallery": gallery,
        "seeds": [0],
        "n_queries": 100,
        "n_gallery": 900,
        "systems": {
            "ours": {"title": "Ours", **system},
            "cnn": {"title": "No table has it", **system},
        },
        "differences": [],
    }


def test_the_papers_figures_stand_below_ours_in_the_same_columns():
    _, names, ours, paper, control, _ = experiment_table(result_of("corel1k"), "Corel-1k")
    assert names.split() == ["mAP", "recall@100", "P@5", "P@10", "P@20", "P@30", "candidates"]
    measured = [0.95, 0.87, 0.91, 0.92, 0.93, 0.94, 0.25]
    assert ours.split() == ["Ours", *(f"{x:.4f}" for x in measured)]
    row = TABLE_1["ours"]
    printed = [row.map, row.recall, row.top5, row.top10, row.top20, row.top30]
    assert paper.removeprefix("  as the paper prints it").split() == [f"{x:.4f}" for x in printed]
    assert control.startswith("No table has it")
    for line in (ours, paper):
        assert line[34:51].strip() in ("0.9500", f"{row.map:.4f}")


def test_of_corel5k_the_paper_has_map_alone_and_of_others_nothing():
    lines = experiment_table(result_of("corel5k"), "Corel-5k")
    assert lines[3].split()[-1] == f"{TABLE_2['ours']:.4f}"
    assert lines[3].startswith("  as the paper prints it")
    assert not any("as the paper" in line for line in experiment_table(result_of("scenes"), "S"))
