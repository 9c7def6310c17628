"""The folder can be lifted out: it needs NumPy, two files of core, and its language."""

import shutil
import subprocess
import sys
from pathlib import Path

import core.index

FOLDER = Path(core.index.__file__).parent
USE = """
import sys
import numpy as np

class OnlyNumPy:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"lifted", "numpy"} | set(sys.stdlib_module_names):
            raise ModuleNotFoundError(f"{name} is not NumPy")

sys.meta_path.insert(0, OnlyNumPy())

from pathlib import Path
from lifted.index.exact import ExactIndex
from lifted.index.families import FAMILIES
from lifted.index.lsh import LSHIndex
from lifted.index.protocol import CandidateIndex, Index

rows = np.eye(4, 8, dtype=np.float32)
for kind, settings in [(ExactIndex, {}), *((LSHIndex, {"family": it}) for it in FAMILIES.values())]:
    index = kind.build(rows, [4, 3, 2, 1], **settings)
    index.save(Path("saved"))
    assert kind.load(Path("saved")).query(rows[2], k=1).ids.tolist() == [2]
print("lifted" in sys.modules, "core" in sys.modules)
"""


def test_the_folder_works_in_another_package_with_numpy_alone(tmp_path):
    lifted = tmp_path / "lifted"
    for folder in (FOLDER, FOLDER.parent / "language"):
        shutil.copytree(folder, lifted / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    (lifted / "__init__.py").touch()
    for name in ("errors.py", "files.py"):
        shutil.copy(FOLDER.parent / name, lifted)
    run = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert run.stderr == ""
    assert run.stdout.split() == ["True", "False"]
