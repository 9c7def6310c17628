"""Several processes behind nginx: the configuration, judged by nginx itself where it is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.serve import configuration

ADDRESSES = ["127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003"]


def test_each_process_has_its_share_its_number_and_its_address(tmp_path):
    text = configuration(ADDRESSES, "127.0.0.1:8080", tmp_path)
    for line in ("33.33% 0;", "33.33% 1;", "* 2;", "2 2;", "1 127.0.0.1:1002;"):
        assert line in text
    assert "listen 127.0.0.1:8080;" in text


def test_nginx_takes_it(tmp_path):
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        pytest.skip("nginx is not installed")
    path = tmp_path / "nginx.conf"
    path.write_text(configuration(ADDRESSES, "127.0.0.1:8080", tmp_path))
    done = subprocess.run(
        [program, "-t", "-c", str(path), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
