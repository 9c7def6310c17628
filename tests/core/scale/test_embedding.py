"""Ray, as a cluster of two nodes on this machine; each test takes the seconds that it starts in."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import ray
from ray.cluster_utils import Cluster

from core.errors import SettingError
from core.galleries.folder import open_folder
from core.galleries.store import load_or_build
from core.images import decode, thumbnail
from core.model.checkpoint import load_checkpoint
from core.model.embedder import SPARE, Embedder
from core.scale import embedding
from core.scale.embedded import THUMBNAIL
from core.scale.embedding import cluster, embed_on_ray
from core.scale.importing import import_images
from core.scale.sources import GalleryImages
from tests.core.scale.conftest import PLAN

DAMAGED = b"\xff\xd8\xff\xe0 nothing more"


def load(path, decode):
    return Embedder(load_checkpoint(path), decode=decode)


@pytest.fixture(scope="module")
def album(tmp_path_factory, picture, png):
    """Return a folder of 200 pictures, one of which is damaged."""
    root = tmp_path_factory.mktemp("album")
    for number in range(200):
        (root / f"{number:03}.png").write_bytes(png(picture(number)))
    (root / "005.png").write_bytes((root / "005.png").read_bytes()[:500])
    return open_folder(root)


@pytest.fixture
def two_nodes():
    """Start a cluster of two nodes with two processors each; return it with its second node."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in ``core.scale.embedding``
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
        second = nodes.add_node(num_cpus=2)
    yield nodes, second
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nodes.shutdown()


def test_two_nodes_embed_everything_once_even_where_one_dies(
    two_nodes, album, embedder, checkpoint_file, address
):
    nodes, second = two_nodes
    source = GalleryImages(album)
    plan = replace(PLAN, embedder=embedder.digest, at_once=16)

    def embed(images):
        for number, some in enumerate(embed_on_ray(images, source, partial(load, checkpoint_file))):
            if number == 0:
                nodes.remove_node(second, allow_graceful=False)
            yield some

    with cluster(nodes.address):
        used = {node["NodeID"] for node in ray.nodes() if node["Alive"]}
        table = import_images(source, address, embed, plan).table
    assert len(used) == 2
    assert nodes.list_all_nodes() == [nodes.head_node]
    stored = load_or_build(album, embedder)
    rows = table.all_rows()
    order = np.argsort(rows.ids)
    assert rows.ids[order].tolist() == stored.ids.tolist()
    cosines = np.vecdot(rows.embeddings[order], stored.of("both"))
    assert cosines.min() > 0.999  # batches of another size round otherwise
    assert list(table.failures()) == [album.items[id].name for id in stored.failures]


def test_each_image_is_decoded_once_for_thumbnail_and_embedding(
    album, embedder, checkpoint_file, monkeypatch
):
    sides = []

    def counting(data, *, side):
        sides.append(side)
        return decode(data, side=side)

    monkeypatch.setattr(embedding, "decode", counting)
    items = list(GalleryImages(album).images())[:8]  # the sixth is damaged
    files = [album.read(id) for id in range(8)]
    batch = pa.table(
        {
            "id": range(8),
            "digest": [it.digest for it in items],
            "data": files,
            "failure": pa.nulls(8, pa.string()),
        }
    )
    rows = embedding._Embed(partial(load, checkpoint_file), "both")(batch).to_pylist()
    assert sides == [max(THUMBNAIL, SPARE * embedder.preprocess.input_size)] * 8
    good = [it for it in rows if it["failure"] is None]
    assert [it["id"] for it in good] == [0, 1, 2, 3, 4, 6, 7]
    assert [it["thumbnail"] for it in good] == [
        thumbnail(files[it["id"]], max_side=THUMBNAIL) for it in good
    ]


def test_without_an_address_ray_runs_on_this_machine_until_it_is_left():
    code = """
import os, ray
from core.scale.embedding import cluster
before = os.environ.get("RAY_USAGE_STATS_ENABLED")
with cluster():
    assert ray.cluster_resources()["CPU"] == 2 * os.cpu_count()
assert not ray.is_initialized()
assert os.environ.get("RAY_USAGE_STATS_ENABLED") == before
"""
    root = Path(__file__).parents[3]
    another = {**os.environ, "RAY_ADDRESS": "127.0.0.1:9"}  # somebody's cluster, not to be joined
    subprocess.run([sys.executable, "-c", code], cwd=root, env=another, check=True)


def test_a_cluster_that_is_not_there_is_refused_in_one_sentence():
    with pytest.raises(SettingError, match=r"There is no Ray cluster at 127.0.0.1:9"):
        cluster("127.0.0.1:9").__enter__()
