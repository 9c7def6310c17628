"""Each set is made up here, tiny, in the very layout in which it is published."""

import hashlib
import io
import re
import signal
import subprocess
import sys
import tarfile
import zipfile
from urllib.parse import urlsplit

import pytest
import torchvision.datasets
from scipy.io import savemat

from core import files
from core.errors import DownloadError, GalleryError
from core.galleries.remote import torchvision_sets
from core.galleries.remote.downloads import RemoteFile
from core.galleries.remote.torchvision_sets import SETS, TorchvisionSet


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def tgz(files) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def zipped(files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def mat(**arrays) -> bytes:
    target = io.BytesIO()
    savemat(target, arrays)
    return target.getvalue()


def md5(data) -> str:
    return hashlib.md5(data).hexdigest()


def images(*names) -> dict[str, bytes]:
    return {name: name.encode() for name in names}


def source(key) -> TorchvisionSet:
    return next(it for it in SETS if it.key == key)


@pytest.fixture
def imagenette(server, monkeypatch):
    files = images(
        "imagenette2-160/train/n01440764/n01440764_10.JPEG",
        "imagenette2-160/train/n03888257/n03888257_7.JPEG",
        "imagenette2-160/val/n01440764/n01440764_2.JPEG",
        "imagenette2-160/val/n03888257/n03888257_1.JPEG",
    )
    data = tgz(files | {"imagenette2-160/noisy_imagenette.csv": b"path\n"})
    server.files["imagenette2-160.tgz"] = data
    archives = {"160px": (f"{server.url}/imagenette2-160.tgz", md5(data))}
    monkeypatch.setattr(torchvision.datasets.Imagenette, "_ARCHIVES", archives)
    return source("imagenette")


@pytest.fixture
def caltech101(server, monkeypatch):
    folder = "101_ObjectCategories"
    inner = tgz(
        images(
            f"{folder}/BACKGROUND_Google/image_0001.jpg",
            f"{folder}/Faces_easy/image_0001.jpg",
            f"{folder}/Faces_easy/image_0002.jpg",
            f"{folder}/yin_yang/image_0001.jpg",
        )
    )
    data = zipped(
        {
            "caltech-101/101_ObjectCategories.tar.gz": inner,
            "caltech-101/Annotations.tar": b"not needed",
            "__MACOSX/caltech-101/._Annotations.tar": b"",
        }
    )
    server.files["caltech-101.zip"] = data
    remote = RemoteFile(f"{server.url}/caltech-101.zip", md5(data))
    monkeypatch.setattr(torchvision_sets, "CALTECH101", remote)
    return source("caltech101")


@pytest.fixture
def flowers102(server, monkeypatch):
    names = {
        "image": ("102flowers.tgz", tgz(images(*(f"jpg/image_{i:05d}.jpg" for i in range(1, 7))))),
        "label": ("imagelabels.mat", mat(labels=[[77, 1, 77, 102, 1, 2]])),
        "setid": ("setid.mat", mat(trnid=[[6, 2]], valid=[[1, 3]], tstid=[[5, 4]])),
    }
    server.files |= {f"flowers/{name}": data for name, data in names.values()}
    flowers = torchvision.datasets.Flowers102
    monkeypatch.setattr(flowers, "_download_url_prefix", f"{server.url}/flowers/")
    file_dict = {part: (name, md5(data)) for part, (name, data) in names.items()}
    monkeypatch.setattr(flowers, "_file_dict", file_dict)
    return source("flowers102")


@pytest.fixture
def pets(server, monkeypatch):
    pictures = ("Abyssinian_1", "Abyssinian_2", "yorkshire_terrier_9", "yorkshire_terrier_10")
    archives = {
        "images.tar.gz": tgz(images(*(f"images/{name}.jpg" for name in pictures))),
        "annotations.tar.gz": tgz(
            {
                "annotations/trainval.txt": b"Abyssinian_1 1 1 1\nyorkshire_terrier_9 2 2 25\n",
                "annotations/test.txt": b"Abyssinian_2 1 1 1\nyorkshire_terrier_10 2 2 25\n",
                "annotations/trimaps/Abyssinian_1.png": b"",
            }
        ),
    }
    server.files |= archives
    resources = tuple((f"{server.url}/{name}", md5(data)) for name, data in archives.items())
    monkeypatch.setattr(torchvision.datasets.OxfordIIITPet, "_RESOURCES", resources)
    return source("oxford-iiit-pet")


EXPECTED = {
    "imagenette": {
        "imagenette2-160/train/n01440764/n01440764_10.JPEG": "tench",
        "imagenette2-160/train/n03888257/n03888257_7.JPEG": "parachute",
        "imagenette2-160/val/n01440764/n01440764_2.JPEG": "tench",
        "imagenette2-160/val/n03888257/n03888257_1.JPEG": "parachute",
    },
    "caltech101": {
        "caltech101/101_ObjectCategories/Faces_easy/image_0001.jpg": "Faces easy",
        "caltech101/101_ObjectCategories/Faces_easy/image_0002.jpg": "Faces easy",
        "caltech101/101_ObjectCategories/yin_yang/image_0001.jpg": "yin yang",
    },
    "flowers102": {
        "flowers-102/jpg/image_00001.jpg": "passion flower",
        "flowers-102/jpg/image_00002.jpg": "pink primrose",
        "flowers-102/jpg/image_00003.jpg": "passion flower",
        "flowers-102/jpg/image_00004.jpg": "blackberry lily",
        "flowers-102/jpg/image_00005.jpg": "pink primrose",
        "flowers-102/jpg/image_00006.jpg": "hard-leaved pocket orchid",
    },
    "pets": {
        "oxford-iiit-pet/images/Abyssinian_1.jpg": "Abyssinian",
        "oxford-iiit-pet/images/Abyssinian_2.jpg": "Abyssinian",
        "oxford-iiit-pet/images/yorkshire_terrier_9.jpg": "Yorkshire Terrier",
        "oxford-iiit-pet/images/yorkshire_terrier_10.jpg": "Yorkshire Terrier",
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_set_is_downloaded_unpacked_and_read_with_its_labels(name, request, home):
    the_set = request.getfixturevalue(name)
    assert not the_set.is_here
    with pytest.raises(GalleryError, match=r"download it first \(\d+ MB\)"):
        the_set.open()
    told = []
    the_set.download(progress=lambda *it: told.append(it))
    gallery = the_set.open()
    assert [(item.name, item.label) for item in gallery.items] == list(EXPECTED[name].items())
    for item in gallery.items:
        inside = gallery.read(item.id).decode()
        assert item.name.endswith(inside)
    assert gallery.key == the_set.key
    assert {what.split()[0] for _, _, what in told} == {"downloading", "unpacking"}
    assert {path.name for path in (home / "downloads").iterdir()} <= {
        the_set.key,
        f"{the_set.key}.lock",
    }


def test_a_set_that_is_here_is_not_downloaded_again(imagenette, server):
    imagenette.download()
    imagenette.download()
    assert len(server.asked) == 1


@pytest.mark.parametrize("the_set", SETS, ids=lambda it: it.key)
def test_the_published_addresses_have_checksums(the_set):
    for part in the_set.parts():
        assert urlsplit(part.remote.url).scheme == "https"
        assert re.fullmatch("[0-9a-f]{32}", part.remote.md5)


def test_our_caltech_address_is_the_one_that_torchvision_uses():
    with open(torchvision.datasets.caltech.__file__) as source:
        text = source.read()
    assert torchvision_sets.CALTECH101.url in text
    assert torchvision_sets.CALTECH101.md5 in text


def test_a_download_that_fails_leaves_no_set_and_the_next_one_goes_on(pets, server):
    whole = server.files.pop("annotations.tar.gz")
    with pytest.raises(DownloadError, match="404"):
        pets.download()
    assert not pets.is_here
    server.files["annotations.tar.gz"] = whole
    pets.download()
    assert len(pets.open().items) == 4
    assert [path for path, _ in server.asked].count("/images.tar.gz") == 1  # kept


def test_an_archive_with_something_else_in_it_never_becomes_a_set(imagenette, server, monkeypatch):
    data = tgz({"something/else.txt": b""})
    server.files["imagenette2-160.tgz"] = data
    archives = {"160px": (f"{server.url}/imagenette2-160.tgz", md5(data))}
    monkeypatch.setattr(torchvision.datasets.Imagenette, "_ARCHIVES", archives)
    with pytest.raises(GalleryError, match="is not Imagenette as it was published"):
        imagenette.download()
    assert not imagenette.is_here


def test_a_set_that_was_changed_by_hand_is_one_sentence(flowers102):
    flowers102.download()
    (flowers102.root / "flowers-102" / "imagelabels.mat").write_bytes(b"scribble")
    with pytest.raises(GalleryError, match="delete the folder and download it again"):
        flowers102.open()


def test_two_downloads_of_one_set_do_not_meet(imagenette, home):
    (home / "downloads").mkdir(parents=True)
    with (
        files.lock(home / "downloads" / "imagenette"),
        pytest.raises(DownloadError, match="is being downloaded already"),
    ):
        imagenette.download()
    imagenette.download()
    assert imagenette.is_here


MADE_UP = """
import os, signal, sys
from core.galleries.remote.downloads import RemoteFile
from core.galleries.remote.torchvision_sets import Part, TorchvisionSet

def labels(root):
    return {path.relative_to(root).as_posix(): "photo" for path in root.rglob("*.jpg")}

def die(done, total, what):
    if what.startswith("unpacking") and done:
        os.kill(os.getpid(), signal.SIGKILL)

parts = [Part(RemoteFile(sys.argv[1], sys.argv[2]))]
TorchvisionSet(
    key="made-up", title="", description="", megabytes=1, licence="",
    parts=lambda: parts, labels=labels,
).download(**({"progress": die} if "die" in sys.argv else {}))
"""


def test_a_process_killed_while_unpacking_leaves_no_half_set(server, home):
    server.files["set.tgz"] = data = tgz(images("photos/a.jpg", "photos/b.jpg"))
    command = [sys.executable, "-c", MADE_UP, f"{server.url}/set.tgz", md5(data)]
    killed = subprocess.run([*command, "die"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (home / "downloads" / "made-up.tmp" / "photos" / "a.jpg").exists()
    assert not (home / "downloads" / "made-up").exists()
    subprocess.run(command, check=True)
    photos = home / "downloads" / "made-up" / "photos"
    assert sorted(path.name for path in photos.iterdir()) == ["a.jpg", "b.jpg"]
    assert len(server.asked) == 1  # the archive had arrived
