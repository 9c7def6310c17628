import os
import subprocess
import sys
from pathlib import Path

from core.cli.printing import printable


def test_text_for_a_terminal_is_one_line_and_holds_no_codes():
    assert printable("巴士 🚌.jpg") == "巴士 🚌.jpg"
    assert printable("\x1b[31mred\ntwo\udce9") == r"\x1b[31mred\ntwo\udce9"


def test_output_never_fails_in_a_console_of_another_encoding(tmp_path):
    command = [sys.executable, "-m", "core", "search", str(tmp_path / "巴士.jpg")]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert rb"\u5df4\u58eb.jpg can't be read" in done.stderr
