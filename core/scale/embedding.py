"""Ray: from images that are listed to rows that are embedded, on one machine or many.

    read, digest                 tasks, READERS for each actor, beside what has a processor
    decode, thumbnail, embed     actors, a processor each, with a model each

Ray Data streams: it starts readers only while there is room for what they read, and gives work
that was lost with a machine to another. A reader asks for no processor: where machines die, the
actors of all may come to fill those that are left, and a reader that waited for a processor there
would wait for ever, and the actors for it. So what takes a processor's time is done by the actors,
and they decode each image once.
"""

import hashlib
import logging
import os
import socket
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import ray
import ray.data

from ..errors import GalleryError, ImageError, SettingError
from ..galleries.embedding import BatchEmbedder
from ..images import DecodedImage, decode, thumbnail
from ..language import tr
from .embedded import THUMBNAIL, EmbeddedImages, Failure, Image
from .sources import ImageSource

READERS = 2  # at once, for each that embeds
BATCH = 16  # images in one forward pass
BLOCK = 32  # images that are lost and done again when a machine dies

_PATIENCE = 10.0  # seconds for a cluster to answer

Decode = Callable[..., DecodedImage]
"""As ``images.decode`` is called."""

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


@contextmanager
def cluster(address: str | None = None) -> Iterator[None]:
    """Join the cluster at an address, or start one on this machine; leave it in the end.

    Raises:
        SettingError: there is no cluster at this address.
    """
    if address:
        _check_that_somebody_listens(address)
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    # Without a word of where, Ray would join whatever cluster somebody started on this machine.
    where = address or "local"
    processors = {} if address else {"num_cpus": 2 * (os.cpu_count() or 1)}
    try:
        with _no_warnings():
            ray.init(
                where,
                **processors,
                include_dashboard=None if address else False,
                logging_level=logging.ERROR,
                log_to_driver=False,
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise SettingError(
            tr("There is no Ray cluster at {address} ({reason}).", address=where, reason=reason)
        ) from error
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    try:
        yield
    finally:
        ray.shutdown()


def _check_that_somebody_listens(address: str) -> None:
    """Refuse an address where nobody answers: Ray would ask there again and again, for minutes.

    Raises:
        SettingError: it is ``host:port``, and nobody listens there.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return  # such as "auto"
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise SettingError(
            tr(
                "There is no Ray cluster at {address} ({reason}); start one with "
                "`ray start --head`, or leave --ray out.",
                address=address,
                reason=str(error).lower(),
            )
        ) from error


def embed_on_ray(
    images: Sequence[Image],
    source: ImageSource,
    model: Callable[[Decode], BatchEmbedder],
    *,
    attention: str = "both",
    workers: int | None = None,
) -> Iterator[EmbeddedImages]:
    """Yield embedded images as they come, in no order.

    Args:
        images: what to embed.
        source: where they lie.
        model: makes the embedder, which decodes files by what it is given; each worker calls it
            once.
        attention: mode of the embeddings.
        workers: how many embed; by default, one for every two of the cluster's processors.

    Raises:
        GalleryError: Ray gave up.
    """
    if not images:
        return
    with _no_warnings():
        ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    if workers is None:
        workers = max(1, int(ray.cluster_resources().get("CPU", 2)) // 2)
    items = [{"id": it.id, "address": it.address} for it in images]
    rows = (
        ray.data.from_items(items, override_num_blocks=max(1, len(items) // BLOCK))
        .map_batches(
            _read,
            fn_kwargs={"reference": ray.put(source)},
            batch_format="pyarrow",
            num_cpus=0,
            concurrency=READERS * workers,
        )
        .map_batches(
            _Embed,
            fn_constructor_args=(model, attention),
            batch_size=BATCH,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
        )
    )
    try:
        for batch in rows.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield _as_images(batch)
    except ray.exceptions.RayTaskError:  # a fault of ours
        raise
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1][:300]
        raise GalleryError(
            tr(
                "Ray gave up ({reason}); start the same command again, it goes on where it was.",
                reason=reason,
            )
        ) from error


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Hear nothing of Ray's own use of what it deprecates, nor of LanceDB about Ray's forks.

    Each of these runs another program at once, and nothing of LanceDB's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _read(batch: pa.Table, reference: Any) -> pa.Table:
    """Read files from a source; what can't be read is a failure, and ends nothing."""
    source: ImageSource = ray.get(reference)
    files = [_file(source, address) for address in batch["address"].to_pylist()]
    columns = {
        "id": batch["id"],
        "data": pa.array([it[0] for it in files], pa.binary()),
        "digest": pa.array([it[1] for it in files], pa.string()),
        "failure": pa.array([it[2] for it in files], pa.string()),
    }
    return pa.table(columns)


def _file(source: ImageSource, address: str) -> tuple[bytes | None, str | None, str | None]:
    """Return a file's bytes and digest, or why it can't be read."""
    try:
        data = source.read(address)
    except GalleryError as error:
        return None, None, error.sentence
    return data, hashlib.sha256(data).hexdigest(), None


class _DecodedOnce:
    """Decodes as ``images.decode`` does, large enough for a thumbnail, and the last image once."""

    def __init__(self) -> None:
        self._last: tuple[bytes, DecodedImage] | None = None

    def __call__(self, data: bytes, *, side: int) -> DecodedImage:
        if self._last is None or self._last[0] is not data:
            self._last = data, decode(data, side=max(side, THUMBNAIL))
        return self._last[1]


class _Embed:
    """An actor: it loads the model once."""

    def __init__(self, model: Callable[[Decode], BatchEmbedder], attention: str) -> None:
        self._decode = _DecodedOnce()
        self._embedder = model(self._decode)
        self._mode = self._embedder.modes.index(attention)

    def __call__(self, batch: pa.Table) -> pa.Table:
        failures = batch["failure"].to_pylist()
        thumbnails: list[bytes | None] = [None] * len(batch)
        prepared: dict[int, Any] = {}
        for row, data in enumerate(batch["data"].to_pylist()):
            if data is not None:
                try:
                    prepared[row] = self._embedder.prepare(data)
                    thumbnails[row] = thumbnail(data, max_side=THUMBNAIL, decode=self._decode)
                except ImageError as error:
                    failures[row] = error.sentence
        embeddings: list[bytes | None] = [None] * len(batch)
        if prepared:
            rows = self._embedder.embed(list(prepared.values()))[:, self._mode]
            for row, embedding in zip(prepared, rows, strict=True):
                embeddings[row] = embedding.astype("<f4").tobytes()
        return (
            batch.select(["id", "digest"])
            .append_column("failure", pa.array(failures, pa.string()))
            .append_column("thumbnail", pa.array(thumbnails, pa.binary()))
            .append_column("embedding", pa.array(embeddings, pa.binary()))
        )


def _as_images(batch: pa.Table) -> EmbeddedImages:
    rows = batch.to_pylist()
    good = [it for it in rows if it["failure"] is None]
    numbers = b"".join(it["embedding"] for it in good)
    embeddings = np.frombuffer(numbers, "<f4").reshape(len(good), -1) if good else None
    return EmbeddedImages(
        ids=np.array([it["id"] for it in good], np.int64),
        embeddings=np.empty((0, 1), np.float32) if embeddings is None else embeddings,
        thumbnails=[it["thumbnail"] for it in good],
        digests=[it["digest"] for it in good],
        failures={
            it["id"]: Failure(it["failure"], it["digest"])
            for it in rows
            if it["failure"] is not None
        },
    )
