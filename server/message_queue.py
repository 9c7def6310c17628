"""A repair of Streamlit's message queue, without which a quick click can blank a page.

When a fragment runs alone, ``ForwardMsgQueue.clear`` drops what that fragment had drawn before and
the browser has not been sent yet. That includes the fragment's own container. What stands after
it on the page, or is a fragment inside of it, is kept, so it reaches the browser with a place that
does not exist there: ``Bad delta path index 9 (should be between [0, 8])``, and the whole page is
gone. It takes a click on a fragment whose page is still being drawn, on a server that is busy.

Nothing need be dropped: the fragment's new elements follow, and take the places of the old ones.
"""

from functools import wraps

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


def repair() -> None:
    """Let a fragment's run keep what is on its way to the browser; twice is once."""
    clear = ForwardMsgQueue.clear
    if hasattr(clear, "__wrapped__"):
        return

    @wraps(clear)
    def keep_for_fragments(
        self: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        none_of_them = None if fragment_ids_this_run is None else list[str]()
        clear(self, retain_lifecycle_msgs, none_of_them)

    ForwardMsgQueue.clear = keep_for_fragments  # type: ignore[method-assign]
