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
