import pytest

from core.errors import GalleryError
from core.galleries import kept
from core.galleries.uploads import GivenFile, gather


@pytest.fixture
def gallery(png, picture):
    given = [GivenFile(f"cats/{seed}.png", png(picture(seed))) for seed in range(3)]
    return gather(given, key="own-1", title="My cats")


def test_nothing_is_kept_until_somebody_chooses_to(home, gallery):
    assert kept.kept() == ()
    assert not home.exists()


def test_a_kept_gallery_is_listed_and_opened_as_it_was(home, gallery):
    saved = kept.keep(gallery)
    assert (saved.title, saved.n_images, saved.n_bytes) == ("My cats", 3, gallery.n_bytes)
    assert kept.kept() == (saved,)
    assert kept.keep(gallery) == saved
    opened = kept.open_kept(saved.key, key="own-2")
    assert (opened.key, opened.title, opened.digest) == ("own-2", "My cats", gallery.digest)
    assert [opened.read(id) for id in range(3)] == [gallery.read(id) for id in range(3)]


def test_what_is_forgotten_is_gone_from_the_disk(home, gallery):
    saved = kept.keep(gallery)
    kept.forget(saved.key)
    assert kept.kept() == ()
    assert not list((home / "kept").glob("*/*"))
    for use in (kept.forget, lambda key: kept.open_kept(key, key="own-2")):
        with pytest.raises(GalleryError, match="isn't kept here any more"):
            use(saved.key)


def test_a_key_leads_to_no_other_folder(home, gallery):
    kept.keep(gallery)
    (home / "about.json").write_text('{"title": "no", "images": [], "bytes": 0}')
    with pytest.raises(GalleryError):
        kept.open_kept("..", key="own-2")


@pytest.mark.parametrize("about", ["", "[]", '{"title": 1, "images": ["a"], "bytes": 2}'])
def test_a_damaged_gallery_hides_no_other(home, gallery, about):
    saved = kept.keep(gallery)
    (home / "kept" / "broken").mkdir()
    (home / "kept" / "broken" / "about.json").write_text(about)
    assert kept.kept() == (saved,)


def test_a_missing_image_is_said_in_one_sentence(home, gallery):
    saved = kept.keep(gallery)
    (home / "kept" / saved.key / "1").unlink()
    with pytest.raises(GalleryError, match="is damaged"):
        kept.open_kept(saved.key, key="own-2")


def test_an_image_that_changed_on_the_disk_is_never_shown_as_the_one_that_was_kept(
    home, gallery, png, picture
):
    saved = kept.keep(gallery)
    (home / "kept" / saved.key / "1").write_bytes(png(picture(9)))
    with pytest.raises(GalleryError, match="is damaged"):
        kept.open_kept(saved.key, key="own-2")


def test_one_whose_writer_was_killed_is_not_listed(home, gallery):
    saved = kept.keep(gallery)
    (home / "kept" / saved.key).rename(home / "kept" / f"{saved.key}.tmp")
    assert kept.kept() == ()
    assert kept.keep(gallery) == saved
    assert not (home / "kept" / f"{saved.key}.tmp").exists()
