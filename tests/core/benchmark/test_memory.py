from core.benchmark.memory import free_bytes, heats


def test_who_fits_together_races_together_and_only_what_cannot_fit_is_left_out():
    found, too_large = heats({"a": 30, "b": 40, "c": 20, "d": 81, "e": 60}, room=100)
    assert found == [["a", "b"], ["c", "e"]]  # 80 of 100 are given away
    assert list(too_large) == ["d"]
    assert too_large["d"].startswith("It needs about 0.0 GB of memory")


def test_without_contestants_there_is_no_heat():
    assert heats({}, room=10) == ([], {})


def test_some_memory_is_free():
    assert 10**7 < free_bytes() < 10**14
