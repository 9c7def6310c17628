"""A few kills of each kind of work, and every fault: the small version of ``tools.kill``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.kill.trials import CorruptStateError, Work, kill

ROOT = Path(__file__).parents[1]
LINUX = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")

# In a process of its own: only one without threads can be forked.
SMALL = """
import json, sys
from contextlib import ExitStack
from pathlib import Path
import torch
torch.set_num_threads(1)
from tools.kill import faults
from tools.kill.__main__ import all_works
from tools.kill.trials import kill
folder = Path(sys.argv[1])
with ExitStack() as stack:
    for work in all_works(stack, folder):
        if work.name == sys.argv[2]:
            print(json.dumps(kill(work, 4, 1, folder).as_json()))
for fault in faults.FAULTS:
    if fault.__name__ == sys.argv[2]:
        print(json.dumps(faults.meet(fault, folder)))
"""
WORKS = ("download", "indexing", "training", "saving weights", "keeping a gallery")
FAULTS = {
    "full_disk": "can't be written",
    "nowhere_to_write": "can't be written",
    "too_little_memory": "not enough memory",
    "clock_set_back": "whichever way the clock went",
}


def small(folder, name) -> str:
    command = [sys.executable, "-c", SMALL, str(folder), name]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@LINUX
@pytest.mark.model
@pytest.mark.parametrize("name", WORKS)
def test_work_that_is_killed_goes_on_and_nothing_finished_is_lost(name, tmp_path):
    said = small(tmp_path, name)
    assert '"kills": 4' in said
    assert '"failures": []' in said


@LINUX
@pytest.mark.model
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_machine_is_one_sentence_and_the_rest_goes_on(name, tmp_path):
    said = small(tmp_path, name)
    assert '"said"' in said
    assert FAULTS[name] in said


@LINUX
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_trial_would_notice_a_file_that_is_written_in_place(tmp_path):
    """What writes without a temporary name is caught with half a file."""

    def do(folder, finished):
        with (folder / "file").open("wb") as file:
            for _ in range(200):
                file.write(b"x" * 100_000)
                file.flush()

    def judge(folder):
        size = (folder / "file").stat().st_size if (folder / "file").exists() else 0
        if size not in (0, 20_000_000):
            raise CorruptStateError("half a file")
        return 0

    work = Work(name="in place", do=do, judge=judge, judge_result=judge)
    assert "half a file" in kill(work, 200, 1, tmp_path).failures[0]
