import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SLOW = {"torchvision", "torch._dynamo", "sympy", "scipy", "sklearn", "pandas", "matplotlib", "cv2"}
FIRST_VISIT = """
import sys
from streamlit.testing.v1 import AppTest
from pages.ui.resources import embeddings, model

# The engine's kernels come beside the page, when they are ready, and bring scipy along.
model.benchmark.compiling = embeddings.compiled_kernels = lambda: None
page = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
assert not page.exception and not page.error, page
assert len(page.get("bidi_component")) > 3  # the map, the code and the hits, beside the menu's
print(*sys.modules)
"""


def test_the_first_visitor_waits_for_no_slow_package_but_torch():
    visit = subprocess.run(
        [sys.executable, "-c", FIRST_VISIT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert visit.returncode == 0, visit.stderr
    imported = set(visit.stdout.split())
    assert "torch" in imported
    assert not imported & SLOW


def test_numpy_takes_one_core_for_a_product():
    code = "import os, streamlit_app, numpy, threadpoolctl as it\n"
    code += "print([each['num_threads'] for each in it.threadpool_info()])"
    environment = {name: it for name, it in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert told.stdout.split()[-1] == b"[1]"
