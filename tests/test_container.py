"""The Dockerfile, as far as it can be judged without Docker: what it copies is there and enough."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
COPIED = [line.split()[1] for line in LINES if line.startswith("COPY")]
LET_IN = {
    line[1:]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("!")
}


def test_what_is_copied_is_let_in_and_there():
    assert set(COPIED) == LET_IN
    assert all((ROOT / name).exists() for name in COPIED)


def test_it_runs_as_nobody_special_from_a_pinned_image_and_says_whether_it_is_well():
    assert re.fullmatch(
        r"FROM python:\d+\.\d+\.\d+-\w+-\w+", next(it for it in LINES if "FROM" in it)
    )
    assert LINES.index("USER app") < next(i for i, it in enumerate(LINES) if it.startswith("CMD"))
    assert any(line.startswith("HEALTHCHECK") for line in LINES)


@pytest.mark.model
def test_what_is_copied_is_enough_to_serve(tmp_path):
    for name in COPIED:
        place = tmp_path / name
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, place, ignore=ignore, copy_function=_link)
        else:
            shutil.copy(ROOT / name, place)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from streamlit.testing.v1 import AppTest\n"
        "import streamlit_app; assert streamlit_app.app.script_path.name == 'streamlit_app.py'\n"
        "page = AppTest.from_file('streamlit_app.py', default_timeout=120).run()\n"
        "assert not page.exception, page.exception\n"
        "assert [it.value for it in page.title], page\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _link(source, target):
    """The pictures of the gallery need not be copied byte by byte."""
    Path(target).symlink_to(source)
