"""Run code as somebody whom permissions bind: a superuser may read everything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

_ROOT = Path(__file__).parents[1]
_RIGHTS = "-dac_override,-dac_read_search"  # the superuser's, to read what nobody may read


def run_unprivileged(code: str, *arguments: object) -> str:
    """Run Python code in the repository's root without a superuser's rights; return its output."""
    command = [sys.executable, "-c", dedent(code), *map(str, arguments)]
    if sys.platform == "win32":
        pytest.skip("permissions are other ones here")
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("needs setpriv, or a user who isn't root")
        command = ["setpriv", f"--bounding-set={_RIGHTS}", f"--inh-caps={_RIGHTS}", *command]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
