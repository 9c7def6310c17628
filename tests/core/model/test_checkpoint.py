import errno
import hashlib
import json
import os
import pickle
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from safetensors.torch import load_file, safe_open, save_file
from torchvision.models import ResNet50_Weights

from core.errors import CheckpointError, SettingError, StoreError
from core.model import checkpoint as module
from core.model.checkpoint import (
    IMAGENET_URL,
    LICENCE,
    Provenance,
    download_imagenet,
    init_network,
    load_checkpoint,
    save_checkpoint,
    weights_digest,
)
from core.model.network import NetworkConfig
from core.model.preprocess import PreprocessConfig

SMALL = NetworkConfig(dim=32)


@pytest.fixture(scope="module")
def saved(checkpoint_file):
    return load_checkpoint(checkpoint_file)


@pytest.fixture(scope="module")
def tensors(checkpoint_file):
    return load_file(checkpoint_file)


@pytest.fixture(scope="module")
def header(checkpoint_file):
    with safe_open(checkpoint_file, framework="pt") as file:
        return file.metadata()


@pytest.fixture(scope="module")
def torchvision_file(tensors, tmp_path_factory):
    """A file with torchvision's key names, its classifier included."""
    named = {
        name.removeprefix("backbone."): tensor.contiguous()
        for name, tensor in tensors.items()
        if name.startswith("backbone.")
    }
    path = tmp_path_factory.mktemp("imagenet") / "resnet50.safetensors"
    save_file(named | {"fc.weight": torch.ones(1000, 2048), "fc.bias": torch.ones(1000)}, path)
    return path


def sentence(error):
    """The error's text, once it is sure that a person can read it."""
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 600
    assert text.endswith(".")
    return text


# There and back ---------------------------------------------------------------------------


def test_what_is_saved_is_loaded_with_all_that_the_file_says(tmp_path, saved):
    preprocess = PreprocessConfig(input_size=96, normalisation="paper")
    provenance = Provenance(licence="mine", training={"seed": 3, "losses": [{"x": 0.5}], "é": None})
    path = tmp_path / "new" / "folder" / "weights.safetensors"
    save_checkpoint(path, saved.network, preprocess, provenance)
    loaded = load_checkpoint(path)
    assert loaded.network.config == saved.network.config
    assert loaded.preprocess == preprocess
    assert loaded.provenance == provenance
    assert loaded.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    before, after = saved.network.state_dict(), loaded.network.state_dict()
    assert before.keys() == after.keys()
    # The backbone was rounded to float16 once already; a second time changes nothing.
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_loaded_network_is_ready_for_use(saved):
    assert not any(part.training for part in saved.network.modules())
    floating = [t for t in saved.network.state_dict().values() if t.is_floating_point()]
    assert {t.dtype for t in floating} == {torch.float32}


def test_only_the_backbones_convolutions_are_stored_in_half(tensors):
    half = {name for name, tensor in tensors.items() if tensor.dtype == torch.float16}
    assert {name for name in tensors if tensors[name].ndim == 4} - half == {
        "cbam.spatial.conv.weight"
    }
    assert all(name.startswith("backbone.") and tensors[name].ndim == 4 for name in half)
    assert {t.dtype for name, t in tensors.items() if name not in half} == {torch.float32}


def test_the_licence_goes_with_the_weights(saved):
    assert saved.provenance == Provenance(licence="nobody's", training={"seed": 0})
    assert Provenance().licence == LICENCE
    assert LICENCE.startswith("MIT")


def test_an_interrupted_save_leaves_the_old_file(tmp_path, checkpoint_file, saved, monkeypatch):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"the old one")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as error:
        save_checkpoint(path, saved.network, saved.preprocess, Provenance())
    assert str(path) in sentence(error)
    assert path.read_bytes() == b"the old one"


# Files that are none ----------------------------------------------------------------------


class Trap:
    """Raises the alarm when it is unpickled."""

    unpickled = False

    def __reduce__(self):
        return setattr, (Trap, "unpickled", True)


@pytest.mark.parametrize("load", [load_checkpoint, lambda path: init_network(str(path), SMALL)])
@pytest.mark.parametrize("kind", ["pickle", "torch", "text", "empty", "cut", "cut in header"])
def test_what_is_no_safetensors_file_is_one_sentence(tmp_path, checkpoint_file, kind, load):
    path = tmp_path / "weights.pth"
    start = checkpoint_file.read_bytes()[:200_000]
    if kind == "torch":
        torch.save({"fc.weight": Trap()}, path)
    else:
        content = {"pickle": pickle.dumps(Trap()), "text": b"hello\n" * 100, "empty": b""}
        path.write_bytes(content.get(kind, start if kind == "cut" else start[:500]))
    with pytest.raises(CheckpointError) as error:
        load(path)
    assert str(path) in sentence(error)
    assert "not a whole safetensors file" in str(error.value)
    assert not Trap.unpickled


def test_the_trap_would_have_worked():
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.unpickled
    Trap.unpickled = False


@pytest.mark.parametrize("name", ["nowhere.safetensors", "x" * 300, ""])
def test_a_missing_file_or_a_folder_is_one_sentence(tmp_path, name):
    with pytest.raises(CheckpointError, match="There are no weights at") as error:
        load_checkpoint(tmp_path / name)
    assert "python -m core train" in sentence(error)


def test_a_foreign_safetensors_file_is_one_sentence(torchvision_file):
    with pytest.raises(CheckpointError, match="without Hashlight's header") as error:
        load_checkpoint(torchvision_file)
    assert f"--init {torchvision_file}" in sentence(error)


@pytest.mark.parametrize(
    "change",
    [
        {"network": "{"},
        {"network": "[]"},
        {"network": "7"},
        {"network": '{"dim": 1}'},
        {"network": '{"dim": "256"}'},
        {"network": '{"dim": 32.5}'},
        {"network": '{"strides": "v3"}'},
        {"network": '{"wings": 2}'},
        {"preprocess": '{"input_size": 100}'},
        {"preprocess": "null"},
        {"training": "nonsense"},
        {"preprocess": None},
        {"training": None},
    ],
    ids=str,
)
def test_a_damaged_header_is_one_sentence(tmp_path, header, change):
    damaged = {name: text for name, text in (header | change).items() if text is not None}
    path = tmp_path / "weights.safetensors"
    save_file({"x": torch.zeros(1)}, path, metadata=damaged)
    with pytest.raises(CheckpointError, match=r"^The header of .* is damaged") as error:
        load_checkpoint(path)
    sentence(error)


@pytest.mark.parametrize("kind", ["missing", "left over", "another shape", "another D"])
def test_weights_that_do_not_fit_are_one_sentence(tmp_path, tensors, header, kind):
    changed = dict(tensors)
    if kind == "missing":
        del changed["cbam.spatial.conv.bias"]
    elif kind == "left over":
        changed["wings"] = torch.zeros(2)
    elif kind == "another shape":
        changed["backbone.conv1.weight"] = torch.zeros(64, 3, 5, 5)
    else:
        header = header | {"network": json.dumps({"dim": 64})}
    path = tmp_path / "weights.safetensors"
    save_file(changed, path, metadata=header)
    with pytest.raises(CheckpointError, match=r"doesn't fit the network: [12] tensors") as error:
        load_checkpoint(path)
    sentence(error)


# First weights ----------------------------------------------------------------------------


def test_a_file_with_torchvisions_names_starts_a_backbone(torchvision_file, saved, tmp_path):
    network = init_network(str(torchvision_file), SMALL)
    assert weights_digest(network.backbone) == weights_digest(saved.network.backbone)
    tensors = load_file(torchvision_file)
    del tensors["fc.weight"], tensors["fc.bias"]
    save_file(tensors, tmp_path / "headless.safetensors")
    headless = init_network(str(tmp_path / "headless.safetensors"), SMALL)
    assert weights_digest(headless.backbone) == weights_digest(network.backbone)
    assert not headless.training


def test_a_checkpoint_of_ours_is_no_first_weights(checkpoint_file):
    with pytest.raises(CheckpointError, match="doesn't fit") as error:
        init_network(str(checkpoint_file), SMALL)
    sentence(error)


def test_torchvisions_weights_are_refused_with_v1_strides(monkeypatch):
    def no_download():
        raise AssertionError("nothing should be downloaded")

    monkeypatch.setattr(module, "download_imagenet", no_download)
    with pytest.raises(SettingError, match=r"v1\.5 strides; add --strides v1\.5\."):
        init_network("torchvision", NetworkConfig(strides="v1"))


def test_the_digest_follows_every_weight(saved):
    batch_norm = saved.network.backbone.bn1
    before = weights_digest(batch_norm)
    assert weights_digest(batch_norm) == before
    with torch.no_grad():
        batch_norm.running_mean[7] += 1
        changed = weights_digest(batch_norm)
        batch_norm.running_mean[7] -= 1
    assert changed != before


# The download -----------------------------------------------------------------------------


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Return a function that puts a file on a server on this machine and returns its URL."""
    root, hub = tmp_path / "served", tmp_path / "hub"
    root.mkdir()
    monkeypatch.setattr(torch.hub, "_hub_dir", str(hub))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=root)

        def log_message(self, *_):
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def put(content, digest=None):
            name = f"resnet50-{(digest or hashlib.sha256(content).hexdigest())[:8]}.pth"
            (root / name).write_bytes(content)
            return f"http://127.0.0.1:{server.server_port}/{name}"

        yield put
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def published(torchvision_file, tmp_path_factory):
    """The bytes of a file as torchvision publishes its weights."""
    path = tmp_path_factory.mktemp("published") / "resnet50.pth"
    torch.save(load_file(torchvision_file), path)
    return path.read_bytes()


def test_our_address_is_the_one_that_torchvision_uses():
    assert ResNet50_Weights.IMAGENET1K_V2.url == IMAGENET_URL


def test_torchvisions_download_starts_a_backbone(serve, published, saved, monkeypatch):
    url = serve(published)
    monkeypatch.setattr(module, "download_imagenet", lambda: download_imagenet(url))
    network = init_network("torchvision", NetworkConfig(dim=32, strides="v1.5"))
    assert weights_digest(network.backbone) == weights_digest(saved.network.backbone)


def test_a_download_that_is_another_file_is_refused(serve):
    url = serve(b"not what was published", digest="0123456789")
    with pytest.raises(CheckpointError, match="could not be downloaded") as error:
        download_imagenet(url)
    assert "invalid hash value" in sentence(error)


def test_a_download_never_runs_what_it_holds(serve, tmp_path):
    torch.save({"fc.weight": Trap()}, tmp_path / "trap.pth")
    with pytest.raises(CheckpointError, match="is no file of weights") as error:
        download_imagenet(serve((tmp_path / "trap.pth").read_bytes()))
    assert not Trap.unpickled
    sentence(error)


def test_a_download_that_is_no_weights_is_one_sentence(serve):
    with pytest.raises(CheckpointError, match="is no file of weights") as error:
        download_imagenet(serve(b"<html>Please log in</html>"))
    assert torch.hub.get_dir() in sentence(error)


def test_without_a_network_the_way_out_is_a_file(serve):
    url = serve(b"").rpartition("/")[0] + "/nothing-01234567.pth"
    for offline in (url, "http://127.0.0.1:1/resnet50-01234567.pth"):
        with pytest.raises(CheckpointError, match="go online, or give a file with --init") as error:
            download_imagenet(offline)
        sentence(error)
