"""docs/extending.md is followed to the letter, in a copy of the source; then its tests run."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
FILE = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.M | re.DOTALL)
CHANGE = re.compile(r"^```diff\n--- (\S+)\n(.*?)^```$", re.M | re.DOTALL)
COPIED = ("core", "pages", "tests/conftest.py", "tests/pages/conftest.py", "streamlit_app.py")
COPIED += ("pyproject.toml", ".streamlit")


def changed(source: str, change: str) -> str:
    """Apply a diff without line numbers; … stands for lines that are left out."""
    for part in change.split(" …\n"):
        before, after = (
            "".join(f"{line[1:]}\n" for line in part.splitlines() if line[:1] != unwanted)
            for unwanted in "+-"
        )
        assert source.count(before) == 1, f"not there, or not once:\n{before}"
        source = source.replace(before, after)
    return source


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Iterator[Path]:
    """The source with everything that the walk-throughs add."""
    root = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    (root / "assets").symlink_to(ROOT / "assets")
    for name, source in FILE.findall(TEXT):
        assert not (root / name).exists()
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, encoding="utf-8")
    for name, change in CHANGE.findall(TEXT):
        source = (root / name).read_text(encoding="utf-8")
        (root / name).write_text(changed(source, change), encoding="utf-8")
    return root


@pytest.mark.model
def test_every_walk_through_ends_with_its_test_and_the_test_passes(copy):
    sections = [it for it in TEXT.split("\n## ")[1:] if FILE.search(it)]
    assert sections
    for section in sections:
        names = [name for name, _ in FILE.findall(section)]
        assert CHANGE.search(section)
        assert names[-1].startswith("tests/")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert done.stdout.splitlines()[-1].startswith(f"{TEXT.count('def test_')} passed")


@pytest.mark.model
def test_what_the_walk_throughs_add_keeps_the_styles_and_the_types(copy):
    added = [str(copy / name) for name, _ in FILE.findall(TEXT) if name.startswith("core/")]
    for command in (["ruff", "check", "-q"], ["ruff", "format", "--check", "-q"]):
        done = subprocess.run(
            [sys.executable, "-m", *command, *added], cwd=copy, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout.decode()


def test_a_change_is_refused_where_the_file_says_otherwise():
    assert changed("a\nb\nc\nd\n", " a\n-b\n+B\n …\n c\n+C\n") == "a\nB\nc\nC\nd\n"
    with pytest.raises(AssertionError, match="not there"):
        changed("a\n", " b\n+c\n")
