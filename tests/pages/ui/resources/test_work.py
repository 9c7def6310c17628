import gc
import threading
import weakref
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DownloadError
from pages.ui.resources.work import Work, WorkCache


class Large:
    """Something that a weak reference can watch."""


def test_the_result_comes_from_a_thread_and_once_for_all_who_ask():
    cache, threads = WorkCache(10_000), []
    for _ in range(3):
        work = cache.start("key", lambda progress: threads.append(threading.current_thread()))
    assert work.wait(10)
    assert cache.start("key", lambda progress: threads.append(None)).wait(10)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


def test_many_who_start_while_it_ends_start_it_once():
    """Where two sessions ask between the last line of a task and its end, too."""
    for _ in range(50):
        cache, runs = WorkCache(10_000), []
        ask = partial(cache.start, "key", lambda progress, runs=runs: runs.append(1))
        asking = [threading.Thread(target=ask) for _ in range(8)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        ask().wait(10)
        assert runs == [1]


def test_an_error_reaches_whoever_waits_and_nobody_after_them():
    cache = WorkCache(10_000)

    def fail(progress):
        raise DownloadError("offline")

    work = cache.start("key", fail)
    with pytest.raises(DownloadError, match="offline"):
        work.result()
    assert cache.find("key") is None
    again = cache.start("key", lambda progress: 42)
    assert again.result() == 42
    with pytest.raises(DownloadError, match="offline"):  # whoever waited for the first one
        work.result()


def test_a_task_is_let_go_of_when_it_has_ended():
    cache, large = WorkCache(10_000), Large()
    watched = weakref.ref(large)
    work = cache.start("key", lambda progress, large=large: 42)
    del large
    assert work.result() == 42
    while cache._running:
        pass
    gc.collect()
    assert watched() is None


def test_a_result_lives_no_longer_than_in_the_cache():
    cache, watched = WorkCache(250_000), []

    def task(progress):
        array = np.zeros(100_000, np.uint8)
        watched.append(weakref.ref(array))
        return array

    for key in range(4):
        cache.start(key, task).result()
        while cache._running:
            pass
        assert cache.n_bytes <= cache.max_bytes
    gc.collect()
    assert [it() is not None for it in watched] == [False, False, True, True]


def test_progress_is_seen_while_the_work_goes_on():
    go_on = threading.Event()

    def task(progress):
        progress(30, 120, "Embedding Scenes")
        go_on.wait(10)

    work = Work(task)
    try:
        while not work.share:
            assert not work.wait(0.01)
        assert work.share == 0.25
        assert work.describe() == "Embedding Scenes: 25%"
    finally:
        go_on.set()
    assert work.wait(10)


def page_with_an_offer() -> None:
    import streamlit as st  # noqa: PLC0415

    from pages.ui.resources.work import offered  # noqa: PLC0415

    cache = st.session_state["cache"]
    work = offered(
        "Begin",
        "Takes a while.",
        find=lambda: cache.find(""),
        start=lambda: cache.start("", st.session_state["task"]),
    )
    if work:
        st.write(f"The result is {work.result()}.")


def open_offer(cache, task) -> AppTest:
    page = AppTest.from_function(page_with_an_offer)
    page.session_state["cache"], page.session_state["task"] = cache, task
    return page.run()


def test_offered_work_is_begun_by_a_button_and_its_result_is_everybodys():
    cache = WorkCache(10_000)
    page = open_offer(cache, lambda progress: 42)
    assert page.button[0].label == "Begin"
    page.button[0].click().run()
    assert page.markdown[0].value == "The result is 42."
    assert open_offer(cache, None).markdown[0].value == "The result is 42."


def test_who_began_what_failed_is_told_and_can_try_again_and_the_next_visitor_sees_nothing_of_it():
    def fail(progress):
        raise DownloadError("The network is down; try later.")

    cache = WorkCache(10_000)
    page = open_offer(cache, fail)
    page.button[0].click().run()
    assert page.error[0].value.startswith("The network is down")
    assert page.button[0].label == "Begin"
    assert not open_offer(cache, fail).error
    page.session_state["task"] = lambda progress: 42
    page.button[0].click().run()
    assert page.markdown[0].value == "The result is 42."
    assert not page.error


@pytest.mark.parametrize("forget", [lambda cache: cache.drop({"digest"}), WorkCache.clear])
def test_what_is_forgotten_while_it_is_worked_on_is_kept_by_nobody(forget):
    cache, go = WorkCache(10**6), threading.Event()
    work = cache.start(("digest", 1), lambda progress: go.wait(10) and "private")
    forget(cache)
    assert cache.find(("digest", 1)) is None
    go.set()
    assert work.wait(10)
    assert work.result() == "private"  # for who still waits for it
    assert cache.find(("digest", 1)) is None
    assert len(cache) == 0
