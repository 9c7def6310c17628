"""A click on a part of a page that has been left in the meantime must not bring that page back.

Who follows a link and then, before the next page is there, moves a slider of the page that he still
sees, asks for a part (a *fragment*) of the old page. Streamlit runs it after the next page. By then
the part is gone: nothing is drawn. But the browser has been told that the old page begins, and
clears the new one away: it stays blank for good. Here such a request is passed over.
"""

from dataclasses import replace
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData


def introduce() -> None:
    """Let every script of this process pass them over; twice is once."""
    run: Any = ScriptRunner._run_script
    if hasattr(run, "__wrapped__"):
        return

    @wraps(run)
    def run_what_is_there(self: ScriptRunner, rerun_data: RerunData) -> None:
        asked = rerun_data.fragment_id_queue
        there = [it for it in asked if self._fragment_storage.contains(it)]
        if there or not asked:
            run(self, replace(rerun_data, fragment_id_queue=there))

    ScriptRunner._run_script = run_what_is_there  # type: ignore[method-assign]
