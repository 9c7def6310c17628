"""What a widget asks of the session is looked up; Streamlit would put all of the session together.

A slider, a choice or a field that has a key looks whether the session has a value for it. Streamlit
hands it a dictionary of every value there is, made for that one question; and for the state of each
component, of which a page has a dozen, it makes a class of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

_WHOLE = SafeSessionState.filtered_state


class Values(Mapping[str, Any]):
    """The values of a session by key, each looked up when it is asked for."""

    def __init__(self, state: SafeSessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        with self._state._lock:
            return self._state._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> dict[str, Any]:
        values: dict[str, Any] = _WHOLE.__get__(self._state)
        return values


def introduce() -> None:
    """Let widgets of this process look up what they ask for; twice is once."""
    SafeSessionState.filtered_state = property(Values)  # type: ignore[assignment, method-assign]
