import pytest

from core.galleries.uploads import GivenFile, gather
from pages.ui import resources
from pages.ui.resources import embeddings, galleries, model
from pages.ui.resources.uploads import GRACE, PREFIX, Uploads, new_key

SECONDS = 900


class World:
    """A clock that is set by hand, and browsers that come and go."""

    def __init__(self):
        self.now, self.connected, self.gone = 0.0, {"one"}, []

    def uploads(self, max_bytes: int = 10**9, max_left_bytes: int = 10**9) -> Uploads:
        return Uploads(
            max_bytes,
            max_left_bytes=max_left_bytes,
            seconds=SECONDS,
            clock=lambda: self.now,
            is_connected=lambda session: session in self.connected,
            let_go=self.gone.append,
        )


@pytest.fixture
def world():
    return World()


@pytest.fixture
def own(png, picture):
    """Make a gallery of two pictures; another seed makes others."""

    def own(seed: int = 0, key: str | None = None):
        given = [GivenFile(f"{it}.png", png(picture(10 * seed + it))) for it in range(2)]
        return gather(given, key=key or new_key())

    return own


def test_keys_are_many_and_long():
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(it.startswith(PREFIX) and len(it) >= len(PREFIX) + 22 for it in keys)  # 128 bits


def test_it_is_found_by_its_key_and_by_no_other(world, own):
    uploads, gallery = world.uploads(), own()
    uploads.hold(gallery, "one")
    assert uploads.find(gallery.key, "two") is gallery
    assert uploads.find(new_key(), "one") is None


def test_it_stays_as_long_as_its_browser_is_connected(world, own):
    uploads, gallery = world.uploads(), own()
    uploads.hold(gallery, "one")
    for _ in range(5):
        world.now += SECONDS
        uploads.sweep()
    assert len(uploads) == 1


def test_a_reload_finds_it_for_some_minutes_and_then_it_is_gone(world, own):
    uploads, gallery = world.uploads(), own()
    uploads.hold(gallery, "one")
    world.connected = set()
    world.now += SECONDS - 1
    assert uploads.find(gallery.key, "two") is gallery  # which begins anew
    world.now += SECONDS - 1
    assert uploads.find(gallery.key, "three") is gallery
    world.now += SECONDS + 1
    uploads.sweep()
    assert len(uploads) == 0
    assert world.gone == [gallery]


def test_where_many_have_left_the_first_go_after_the_grace_and_who_is_here_keeps_all(world, own):
    first, second, third, shown = (own(seed) for seed in range(4))
    uploads = world.uploads(max_left_bytes=second.n_bytes + third.n_bytes)
    world.connected = {"one", "two", "three", "four"}
    uploads.hold(shown, "one")
    for session, gallery in (("two", first), ("three", second), ("four", third)):
        uploads.hold(gallery, session)
        world.now += 1
        uploads.sweep()
        world.connected.remove(session)
    world.now += GRACE - 3
    uploads.sweep()
    assert len(uploads) == 4  # a lost connection is found again
    world.now += 5
    uploads.sweep()
    assert world.gone == [first]
    assert uploads.find(shown.key, "one") is shown


def test_the_last_that_left_stays_however_large_it_is(world, own):
    uploads, gallery = world.uploads(max_left_bytes=1), own()
    uploads.hold(gallery, "one")
    world.connected = set()
    world.now += GRACE + 1
    uploads.sweep()
    assert len(uploads) == 1


def test_forgetting_is_at_once_for_everybody(world, own):
    uploads, gallery = world.uploads(), own()
    uploads.hold(gallery, "one")
    uploads.forget(gallery.key)
    uploads.forget(gallery.key)
    assert uploads.find(gallery.key, "one") is None
    assert world.gone == [gallery]


def test_another_state_of_a_gallery_takes_its_place(world, own):
    uploads, gallery = world.uploads(), own()
    uploads.hold(gallery, "one")
    less = gallery.without({0})
    uploads.hold(less, "one")
    assert uploads.find(gallery.key, "one") is less
    assert uploads.n_bytes == less.n_bytes


def test_who_was_not_seen_for_longest_makes_room_but_never_for_nothing(world, own):
    old, newer, newest = own(1), own(2), own(3)
    uploads = world.uploads(newer.n_bytes + newest.n_bytes)
    for gallery in (old, newer, newest):
        world.now += 1
        uploads.hold(gallery, "gone")
    assert world.gone == [old]
    assert uploads.n_bytes <= uploads.max_bytes
    alone = world.uploads(1)
    alone.hold(newest, "one")
    assert alone.find(newest.key, "one") is newest


def test_what_was_made_of_forgotten_photographs_is_gone_too(own):
    gallery = own(4)
    resources.hold(gallery)
    stored = resources.finished(resources.embedded(gallery))
    resources.index(stored, "both", embeddings.LSHConfig())
    resources.gallery_thumbnail(gallery, 0)
    resources.embedded_query(gallery.read(0), "both")
    digests = {gallery.digest, *(item.digest for item in gallery.items)}

    def left():
        caches = (
            *(embeddings._uploaded, embeddings._steps, embeddings._indexes),
            *(embeddings._embeddings._results, galleries._thumbnails, model._queries),
        )
        keys = [key for cache in caches for key in cache._entries]
        return [key for key in keys if not digests.isdisjoint(key)]

    assert len({*left()}) >= 5
    resources.forget(gallery.key)
    assert left() == []
    assert resources.uploaded(gallery.key) is None


def test_uploaded_photographs_are_embedded_without_a_trace_on_disk(own, home):
    gallery = own(5)
    stored = resources.finished(resources.embedded(gallery))
    assert stored.ids.tolist() == [0, 1]
    assert resources.embedded_so_far(gallery) is stored
    assert not list(home.rglob("*")) or not list(home.rglob("*.safetensors"))
    resources.forget(gallery.key)
