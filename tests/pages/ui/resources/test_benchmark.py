import pytest

from core.engine import compilation
from core.engine.kernels import compiled, readable
from core.errors import HashlightError
from pages.ui.resources import benchmark
from pages.ui.resources.work import Work, WorkCache


def failing(progress):
    raise HashlightError("The engine can't be compiled (no space left on disk); restart the app.")


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (lambda progress: readable, "numba can't be imported here"),
        (failing, "no space left on disk"),
    ],
)
def test_where_the_engine_will_never_be_there_it_is_not_called_compiling(monkeypatch, task, said):
    work = Work(task)
    assert work.wait(60)
    monkeypatch.setattr(benchmark, "compiling", lambda: work)
    assert benchmark.compiled_kernels() is None
    assert said in benchmark.why_numpy()
    assert "still being compiled" not in benchmark.why_numpy()


def test_compiled_kernels_are_those_of_the_one_compiling(monkeypatch):
    work = Work(lambda progress: compiled)
    assert work.wait(60)
    monkeypatch.setattr(benchmark, "compiling", lambda: work)
    assert benchmark.compiled_kernels() is compiled


def test_whatever_fails_is_tried_once(monkeypatch):
    asked = []
    monkeypatch.undo()  # of the pages' stand-in for the engine
    monkeypatch.setattr(compilation, "load", lambda progress: asked.append(progress) or failing(0))
    monkeypatch.setattr(benchmark, "_engine", WorkCache(1_000_000))  # nothing loaded before
    benchmark.compiling.cache_clear()
    for _ in range(2):
        assert benchmark.compiling().wait(60)
        assert benchmark.compiled_kernels() is None
    assert len(asked) == 1
    benchmark.compiling.cache_clear()
