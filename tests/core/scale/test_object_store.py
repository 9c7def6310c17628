"""The same on an S3 of this machine, one that refuses every tenth request at times."""

import io
import threading

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from core.errors import GalleryError, StoreError
from core.scale.importing import import_images
from core.scale.index import TableIndex
from core.scale.settings import KeySearch
from core.scale.sources import open_source
from core.scale.table import Table
from tests.core.scale.conftest import PLAN, MadeUpSource, made_up, unit_rows

BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Moto:
    """A server of objects that can be told to refuse every n-th request."""

    def __init__(self):
        self.app = DomainDispatcherApplication(create_backend_app)
        self.refused, self.every, self.n = 0, 0, 0

    def __call__(self, environ, start):
        self.n += 1
        if self.every and self.n % self.every == 0:
            self.refused += 1
            length = int(environ.get("CONTENT_LENGTH") or 0)
            environ["wsgi.input"].read(length)
            start("503 Slow Down", [("Content-Type", "application/xml")])
            return [BUSY]
        return self.app(environ, start)


class Silent(WSGIRequestHandler):
    def log(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    moto = Moto()
    http = make_server("127.0.0.1", 0, moto, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    moto.url = f"http://127.0.0.1:{http.port}"
    yield moto
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def bucket(server, monkeypatch, tmp_path):
    """Return the name of a new bucket; the environment leads to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    server.every = 0
    name = tmp_path.name.replace("_", "-")[-40:].strip("-").lower()
    boto3.client("s3").create_bucket(Bucket=name)
    yield name
    server.every = 0


def test_a_table_on_s3_answers_as_one_in_a_directory(bucket, address):
    source = MadeUpSource(60, damaged={4})
    tables = [
        import_images(source, place, made_up(source), PLAN).table
        for place in (address, f"lance://s3://{bucket}/some/table")
    ]
    here, there = map(TableIndex, tables)
    for query in unit_rows(10, seed=1):
        for settings in (None, KeySearch(n_probes=3)):
            hits, expected = (it.query(query, k=7, settings=settings) for it in (there, here))
            assert hits.ids.tolist() == expected.ids.tolist()
            assert hits.similarities.tolist() == expected.similarities.tolist()
    assert there.table.failures() == {"4.jpg": "It is damaged."}


def test_an_s3_that_refuses_every_tenth_request_loses_and_doubles_nothing(server, bucket):
    address = f"lance://s3://{bucket}/table"
    source = MadeUpSource(60)
    server.every = 10
    before = server.refused
    table = import_images(source, address, made_up(source), PLAN).table
    assert server.refused > before
    assert sorted(table.all_rows().ids.tolist()) == list(range(60))
    assert TableIndex(Table.open(address)).query(unit_rows(60)[7], k=1).ids.tolist() == [7]


def test_a_bucket_that_is_not_there_is_one_sentence(bucket):
    with pytest.raises(StoreError, match=r"can't be used|There is no table"):
        Table.open(f"lance://s3://{bucket}x/table")
    with pytest.raises(GalleryError, match="can't be read"):
        list(open_source(f"s3://{bucket}x/photos").images())


def test_images_below_a_prefix_are_listed_with_their_folders_as_labels(bucket, picture, png):
    client = boto3.client("s3")
    files = {
        f"photos/{it}.png": png(picture(n)) for n, it in enumerate(("a/1", "a/10", "a/2", "b/1"))
    }
    for key, data in {**files, "photos/notes.txt": b"no image"}.items():
        client.put_object(Bucket=bucket, Key=key, Body=data)
    source = open_source(f"s3://{bucket}/photos")
    listed = list(source.images())
    assert [(it.name, it.label) for it in listed] == [
        ("a/1.png", "a"),
        ("a/2.png", "a"),
        ("a/10.png", "a"),
        ("b/1.png", "b"),
    ]
    assert [source.read(it.address) for it in listed] == [
        files[f"photos/{it.name}"] for it in listed
    ]
    with pytest.raises(GalleryError, match="can't be read"):
        source.read(f"s3://{bucket}/photos/gone.png")


def test_parquet_gives_images_by_their_bytes_or_by_their_urls(
    bucket, server, tmp_path, picture, png
):
    images = [png(picture(n)) for n in range(5)]
    path = str(tmp_path / "some.parquet")
    table = pa.table({"bytes": [*images[:4], None], "name": list("abcde"), "label": ["x"] * 5})
    pa.parquet.write_table(table, path, row_group_size=2)
    source = open_source(path)
    listed = list(source.images())
    assert [(it.name, it.label) for it in listed] == [(name, "x") for name in "abcde"]
    assert [source.read(it.address) for it in listed[:4]] == images[:4]
    with pytest.raises(GalleryError, match=r"Row 0 of .* has no bytes"):
        source.read(listed[4].address)

    client = boto3.client("s3")
    client.put_object(Bucket=bucket, Key="1.png", Body=images[1])
    web = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "1.png"})
    file = io.BytesIO()
    pa.parquet.write_table(pa.table({"url": [f"s3://{bucket}/1.png", web]}), file)
    client.put_object(Bucket=bucket, Key="urls.parquet", Body=file.getvalue())
    source = open_source(f"s3://{bucket}/urls.parquet")
    assert [source.read(it.address) for it in source.images()] == [images[1]] * 2

    pa.parquet.write_table(pa.table({"pixels": np.arange(3)}), path)
    with pytest.raises(GalleryError, match="has the columns pixels; give it one called bytes"):
        list(open_source(path).images())
