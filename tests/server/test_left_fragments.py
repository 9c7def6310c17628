from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from server import left_fragments


@pytest.fixture
def ran(monkeypatch):
    """What a script is run for, in a process that passes over what has been left."""
    ran = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda self, data: ran.append(data))
    left_fragments.introduce()
    left_fragments.introduce()
    return ran


def asked_for(*fragments):
    """Ask a script that has one fragment, ``here``, for some."""
    storage = SimpleNamespace(contains=lambda fragment: fragment == "here")
    runner = SimpleNamespace(_fragment_storage=storage)
    ScriptRunner._run_script(runner, RerunData(query_string="K=9", fragment_id_queue=[*fragments]))


def test_a_fragment_of_a_page_that_has_been_left_is_passed_over(ran):
    asked_for("left")
    assert not ran


def test_the_others_are_drawn(ran):
    asked_for("left", "here")
    assert [(it.fragment_id_queue, it.query_string) for it in ran] == [(["here"], "K=9")]


def test_a_whole_page_is_drawn(ran):
    asked_for()
    assert [it.fragment_id_queue for it in ran] == [[]]
