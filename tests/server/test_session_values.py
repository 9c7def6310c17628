"""What is looked up one by one is what Streamlit puts together."""

from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState

from server.session_values import _WHOLE, Values

WIDGET = "$$ID-0123-chosen"  # as Streamlit calls a widget of the key "chosen"


def test_values_are_those_of_the_whole_one_by_one():
    state = SessionState()
    state["a"], state["b"] = 1, None
    state._set_widget_metadata(WidgetMetadata(WIDGET, lambda value: value, str, "int_value"))
    state._set_key_widget_mapping(WIDGET, "chosen")
    state._new_widget_state.set_from_value(WIDGET, 7)
    safe = SafeSessionState(state, lambda: None)
    whole, values = _WHOLE.__get__(safe), Values(safe)
    assert whole == {"a": 1, "b": None, "chosen": 7}
    assert dict(values) == whole
    assert (len(values), repr(values)) == (len(whole), repr(whole))
    assert "gone" not in values
