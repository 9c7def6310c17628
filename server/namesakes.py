"""What is done to a widget reaches it, also when the next page has one of the same name already.

A widget's name, its key, leads to one widget at a time. While the next page is drawn, its widgets
take over the names of those that the browser still shows. Who then chooses something there would
have the call that follows look for the choice at the new widget, which knows nothing of it: the
choice is lost, or the page ends in an error. So a name leads to the widget that was changed, until
the run that follows draws all of them anew.
"""

from functools import wraps
from typing import Any

from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import is_keyed_element_id, user_key_from_element_id


def introduce() -> None:
    """Let the sessions of this process do so; twice is once."""
    call: Any = SessionState._call_callbacks
    if hasattr(call, "knows_namesakes"):
        return

    @wraps(call)
    def call_by_name(self: SessionState, **given: Any) -> None:
        _lead_to_what_changed(self)
        call(self, **given)

    call_by_name.knows_namesakes = True  # type: ignore[attr-defined]
    SessionState._call_callbacks = call_by_name  # type: ignore[method-assign]


def _lead_to_what_changed(state: SessionState) -> None:
    names = state._key_id_mapper
    for widget in state._new_widget_state:
        if is_keyed_element_id(widget) and state._widget_changed(widget):
            key = user_key_from_element_id(widget)
            if key is not None and names.get_id_from_key(key) != widget:
                names[key] = widget
