"""Each command from its arguments to what it prints and writes, on a gallery of 20 pictures."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.cli import common as shared
from core.cli import main
from core.cli.search import as_text
from core.cli.train import labels_of, numbered
from core.evaluation import ingredients, results
from core.evaluation.metrics import leave_one_out
from core.evaluation.untouched import pooled_features
from core.galleries import store
from core.galleries.base import GalleryItem
from core.galleries.scenes import ScenesGallery
from core.model.checkpoint import load_checkpoint
from core.model.embedder import Embedder
from core.scenery.render import CATEGORIES
from core.search import STAGES, search


@pytest.fixture(autouse=True)
def _loaded_once(checkpoint_file, embedder, monkeypatch):
    """Give every command the same model: what loading does is tested elsewhere."""

    def load(path):
        return embedder.checkpoint if path == checkpoint_file else load_checkpoint(path)

    def fast(checkpoint):
        return embedder if checkpoint is embedder.checkpoint else Embedder(checkpoint)

    monkeypatch.setattr(shared, "load_checkpoint", load)
    monkeypatch.setattr(shared, "Embedder", fast)


@pytest.fixture
def common(photos, checkpoint_file):
    """Return the options that most commands here are given."""
    return ["--gallery", str(photos), "--checkpoint", str(checkpoint_file)]


def fails(arguments, capsys):
    """Run a command that must fail with exit code 1; return its sentence."""
    assert main([str(argument) for argument in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    last = err.rpartition("\r")[2].strip()  # what bars drew is wiped away with \r
    assert last.startswith("hashlight: ")
    assert "\n" not in last
    assert last.endswith(".")
    return last.removeprefix("hashlight: ")


# search -----------------------------------------------------------------------------------


def test_search_prints_json_and_nothing_else(common, photos, gallery, capsys):
    image = photos / "red" / "2.png"
    options = ["-k", "4", "--n-bits", "3", "--n-tables", "2", "--n-probes", "2", "--seed", "5"]
    options += ["--hyperplanes", "leaning"]
    assert main(["search", str(image), *common, *options, "--attention", "channel", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["query"] == str(image)
    assert found["gallery"] == str(photos)
    assert found["settings"] == {
        "k": 4,
        "hyperplanes": "leaning",
        "n_bits": 3,
        "n_tables": 2,
        "n_probes": 2,
        "seed": 5,
        "attention": "channel",
        "chosen": [],
    }
    names = {item.id: (item.name, item.label) for item in gallery.items}
    for hits in (found["hits"], found["exact_hits"]):
        assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
        assert sorted(-hit["similarity"] for hit in hits) == [-h["similarity"] for h in hits]
        for hit in hits:
            assert set(hit) == {"rank", "id", "name", "similarity", "label", "relevant"}
            assert names[hit["id"]] == (hit["name"], hit["label"])
            assert hit["relevant"] == (hit["label"] == "red")
            assert hit["name"] != "red/2.png"
    assert len(found["exact_hits"]) == 4
    both = {hit["id"] for hit in found["hits"]} & {hit["id"] for hit in found["exact_hits"]}
    assert found["neighbour_recall"] == len(both) / 4
    assert found["candidate_ratio"] == found["candidates"] / 19
    assert tuple(found["seconds"]) == STAGES


def test_search_prints_a_table_for_people(common, photos, capsys):
    assert main(["search", str(photos / "red" / "2.png"), *common, "--n-bits", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["rank", "similarity", "label", "image"]
    assert lines[1].split()[0] == "1"
    assert sum(line.endswith("  relevant") for line in lines) >= 1
    assert "candidates of 19 images" in lines[-3]
    assert " hyperplanes, K 1, L " in lines[-2]
    assert lines[-2].endswith("; hyperplanes, L and probes chosen for this gallery")
    assert all(stage in lines[-1] for stage in STAGES)


def test_search_chooses_what_nobody_has_set_and_finds_as_many_as_there_are(common, photos, capsys):
    image = photos / "red" / "2.png"
    assert main(["search", str(image), *common, "-k", "15", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"]["chosen"] == ["hyperplanes", "K", "L", "probes"]
    assert found["notes"] == []
    assert len(found["hits"]) == 15


def test_search_without_candidates_says_what_to_do(gallery, embedder):
    stored = store.load_or_build(gallery, embedder)
    result = search(gallery.read(0), embedder=embedder, gallery=gallery, stored=stored)
    nobody = replace(result.candidates, ids=np.array([0]))  # the query itself
    empty = replace(result, hits=(), candidates=nobody)
    text = as_text(empty, "Photos", result.fitting)
    assert "LSH found only 0 hits of 10" in text
    assert "Take fewer bits, more tables or more probes." in text
    assert "Photos: 0 candidates of 19 images (0%); neighbour recall@10 0%" in text


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["-k", "0"], "k is 0"),
        (["--n-bits", "0"], "n_bits is 0"),
        (["--n-tables", "1000"], "n_tables is 1000"),
        (["--n-probes", "-1"], "n_probes is -1"),
        (["--seed", "-1"], "seed is -1"),
    ],
)
def test_search_with_a_number_out_of_range_is_one_sentence(common, photos, options, what, capsys):
    assert fails(["search", photos / "red" / "2.png", *common, *options], capsys).startswith(what)


def test_search_with_what_is_no_image_gallery_or_checkpoint_is_one_sentence(
    common, photos, tmp_path, capsys
):
    image, text = photos / "red" / "2.png", tmp_path / "text.jpg"
    text.write_text("hello")
    assert "is not an image" in fails(["search", text, *common], capsys)
    assert "can't be read" in fails(["search", tmp_path, *common], capsys)
    nowhere = ["search", image, *common, "--gallery", tmp_path / "nowhere"]
    assert "There is no gallery" in fails(nowhere, capsys)
    assert "no weights" in fails(["search", image, "--checkpoint", tmp_path / "no"], capsys)
    assert "not a whole safetensors" in fails(["search", image, "--checkpoint", text], capsys)


def test_search_takes_a_file_name_that_is_no_text(common, gallery, tmp_path, capsys):
    image = tmp_path / "caf\udce9.png"  # as Python reads the byte E9 of an old file name
    image.write_bytes(gallery.read(0))
    assert main(["search", str(image), *common, "--json"]) == 0
    text = capsys.readouterr().out
    text.encode()  # so that any terminal can print it
    assert json.loads(text)["query"] == str(image)


# index ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_index_embeds_once_and_ships_a_copy(common, gallery, embedder, tmp_path, capsys):
    assert main(["index", *common]) == 0
    assert "photos: 20 images embedded in " in capsys.readouterr().out
    stored = store.load(gallery, embedder.digest)
    assert stored.ids.tolist() == list(range(20))
    assert main(["index", *common, "--out", str(tmp_path / "ship")]) == 0
    out = capsys.readouterr().out
    assert "photos: 20 images embedded before." in out
    written = sorted((tmp_path / "ship").iterdir())
    n_maps = len(stored.modes)
    assert len(written) == 3 + n_maps  # embeddings, places, where the network looked; the maps
    assert all(f"Written: {path}" in out for path in written)
    copy = store.load(gallery, embedder.digest, home=tmp_path / "none", shipped=[tmp_path / "ship"])
    assert np.array_equal(copy.embeddings, stored.embeddings)


@pytest.mark.usefixtures("home")
def test_index_goes_on_where_it_was_interrupted(common, embedder, monkeypatch, capsys):
    really_embed, batches = type(embedder).embed, []

    def embed(self, batch):
        if len(batches) == 1:
            raise KeyboardInterrupt
        batches.append(len(batch))
        return really_embed(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(type(embedder), "embed", embed)
        assert main(["index", *common]) == 130
    assert batches == [16]
    batches.clear()
    with monkeypatch.context() as patch:
        patch.setattr(type(embedder), "embed", embed)
        assert main(["index", *common]) == 0
    assert batches == [4]  # the other 16 were there
    capsys.readouterr()


@pytest.mark.usefixtures("home")
def test_index_names_what_it_leaves_out(checkpoint_file, gallery, tmp_path, capsys):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "good.png").write_bytes(gallery.read(0))
    (folder / "bad.png").write_bytes(b"")
    command = ["index", "--gallery", str(folder), "--checkpoint", str(checkpoint_file)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "Left out bad.png: The image is an empty file" in out
    assert "photos: 1 image embedded" in out


def test_index_does_not_pretend_to_have_kept_anything(common, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "file"))
    assert main(["index", *common]) == 1
    assert "set $HASHLIGHT_HOME to another place." in capsys.readouterr().err


def test_index_downloads_only_what_can_be_downloaded(common, capsys):
    assert "can't be downloaded" in fails(["index", *common, "--download"], capsys)


# evaluate ---------------------------------------------------------------------------------


def test_evaluate_measures_every_mode_and_the_untouched_features(
    common, gallery, embedder, tmp_path, capsys
):
    assert main(["evaluate", *common, "--out", str(tmp_path / "figures.json")]) == 0
    out = capsys.readouterr().out
    written = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert written["gallery_digest"] == gallery.digest
    assert written["checkpoint_digest"] == embedder.digest
    assert {"command", "date", "machine", "versions"} <= set(written)
    ids = np.arange(20)
    labels = [item.label for item in gallery.items]
    expected = leave_one_out(pooled_features(gallery, embedder, ids), labels)
    measured = written["figures"]["untouched ImageNet features"]
    assert measured["mean_average_precision"] == pytest.approx(expected.mean_average_precision)
    assert measured["precision"]["5"] == pytest.approx(expected.precision[5])
    stored = store.load(gallery, embedder.digest)
    for mode in stored.modes:
        expected = leave_one_out(stored.of(mode), labels).mean_average_precision
        measured = written["figures"][f"attention {mode}"]["mean_average_precision"]
        assert measured == pytest.approx(expected)
        assert f"{expected:.4f}" in out


def test_evaluate_needs_labels(checkpoint_file, photos, capsys):
    command = ["evaluate", "--gallery", photos / "red", "--checkpoint", checkpoint_file]
    assert "images without a label" in fails(command, capsys)


def test_evaluate_refuses_a_place_before_it_measures(common, tmp_path, capsys):
    assert "is a directory" in fails(["evaluate", *common, "--out", tmp_path], capsys)


# render-scenes ----------------------------------------------------------------------------


def test_render_scenes_paints_a_gallery(tmp_path, capsys):
    folder = tmp_path / "scenes"
    assert main(["render-scenes", "--out", str(folder), "--per-category", "1"]) == 0
    assert f"Written: {folder}" in capsys.readouterr().out
    gallery = ScenesGallery(folder)
    assert [item.label for item in gallery.items] == [it.label for it in CATEGORIES.values()]


@pytest.mark.parametrize("options", [["--seed", "-1"], ["--per-category", "0"]])
def test_render_scenes_with_a_number_out_of_range_is_one_sentence(tmp_path, options, capsys):
    fails(["render-scenes", "--out", tmp_path / "scenes", *options], capsys)
    assert not (tmp_path / "scenes").exists()


# train ------------------------------------------------------------------------------------


SMALL = ["--dim", "8", "--input-size", "64", "--epochs", "1", "--labels-per-batch", "2"]


@pytest.mark.usefixtures("few_axes")
def test_train_writes_a_checkpoint_with_its_figures(home, gallery, first_weights, capsys):
    out = home / "weights" / "trained.safetensors"
    options = [*SMALL, "--folds", "2", "--seed", "3", "--images-per-label", "2"]
    red = gallery.root / "red"  # no folders in it: no labels
    where = ["--gallery", str(red), "--scenic", str(gallery.root), "--init", str(first_weights)]
    assert main(["train", *where, "--out", str(out), *options]) == 0
    text = capsys.readouterr().out
    checkpoint = load_checkpoint(out)
    assert checkpoint.network.config.describe() == {
        "dim": 8,
        "strides": "v1",
        "attention_layer": "cbam",
        "reduction": 16,
        "kernel_size": 7,
        "spatial_exponent": 0.4,
        "detail": 0,
        "detail_weight": 0.5,
    }
    assert checkpoint.preprocess.input_size == 64
    assert "MIT" in checkpoint.provenance.licence
    training = checkpoint.provenance.training
    first, second = training["galleries"]
    assert (first["digest"], first["images"]) == (gallery.digest, 20)
    assert second["images"] == 5
    assert (training["images"], training["without_label"], training["labels"]) == (25, 5, 4)
    assert training["scenic"] == [gallery.key]
    assert training["init"] == "resnet50.safetensors"
    assert training["recipe"]["seed"] == 3
    (epoch,) = training["losses"]
    assert set(epoch) == {"contrastive", "structure", "restraint", "total"}
    unseen = training["unseen_labels"]
    assert sorted(name for it in unseen for name in it["labels"]) == [
        "blue",
        "green",
        "grey",
        "red",
    ]
    for it in unseen:
        assert it["n_images"] == 10
        assert set(it["trained"]) == {"off", "channel", "spatial", "both"}
    mean = sum(it["trained"]["both"] for it in unseen) / 2
    assert f"{gallery.key}: mAP on labels not seen in training, 2 folds" in text
    assert f"both                          {mean:.4f} (" in text
    backbone, given = checkpoint.network.backbone.state_dict(), load_file(first_weights)
    assert all(torch.equal(backbone[name], given[name].float()) for name in given)
    assert len(list((home / "feature-maps").glob("*.npy"))) == 2  # one for each gallery
    assert not list((home / "training").iterdir())  # nothing is left of a training that ended


@pytest.mark.usefixtures("few_axes")
def test_a_killed_train_goes_on_to_the_same_weights(home, gallery, first_weights, monkeypatch):
    where = ["--gallery", str(gallery.root), "--init", str(first_weights)]
    recipe = [*SMALL, "--epochs", "2", "--images-per-label", "2", "--folds", "0"]
    command = ["train", *where, *recipe, "--out"]
    assert main([*command, str(home / "whole.safetensors")]) == 0
    steps = []

    def kill_in_epoch_2(self):
        steps.append(self)
        if len(steps) == 7:  # an epoch of 20 images in batches of 2 × 2 has 5 steps
            raise KeyboardInterrupt
        return really_step(self)

    really_step = torch.optim.AdamW.step
    with monkeypatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", kill_in_epoch_2)
        main([*command, str(home / "killed.safetensors")])
    assert not (home / "killed.safetensors").exists()
    (states,) = (home / "training").iterdir()
    assert [path.name for path in states.glob("*.pt")] == ["all.pt"]
    assert main([*command, str(home / "resumed.safetensors")]) == 0
    whole, resumed = (load_file(home / f"{name}.safetensors") for name in ("whole", "resumed"))
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


@pytest.mark.usefixtures("few_axes")
def test_train_tells_what_each_ingredient_brings(home, gallery, first_weights, monkeypatch, capsys):
    monkeypatch.setattr(ingredients, "INGREDIENTS", ingredients.INGREDIENTS[:1])
    where = ["--gallery", str(gallery.root), "--init", str(first_weights)]
    recipe = [*SMALL, "--images-per-label", "2", "--folds", "2"]
    out = home / "ingredients.json"
    assert main(["train", "--ingredients", *where, *recipe, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written.keys() >= {*results.HEAD, "galleries", "recipe", "seconds", "untouched"}
    assert written["recipe"]["epochs"] == 1
    assert [it["digest"] for it in written["galleries"]] == [gallery.digest]
    for row in written["ingredients"]:
        assert f"{row['title']} brings" in told
        for mode, brings in row["brings"].items():
            whole = written["mean_average_precision"][mode]
            assert brings["mean"] == pytest.approx(whole - row["mean_average_precision"][mode])


def test_labels_to_train_on_are_as_fine_as_folders_are(gallery):
    items = [
        GalleryItem(id=id, name=name, label=label, digest="")
        for id, (name, label) in enumerate(
            [
                ("fruit/lemon/1.jpg", "fruit"),
                ("fruit/lemon/2.jpg", "fruit"),
                ("fruit/lime/1.jpg", "fruit"),  # alone: it goes with nothing
                ("17.jpg", "africa"),
                ("18.jpg", "africa"),
                ("any/1.jpg", None),
                ("any/2.jpg", None),
            ]
        )
    ]
    lemon = "fruit/lemon"
    expected = [lemon, lemon, None, "africa", "africa", None, None]
    assert labels_of(SimpleNamespace(items=items)) == expected
    names, numbers = numbered([expected, ["africa", None]])
    assert names == ["africa", lemon, "africa"]
    assert [it.tolist() for it in numbers] == [[1, 1, -1, 0, 0, -1, -1], [2, -1]]


def test_train_refuses_at_once_what_cannot_come_to_an_end(
    home, photos, first_weights, tmp_path, capsys
):
    out = tmp_path / "trained.safetensors"
    where = ["train", "--gallery", photos, "--init", first_weights, "--out", out]
    assert "seed is -1" in fails([*where, "--seed", "-1"], capsys)
    assert "The embedding size is 1" in fails([*where, "--dim", "1"], capsys)
    assert "The input size is 50" in fails([*where, "--input-size", "50"], capsys)
    assert "is a directory" in fails([*where, "--out", tmp_path], capsys)
    assert "no weights" in fails([*where, "--init", tmp_path / "no"], capsys)
    assert "v1.5" in fails([*where, "--init", "torchvision", "--strides", "v1"], capsys)
    assert "foreign is 2.0" in fails([*where, "--foreign", "2"], capsys)
    nothing = ["train", "--init", first_weights, "--out", out]
    assert "There is nothing to train on" in fails(nothing, capsys)
    nowhere = ["train", "--gallery", photos, "--init", first_weights]
    assert fails(nowhere, capsys) == "Name the checkpoint to write with --out."
    assert not out.exists()
    assert not home.exists()


# A person's own folder --------------------------------------------------------------------


@pytest.fixture
def own(tmp_path, photos):
    """Return a folder as people have them: splits, a text, a damaged file, odd names."""
    root = tmp_path / "own"
    for split, label, number in (("train", "red", 0), ("train", "blue", 1), ("test", "red", 2)):
        (root / split / label).mkdir(parents=True, exist_ok=True)
        data = (photos / label / f"{number}.png").read_bytes()
        (root / split / label / f"{number}.png").write_bytes(data)
    (root / "train" / "notes.txt").write_text("hello")
    (root / "train" / "blue" / "bad\n\x1b[31m.jpg").write_bytes(b"\xff\xd8\xff damaged")
    return root


def test_search_names_what_is_left_out_and_how_images_are_labelled(
    own, photos, checkpoint_file, capsys
):
    command = ["search", str(photos / "red" / "4.png"), "--gallery", str(own)]
    command += ["--checkpoint", str(checkpoint_file), "--n-bits", "1"]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [it["name"] for it in found["left_out"]] == [
        "train/notes.txt",
        "train/blue/bad\n\x1b[31m.jpg",
    ]
    assert {hit["label"] for hit in found["exact_hits"]} == {"red", "blue"}
    assert main([*command, "--label-level", "1"]) == 0
    out, err = capsys.readouterr()
    assert {line.split()[2] for line in out.splitlines()[1:4]} == {"train", "test"}
    assert "Labels: folder 1 of the path (2: test, train); --label-level takes 0, 2 too." in err
    assert "Left out train/notes.txt: It is not an image that can be read here." in err
    assert r"Left out train/blue/bad\n\x1b[31m.jpg: " in err
    assert "\x1b[31m" not in out + err


def test_evaluate_says_which_folders_are_its_classes(own, checkpoint_file, capsys):
    command = ["evaluate", "--gallery", str(own), "--checkpoint", str(checkpoint_file)]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert "own: 3 queries" in out
    assert "Labels: folder 2 of the path (2: red, blue)" in err
    assert "Left out train/notes.txt" in err
    assert "trained on these pictures" not in out


def test_a_label_level_that_is_too_deep_is_one_sentence(own, photos, checkpoint_file, capsys):
    command = ["search", photos / "red" / "4.png", "--gallery", own, "--label-level", "5"]
    sentence = fails([*command, "--checkpoint", checkpoint_file], capsys)
    assert sentence.startswith("The label level is 5, but the images here lie at most 2")
