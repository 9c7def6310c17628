import threading
from dataclasses import dataclass
from time import sleep

import numpy as np
import pytest
import torch

from pages.ui.resources.cache import Cache, size_of


@dataclass(frozen=True, slots=True)
class Pair:
    left: object
    right: object


def test_a_full_cache_holds_no_more_bytes_than_it_may_and_keeps_what_was_used_last():
    cache = Cache(10_500)
    for key in range(100):
        cache.get(key, lambda: bytes(1_000))
        cache.get(0, lambda: bytes(1_000))  # used again and again
        assert cache.n_bytes <= 10_500
    assert len(cache) == 9  # with 33 bytes of each object and the key
    assert cache.find(0) is not None
    assert cache.find(99) is not None
    assert cache.find(50) is None


def test_many_empty_values_fill_a_cache_too():
    cache = Cache(10_000)
    for key in range(10_000):
        cache.get(f"key {key}", lambda: b"")
    assert len(cache) < 200


def test_a_value_larger_than_the_cache_is_handed_out_and_pushes_nothing_out():
    cache = Cache(1_000)
    cache.get("small", lambda: b"small")
    assert len(cache.get("large", lambda: bytes(5_000))) == 5_000
    assert cache.find("large") is None
    assert cache.find("small") == b"small"


def test_a_failure_is_not_remembered():
    cache = Cache(1_000)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1 // 0)
    assert cache.get("key", lambda: 42) == 42


def test_of_many_who_ask_at_once_one_makes_the_value():
    cache, made = Cache(1_000), []

    def make():
        sleep(0.05)
        made.append(1)
        return len(made)

    threads = [threading.Thread(target=cache.get, args=("key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(100_000, np.uint8),
        np.zeros(100_000, np.uint8)[:3],  # keeps all of it alive
        torch.zeros(25_000),
        torch.zeros(25_000)[:3],
        np.frombuffer(bytes(100_000), np.uint8),
        Pair("left", [bytes(50_000), {"key": bytes(50_000)}]),
    ],
)
def test_the_size_is_that_of_all_that_a_value_keeps_alive(value):
    assert 100_000 <= size_of(value) <= 101_000


def test_what_is_referred_to_twice_counts_once_and_code_counts_nothing():
    data = bytes(100_000)
    assert size_of([data, data, np]) < 101_000
