import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from core.errors import ImageError, SettingError
from core.evaluation import stage_timing as module
from core.evaluation.stage_timing import (
    TimedSystem,
    by_lsh,
    by_scan,
    limited_threads,
    measure_stages,
    summary,
    take_turns_by_query,
    timed_cnn,
    timed_description,
    timed_network,
    timed_svm,
)
from core.images import decode
from core.index.exact import exact_scan
from core.index.lsh import LSHConfig, LSHIndex
from core.methods.base import Pictures
from core.methods.cnn import Cnn, LshSearch
from core.methods.sift import Sift, SiftConfig
from core.methods.svm import FeedbackConfig, SvmActiveLearning
from core.methods.vgg import VggConfig, VggN
from core.progress import silent

pytestmark = pytest.mark.model

EMBED = ["decode", "preprocess", "embed"]


@pytest.fixture
def files(picture, png):
    return [png(picture(seed)) for seed in (70, 71)]


@pytest.fixture(scope="module")
def index(embedder):
    """200 random embeddings, under ids that are not their rows."""
    vectors = np.random.default_rng(0).standard_normal((200, embedder.dim))
    index = LSHIndex(LSHConfig(n_bits=4, n_tables=2), embedder.dim)
    index.add(np.arange(200) + 100, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return index


def spied(monkeypatch, name):
    """Let a function of the module keep what it returns."""
    function, returned = getattr(module, name), []

    def spy(*arguments, **options):
        returned.append(function(*arguments, **options))
        return returned[-1]

    monkeypatch.setattr(module, name, spy)
    return returned


def fixed(key, by_call):
    """A system that pretends to have taken these seconds, one dict per call, over and over."""
    calls = []

    def answer(query, data):
        calls.append((query, data))
        return by_call[(len(calls) - 1) % len(by_call)]

    return TimedSystem(key, key.title(), answer), calls


# What is timed ------------------------------------------------------------------------------


def test_hashing_has_its_stages_and_finds_what_the_index_finds(embedder, index, files, monkeypatch):
    queries, hits = spied(monkeypatch, "embed_query"), spied(monkeypatch, "rerank")
    system = timed_network(
        "ours", "Ours", embedder, by_lsh(index, n_probes=2, k=200), attention="channel"
    )
    for number, data in enumerate(files):
        seconds = system.answer(number, data)
        assert [*seconds] == [*EMBED, "hash", "probe", "rerank"]
        assert min(seconds.values()) > 0
        assert queries[-1].attention == "channel"
        expected = index.query(queries[-1].embedding, k=200, n_probes=2)
        assert hits[-1].ids.tolist() == expected.ids.tolist()
        assert len(expected) > len(index.query(queries[-1].embedding, k=200, n_probes=1))


def test_the_exact_scan_is_the_one_stage_after_embedding(embedder, index, files, monkeypatch):
    queries, hits = spied(monkeypatch, "embed_query"), spied(monkeypatch, "exact_scan")
    system = timed_network("cnn", "CNN", embedder, by_scan(index.vectors, k=3), attention="off")
    for number, data in enumerate(files):
        seconds = system.answer(number, data)
        assert [*seconds] == [*EMBED, "exact scan"]
        assert min(seconds.values()) > 0
        assert queries[-1].attention == "off"
        expected = exact_scan(queries[-1].embedding, index.vectors, k=3)
        assert hits[-1].ids.tolist() == expected.ids.tolist()


@pytest.mark.parametrize("search", [LshSearch(), None])
def test_a_system_of_the_tables_is_timed_as_it_searches(
    embedder, index, files, search, monkeypatch
):
    queries = spied(monkeypatch, "embed_query")
    hits = spied(monkeypatch, "rerank" if search else "exact_scan")
    system = Cnn(None, "key", "Title", "spatial", search)
    system.embedder = lambda: embedder
    system.vectors, system.index, system.n_probes = index.vectors, index, 3
    timed = timed_cnn(system, k=200)
    assert (timed.key, timed.title) == ("key", "Title")
    after = [*timed.answer(0, files[0])][3:]
    assert after == (["hash", "probe", "rerank"] if search else ["exact scan"])
    assert queries[0].attention == "spatial"
    assert hits[0].ids.tolist() == system._search(queries[0].embedding).tolist()


def test_a_description_is_timed_apart_from_its_comparison(files):
    seen = []

    def describe(pixels):
        time.sleep(0.02)
        return pixels.sum()

    described = SimpleNamespace(
        key="sift", title="SIFT", describe=describe, rank_vector=seen.append
    )
    seconds = timed_description(described).answer(0, files[0])
    assert [*seconds] == ["decode", "describe", "rank"]
    assert seconds["describe"] >= 0.02 > seconds["rank"]
    assert seen == [decode(files[0]).pixels.sum()]


def test_sift_and_vgg_rank_what_they_describe(gallery, files, monkeypatch):
    small = VggConfig(input_size=16, channels=(2, 2), dim=4, views=1, epochs=1, batch=10)
    for system in (Sift(SiftConfig(n_words=5)), VggN(small)):
        pictures = Pictures(gallery, np.arange(20))
        system.fit(pictures, np.arange(20) // 5, seed=0, progress=silent)
        ranked = []
        monkeypatch.setattr(system, "rank_vector", ranked.append)
        timed = timed_description(system)
        assert (timed.key, timed.title) == (system.key, system.title)
        assert min(timed.answer(0, files[0]).values()) > 0
        assert np.array_equal(ranked[0], system.describe(decode(files[0]).pixels))


def test_feedback_asks_in_every_round_about_the_query_of_its_number(gallery, files):
    svm = SvmActiveLearning(FeedbackConfig(n_rounds=2, n_asked=3))
    svm.fit(Pictures(gallery, np.arange(20)), np.arange(20) // 5, seed=0, progress=silent)
    asked = []

    def user(query, rows):
        asked.append((query, rows.tolist()))
        return rows % 2 == 0

    seconds = timed_svm(svm, user).answer(7, files[0])
    assert [*seconds] == ["decode", "describe", "ask", "rank"]
    assert min(seconds.values()) > 0
    session = svm.session(svm.describe(decode(files[0]).pixels))
    for query, rows in asked:
        assert query == 7
        assert rows == session.to_ask().tolist()
        session.answer(rows, np.array(rows) % 2 == 0)
    assert len(asked) == 2


def test_bytes_that_are_no_image_are_one_sentence(embedder, index):
    system = timed_network("cnn", "CNN", embedder, by_scan(index.vectors), attention="off")
    with pytest.raises(ImageError, match=r"\.$"):
        measure_stages([system], [b"no picture"])


# How it is timed ----------------------------------------------------------------------------


def test_median_and_p95_are_those_counted_by_hand():
    """Of 21 values, 0 to 20, the median is 10 and 19 is the 95th percentile; the sums with a
    second stage that runs the other way are all 20.
    """
    spread = summary([{"decode": float(i), "rank": 20.0 - i} for i in range(21)])
    assert spread["stages"]["decode"] == {"median_s": 10, "p95_s": 19}
    assert spread["stages"]["rank"] == {"median_s": 10, "p95_s": 19}
    assert spread["total"] == {"median_s": 20, "p95_s": 20}


def test_systems_take_turns_by_query_after_a_warm_up():
    order = []
    systems = [
        TimedSystem(key, key, lambda number, data, key=key: order.append((key, number)) or {"s": 1})
        for key in "ab"
    ]
    files = [b"0", b"1", b"2", b"3", b"4"]
    seconds = take_turns_by_query(systems, files, 2)
    warm_up = [(key, number) for key in "ab" for number in range(3)]
    rounds = [(key, number) for _ in range(2) for number in range(5) for key in "ab"]
    assert order == warm_up + rounds
    assert {key: len(values) for key, values in seconds.items()} == {"a": 10, "b": 10}


def test_what_warms_up_does_not_count():
    cold, warm = {"decode": 100.0}, {"decode": 1.0}
    system, calls = fixed("slow start", [cold, cold, cold, warm, warm, warm, warm])
    seconds = take_turns_by_query([system], [b"0", b"1", b"2", b"3"], 1)
    assert seconds == {"slow start": [warm] * 4}
    assert calls == [(n, b"%d" % n) for n in (0, 1, 2, 0, 1, 2, 3)]


def test_the_report_has_every_system_with_one_thread_and_with_all():
    first, calls = fixed("first", [{"decode": 1.0, "rank": 2.0}])
    second, _ = fixed("second", [{"decode": 4.0}])
    told = []
    report = measure_stages(
        [first, second], [b"0", b"1"], repeats=3, progress=lambda *it: told.append(it)
    )
    one, two = {"median_s": 1, "p95_s": 1}, {"median_s": 2, "p95_s": 2}
    three, four = {"median_s": 3, "p95_s": 3}, {"median_s": 4, "p95_s": 4}
    of_first = {"stages": {"decode": one, "rank": two}, "total": three}
    of_second = {"stages": {"decode": four}, "total": four}
    assert report == {
        "n_queries": 2,
        "repeats": 3,
        "n_threads": {"1": 1, "all": torch.get_num_threads()},
        "systems": {
            "first": {"title": "First", "threads": {"1": of_first, "all": of_first}},
            "second": {"title": "Second", "threads": {"1": of_second, "all": of_second}},
        },
    }
    assert len(calls) == 2 * (2 + 3 * 2)
    assert [it[0] for it in told] == [1, 2, 3, 4, 5, 6] * 2
    assert told[0] == (1, 6, "Timed queries, 1 thread")


@pytest.fixture
def three_threads():
    """Begin with three threads, and leave the process as it was."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


def test_every_library_obeys_and_gets_its_threads_back(three_threads):
    def seen():
        libraries = [library["num_threads"] for library in threadpool_info()]
        return torch.get_num_threads(), cv2.getNumThreads(), libraries

    cv2.setNumThreads(2)
    with threadpool_limits(3):
        before = seen()
        assert before[2].count(3) == len(before[2]) > 0
        with limited_threads(1):
            assert seen() == (1, 1, [1] * len(before[2]))
            with limited_threads(2):
                assert seen() == (2, 2, [2] * len(before[2]))
        assert seen() == before


def test_an_error_gives_the_threads_back_too(three_threads):
    with pytest.raises(ZeroDivisionError), limited_threads(1):
        1 / 0  # noqa: B018
    assert torch.get_num_threads() == 3


def test_answers_are_given_with_one_thread_and_then_with_all(three_threads):
    seen = []
    system = TimedSystem("a", "A", lambda *_: seen.append(torch.get_num_threads()) or {"s": 1.0})
    report = measure_stages([system], [b"0"], repeats=1)
    assert seen == [1, 1, 3, 3]
    assert report["n_threads"] == {"1": 1, "all": 3}


@pytest.mark.parametrize(
    ("keys", "queries", "repeats"),
    [("", [b"0"], 1), ("a", [], 1), ("a", [b"0"], 0), ("aba", [b"0"], 1)],
)
def test_what_cannot_be_timed_is_one_sentence(keys, queries, repeats):
    systems = [fixed(key, [{"decode": 1.0}])[0] for key in keys]
    with pytest.raises(SettingError, match=r"can't be timed; give at least one of each, .*\.$"):
        measure_stages(systems, queries, repeats=repeats)
