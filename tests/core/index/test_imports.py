import subprocess
import sys

STANDALONE = [
    "core.index.vectors",
    "core.index.exact",
    "core.index.families.hyperplanes",
    "core.index.lsh",
    "core.index.hamming",
    "core.evaluation.metrics",
]


def test_index_and_metrics_need_numpy_and_the_errors_only():
    script = f"""
import importlib, sys
import numpy
before = set(sys.modules)
for name in {STANDALONE}:
    importlib.import_module(name)
print(*sorted(set(sys.modules) - before))
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = run.stdout.split()
    ours = {name for name in loaded if name.partition(".")[0] == "core"}
    others = {name.partition(".")[0] for name in loaded} - {"core", "numpy"}
    assert ours == {
        "core",
        "core.errors",
        "core.evaluation",
        "core.index",
        "core.index.families",
        *STANDALONE,
    }
    assert others <= set(sys.stdlib_module_names)
