"""What a visitor does is done to the newest address, also where his browser has an older one.

A choice goes into the address, and a browser sends the address that it has with every request. Of
two choices made at once, the second leaves before the browser has heard what the first has made of
the address. So it comes with the one before, and the first choice would be lost: the busier the
server, the longer the time in which that happens.

So a session remembers the addresses that it has told since its visitor chose one himself, by a link
or the browser's *Back*. What comes with one of those is done to the last of them. A link is told
from that, since it runs the whole page and changes no widget.
"""

from collections import deque
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner_utils.script_run_context import (
    ScriptRunContext,
    get_script_run_ctx,
)
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.query_params import QueryParams

_MOST = 64  # addresses that are remembered: a browser is not that far behind


def introduce() -> None:
    """Let the sessions of this process do so; twice is once."""
    tell: Any = QueryParams._send_query_param_msg
    call: Any = SessionState._call_callbacks
    if hasattr(tell, "__wrapped__"):
        return

    @wraps(tell)
    def tell_and_remember(self: QueryParams) -> None:
        tell(self)
        context, told = get_script_run_ctx(), _told(self)
        if context and list(told)[-1:] != [context.query_string]:  # each run tells it again
            told.append(context.query_string)

    @wraps(call)
    def call_on_newest(self: SessionState, **given: Any) -> None:
        if context := get_script_run_ctx():
            _go_on(self, context)
        call(self, **given)

    QueryParams._send_query_param_msg = tell_and_remember  # type: ignore[method-assign]
    SessionState._call_callbacks = call_on_newest  # type: ignore[method-assign]


def _go_on(state: SessionState, context: ScriptRunContext) -> None:
    """Take the newest address for a run that is no link's; its widgets have their values."""
    told, asked = _told(state.query_params), context.query_string
    if told and asked == told[-1]:
        return
    if asked not in told or _is_link(state, context):
        told.clear()
        told.append(asked)
        return
    context.query_string = told[-1]
    state.query_params.set_initial_query_params(told[-1])
    state.query_params.populate_from_query_string(told[-1])
    state.query_params._send_query_param_msg()  # the run that told it may have been stopped


def _is_link(state: SessionState, context: ScriptRunContext) -> bool:
    if context.is_history_navigation:
        return True
    changed = any(state._widget_changed(widget) for widget in state._new_widget_state)
    return not (changed or context.fragment_ids_this_run)


def _told(address: QueryParams) -> deque[str]:
    """The addresses of a session that its browser may still have, the newest last."""
    told: deque[str] = address.__dict__.setdefault("_told", deque(maxlen=_MOST))
    return told
