"""What the drop zone offers is taken; buttons act on a gallery as it is now."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import streamlit as st
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.galleries import kept
from core.galleries.archive import MAX_ARCHIVE_BYTES
from core.galleries.uploads import GivenFile, gather
from pages.ui import resources
from pages.ui.uploads import reception
from pages.ui.uploads.panel import _keep, _remove, _renamed
from pages.ui.uploads.zone import MOST_MEGABYTES
from tests.conftest import as_png, soft_pattern

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


def test_a_zip_that_is_offered_to_be_taken_is_not_refused_by_the_server_or_the_gallery():
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == MOST_MEGABYTES == MAX_ARCHIVE_BYTES // 2**20


def test_buttons_of_a_page_that_was_drawn_before_act_on_the_gallery_as_it_is_now(home, monkeypatch):
    files = [GivenFile(f"{n}.png", as_png(soft_pattern(n))) for n in range(3)]
    gallery = gather(files, key=resources.new_key())
    resources.hold(gallery)
    monkeypatch.setitem(st.session_state, "own-name", "My trip")
    _renamed(gallery.key)
    _remove(gallery.key, {"0.png"})
    _remove(gallery.key, {"0.png", "1.png"})
    _keep(gallery.key)
    assert [(it.title, it.n_images) for it in kept.kept()] == [("My trip", 1)]
    assert resources.uploaded(gallery.key).items[0].name == "2.png"
    resources.forget(gallery.key)


def test_what_is_taken_is_not_kept_by_streamlit_too(monkeypatch):
    received = MemoryUploadedFileManager("/upload")
    context = SimpleNamespace(session_id="me", uploaded_file_mgr=received)
    monkeypatch.setattr(reception, "get_script_run_ctx", lambda: context)
    record = UploadedFileRec("1", "a.jpg", "image/jpeg", b"a photograph")
    received.add_file("me", record)
    key = reception.uploader_key("photographs")
    monkeypatch.setitem(st.session_state, key, [UploadedFile(record, FileURLs())])
    (given,) = reception.take(key)
    assert (given.name, given.data) == ("a.jpg", b"a photograph")
    assert received.get_files("me", ["1"]) == []
    assert reception.uploader_key("photographs") != key  # a new one, which is empty
