import numpy as np
import pytest

from core.engine import compilation
from core.engine.buckets import BucketIndex
from core.engine.calibration import Calibrator
from core.engine.codes import CodeConfig, CodeIndex
from core.engine.kernels import compiled, readable
from core.errors import HashlightError
from core.index.families.hyperplanes import Hyperplanes
from core.index.fitting import fit


def signatures():
    """Of every compiled function, the types that it has been compiled for."""
    return {
        name: list(it.signatures)
        for name, it in vars(compiled).items()
        if hasattr(it, "signatures")
    }


def test_after_it_a_gallery_of_any_size_and_type_compiles_nothing(tmp_path):
    n_steps = len(list(compilation.steps(compiled)))
    assert n_steps == len(compilation.PERCENT)
    before = signatures()
    assert before["_search_cells"]
    rows = np.random.default_rng(0).standard_normal((700, 300)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    stored = rows.copy()
    stored.flags.writeable = False  # as a gallery's embeddings are in the app
    for dtype in (np.float32, np.float16):
        read = BucketIndex.build(rows.astype(dtype), family=Hyperplanes)
        for query in (rows[0], stored[0], rows.astype(np.float64)[0]):
            for reading in (2, fit(rows[:200]).rule):
                read.read(query, read.margins_to_tables(query), reading, k=3)
        for index in (
            CodeIndex.build(rows.astype(dtype), config=CodeConfig(n_cells=9), threads=2),
            CodeIndex.build(rows.astype(dtype)),
            BucketIndex.build(rows.astype(dtype), threads=2),
        ):
            Calibrator(index).choose(0.8)
            index.query(rows[0], k=3, exclude=0)
            index.query(stored[0], k=3)
            index.query_batch(rows[:200], threads=2)
            folder = tmp_path / f"{type(index).__name__}-{dtype.__name__}"
            index.save(folder)
            for mapped in (True, False):
                type(index).load(folder, mapped=mapped).query(rows[0])
    assert signatures() == before


def test_load_compiles_elsewhere_and_tells_how_far_it_is():
    told = []
    kernels = compilation.load(lambda *progress: told.append(progress))
    assert kernels is compiled
    assert [done for done, _, _ in told] == [0, *compilation.PERCENT]
    assert {(total, what) for _, total, what in told} == {(100, compilation.WHAT)}


@pytest.fixture
def broken_numba(tmp_path, monkeypatch):
    """Put a module in numba's place, for other processes."""

    def put(source: str) -> None:
        for name in ("numba", "llvmlite"):
            (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return put


def test_without_numba_the_kernels_are_those_to_be_read(broken_numba):
    broken_numba("raise ModuleNotFoundError(name='numba')")
    assert compilation.load() is readable


def test_what_stops_it_is_said_in_a_sentence(broken_numba):
    broken_numba("raise RuntimeError('no space left on disk')")
    with pytest.raises(HashlightError, match=r"no space left on disk.*restart the app"):
        compilation.load()
