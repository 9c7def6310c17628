import threading

import pytest

from core.errors import DownloadError
from pages.ui.work import Work, in_words


def test_the_result_comes_from_a_thread_and_once_for_all_who_ask():
    threads = []
    work = Work(lambda progress: threads.append(threading.current_thread()))
    for _ in range(3):
        work.start()
    assert work.wait(10)
    work.start()
    assert work.wait(10)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


def test_an_error_reaches_whoever_waits_and_the_work_can_be_tried_again():
    outcomes = iter([DownloadError("offline"), None])

    def task(progress):
        if error := next(outcomes):
            raise error
        return 42

    work = Work(task)
    work.start()
    work.wait(10)
    with pytest.raises(DownloadError, match="offline"):
        work.result()
    assert not work.is_started
    work.start()
    work.wait(10)
    assert work.result() == 42
    assert work.error is None


def test_progress_is_seen_while_the_work_goes_on():
    go_on = threading.Event()

    def task(progress):
        progress(30, 120, "Embedding Scenes")
        go_on.wait(10)

    work = Work(task)
    work.start()
    try:
        while not work.share:
            assert not work.wait(0.01)
        assert work.share == 0.25
        assert work.describe() == "Embedding Scenes: 25%"
    finally:
        go_on.set()
    assert work.wait(10)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (3_540, "59 min"), (4_800, "1 h 20 min")],
)
def test_durations_are_said_as_a_person_would(seconds, words):
    assert in_words(seconds) == words
