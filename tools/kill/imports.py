"""A gallery that Ray embeds into a table of LanceDB, by the command that people use.

Each start takes the half minute in which Ray and the models come up, so it is killed only where it
is asked for: ``python -m tools.kill --work "Ray import" --kills 10``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.galleries import registry
from tools.kill.trials import CorruptStateError, Work

NAME = "Ray import"
N_IMAGES = 600
ROOT = Path(__file__).parents[2]

# In a process of its own: one that has used LanceDB can't be forked.
_NAMES = """
import json, sys
from core.scale.table import Table, exists
rows = Table.open(sys.argv[1]).names() if exists(sys.argv[1]) else []
print(json.dumps([it["name"] for it in rows]))
"""


def importing(folder: Path) -> Work:
    """Import the first scenes as if they were a folder of one's own.

    Args:
        folder: for the images.
    """
    pictures = folder / "pictures"
    pictures.mkdir()
    gallery = registry.open_gallery("scenes")
    for item in gallery.items[:N_IMAGES]:
        path = pictures / item.name.replace("/", "-")
        path.write_bytes(gallery.read(item.id))

    def do(place: Path, _: Callable[[int], None]) -> None:
        """Become the command, whose last words go where the trial looks for them."""
        error = os.open(place.with_suffix(".error"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(error, stream.fileno())
        os.chdir(ROOT)
        asked = ["index", "--gallery", str(pictures), "--to", _address(place)]
        environment = os.environ | {"HASHLIGHT_HOME": str(place)}
        os.execve(sys.executable, [sys.executable, "-m", "core", *asked], environment)

    def judge(place: Path) -> int:
        asked = [sys.executable, "-c", _NAMES, _address(place)]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CorruptStateError(done.stderr[-300:])
        names = json.loads(done.stdout)
        if len(set(names)) != len(names):
            raise CorruptStateError("an image is there twice")
        return len(names)

    def judge_result(place: Path) -> None:
        if judge(place) != N_IMAGES:
            raise CorruptStateError("images are missing")

    return Work(name=NAME, do=do, judge=judge, judge_result=judge_result)


def _address(place: Path) -> str:
    return f"lance://{place / 'table'}"
