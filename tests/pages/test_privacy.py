"""What docs/privacy.md says, held by a process that notes every file it opens for writing."""

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser

import pages.ui.uploads
from core.galleries import kept
from tests.conftest import to_its_end

ROOT = Path(__file__).parents[2]

VISIT = """
import io, os, sys, zipfile
from streamlit.testing.v1 import AppTest
from core.galleries.uploads import GivenFile, gather
from pages.ui import resources
from pages.ui.resources import embeddings, galleries
from tests.pages.conftest import picture

embeddings.compiled_kernels = lambda: None

def visit(page, **params):
    app = AppTest.from_file("streamlit_app.py", default_timeout=300)
    app.switch_page(page)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception

PAGES = ("streamlit_app.py", "pages/search.py", "pages/1_inspect.py", "pages/attention.py")
for page in PAGES:  # what is loaded and compiled once is no visitor's
    visit(page)
resources.engine().wait(300)

written = []
def note(event, about):
    if event == "open" and isinstance(about[0], int):
        return  # a pipe to another process
    if event == "open" and isinstance(about[2], int):
        if about[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and about[0] != os.devnull:
            written.append(str(about[0]))
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "tempfile.mkstemp"):
        written.append(f"{event} {about[0]}")
sys.addaudithook(note)

packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    for seed in range(3):
        archive.writestr(f"zip/{seed}.jpg", picture(seed))
given = [GivenFile("a/1.jpg", picture(10)), GivenFile("b.zip", packed.getvalue())]
given += [GivenFile("a/broken.jpg", picture(11)[:90]), GivenFile("a/notes.txt", b"private")]
own = gather(given, key=resources.new_key())
assert len(own.items) >= 4
resources.hold(own)
for page in PAGES:
    visit(page, gallery=own.key, image=own.items[0].name)
    visit(page, upload=own.key)
resources.forget(own.key)
assert resources.uploaded(own.key) is None
modules = [it for name, it in sys.modules.items() if name.startswith("pages.")]
caches = [it for module in modules for it in vars(module).values() if hasattr(it, "drop")]
assert len(set(map(id, caches))) >= 10
for cache in caches:
    for entry in (*getattr(cache, "_entries", ()), *getattr(cache, "_running", ())):
        parts = entry if isinstance(entry, tuple) else (entry,)
        assert not {own.digest, *(item.digest for item in own.items)} & set(parts), entry
open(os.devnull, "w").close()
print("written:", written)
"""


@pytest.mark.model
def test_nothing_that_a_visitor_hands_over_is_written_and_forgotten_is_forgotten(home):
    command = [sys.executable, "-c", VISIT]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip().splitlines()[-1] == "written: []"
    assert not (home / "kept").exists()


def test_an_upload_of_any_size_arrives_in_memory():
    """What the server inside Streamlit does with the 3 MB that a browser sends."""
    assert pages.ui.uploads
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'

    async def stream():
        yield head + bytes(3 * 2**20) + b"\r\n--x--\r\n"

    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    form = to_its_end(MultiPartParser(headers, stream()).parse())
    file = form["f"].file
    assert file.seek(0, 2) == 3 * 2**20
    assert not file._rolled
    file.close()


def test_the_page_on_privacy_names_every_folder_of_the_cache_directory():
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    names = {"embeddings", "downloads", "kept"}
    assert all(f"$HASHLIGHT_HOME/{name}`" in text for name in names)
    assert kept._folder().name in names
