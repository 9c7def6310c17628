"""What somebody gets who installs the package: judged in processes of their own."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import core
from core.cli import EXPERIMENT, SCALE

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
MODULE_NAMES = {  # of those packages whose modules are called otherwise
    "faiss-cpu": "faiss",
    "opencv-python-headless": "cv2",
    "opentsne": "openTSNE",
    "pillow": "PIL",
    "scalable-vs": "svs",
    "scikit-learn": "sklearn",
}


def bare_name(requirement: str) -> str:
    return re.match(r"[\w-]+", requirement)[0].lower()


def pinned(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {bare_name(line) for line in lines if re.match(r"\w", line)}


def modules_of(requirements: list[str]) -> set[str]:
    return {MODULE_NAMES.get(name, name) for name in map(bare_name, requirements)}


def run(code: str) -> str:
    """Run code in a fresh process without the packages that extras bring; return what it prints."""
    extras = {name for extra in EXTRAS.values() for name in modules_of(extra)} - {"hashlight"}
    without = f"import sys\nfor name in {extras}: sys.modules[name] = None\n"
    command = [sys.executable, "-c", without + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The public face ----------------------------------------------------------------------------


def test_importing_the_package_brings_nothing_along_and_changes_nothing():
    code = """
import logging, os, warnings
def state():
    return (dict(os.environ), sys.getswitchinterval(), list(warnings.filters),
            list(logging.root.handlers), logging.root.level)
before = state()
import core
assert state() == before
print(*{"numpy", "torch", "PIL"} & set(sys.modules))
"""
    assert run(code).strip() == ""


@pytest.mark.model
def test_using_all_of_it_changes_nothing_that_its_dependencies_leave_alone():
    code = """
import logging, os
import numpy, platformdirs, safetensors.torch, torch, tqdm, torch.nn.utils.fusion
from PIL import Image, ImageFile
def state():
    return (dict(os.environ), sys.getswitchinterval(), Image.MAX_IMAGE_PIXELS,
            ImageFile.LOAD_TRUNCATED_IMAGES, torch.get_num_threads(), torch.is_grad_enabled(),
            torch.initial_seed(), list(logging.root.handlers), logging.root.level,
            sorted(numpy.geterr().items()))
before = state()
from core import *
assert state() == before
print(sorted(set(dir()) & set(sys.modules["core"].__all__)))
"""
    assert run(code).strip() == str(sorted(core.__all__))


def test_checkers_and_the_interpreter_see_the_same_names():
    tree = ast.parse((ROOT / "core" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (it for it in tree.body if isinstance(it, ast.If))
    typed = {
        alias.name: f".{node.module}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == core._MODULES
    assert core.__all__ == sorted(core.__all__)
    assert set(core.__all__) >= set(typed)
    assert set(core.__all__) <= set(dir(core))


def test_a_name_that_is_not_there_is_refused_as_any_modules():
    with pytest.raises(AttributeError, match="module 'core' has no attribute 'nothing'"):
        core.nothing  # noqa: B018


# What it needs ------------------------------------------------------------------------------


def test_the_tested_versions_are_of_all_that_the_package_may_need():
    needed = {
        bare_name(it)
        for group in (PROJECT["project"]["dependencies"], *EXTRAS.values())
        for it in group
    } - {"hashlight"}
    assert needed - pinned("requirements-app.txt") <= pinned("requirements-dev.txt")
    assert pinned("requirements-app.txt") <= needed


def test_the_lock_has_the_tested_versions_and_a_hash_of_every_file():
    lock = (ROOT / "requirements-app.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.M)[1:]
    versions = dict(re.match(r"([\w.-]+)==([\w.+]+)", it).groups() for it in entries)
    assert all("--hash=sha256:" in it for it in entries)
    text = (ROOT / "requirements-app.txt").read_text(encoding="utf-8")
    tested = dict(re.findall(r"^([\w-]+)==([\w.]+)", text, re.M))
    assert {name: versions[name.lower()] for name in tested} == tested
    assert pinned("requirements-app.txt") <= set(versions)
    assert "://" not in lock  # where it was resolved is nobody's concern


@pytest.mark.model
def test_every_command_that_lacks_packages_says_what_brings_them():
    assert modules_of(EXTRAS["experiment"]) == EXPERIMENT
    assert modules_of(EXTRAS["scale"]) == SCALE
    code = """
from core.cli import evaluate, main
def needs_opencv(options): raise ModuleNotFoundError(name="cv2")
evaluate.run = needs_opencv  # some of it alone needs more, and imports that when it is asked
sys.stderr = sys.stdout
for command in (["evaluate"], ["benchmark", "--quick"]):
    assert main(command) == 1
assert main(["index", "--to", "lance://nowhere"]) == 1
try:
    main(["search", "--help"])
except SystemExit as leaving:
    assert leaving.code == 0
"""
    lines = run(code)
    assert lines.count("needs more packages: pip install 'hashlight[experiment]'") == 2
    assert "needs more packages: pip install 'hashlight[scale]'" in lines
    assert "usage: python -m core search" in lines


@pytest.mark.model
def test_whoever_does_not_ask_for_tables_imports_nothing_of_them():
    code = """
import sys
from core import *
from core.cli import parser
from core.galleries import registry
parser()
registry.available()
print(*{"lancedb", "ray", "pyarrow"} & set(sys.modules))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.model
def test_the_command_line_lets_threads_sleep_while_they_wait():
    code = "import os, core.__main__ as it\nsys.argv = ['x', '--version']\n"
    code += "try: it.main()\nexcept SystemExit: print(os.environ['OMP_WAIT_POLICY'])"
    assert run(code).split()[-1] == "PASSIVE"


def test_there_is_one_version_and_the_changelog_begins_with_it():
    assert PROJECT["project"]["dynamic"] == ["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.M)[0] == core.__version__
