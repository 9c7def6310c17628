import pytest

from core.benchmark import company
from core.benchmark.company import Company


def test_what_others_used_is_what_was_busy_without_ourselves(monkeypatch):
    # Of 2 processors in 10 s: 14 s busy, 4 s of it ours. Others: 10 of 20.
    times = iter([100.0, 110.0])
    busy, own = iter([50.0, 64.0]), iter([7.0, 11.0])
    monkeypatch.setattr(company, "perf_counter", lambda: next(times))
    monkeypatch.setattr(company, "_busy_seconds", lambda: next(busy))
    monkeypatch.setattr(company, "_own_seconds", lambda: next(own))
    monkeypatch.setattr(company.os, "cpu_count", lambda: 2)
    assert Company().share() == pytest.approx(0.5)


def test_idle_and_waiting_are_not_busy(monkeypatch, tmp_path):
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 9000 800 1 2 3 0 0\ncpu0 1 1 1 1\n")
    monkeypatch.setattr(company, "_STAT", stat)
    monkeypatch.setattr(company.os, "sysconf", lambda _: 100)
    assert company._busy_seconds() == pytest.approx(1.56)


def test_where_the_system_does_not_tell_nothing_is_claimed(monkeypatch, tmp_path):
    monkeypatch.setattr(company, "_STAT", tmp_path / "none")
    assert Company().share() is None
