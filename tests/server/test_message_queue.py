"""The repair of Streamlit's message queue, judged by a front end of ten lines."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from server import message_queue

FRAGMENT, INNER = "a fragment", "a fragment inside of it"


@pytest.fixture
def unrepaired(monkeypatch):
    """The class as Streamlit has it, whatever was repaired before; undone after the test."""
    clear = ForwardMsgQueue.clear
    monkeypatch.setattr(ForwardMsgQueue, "clear", getattr(clear, "__wrapped__", clear))


def message(path: list[int], fragment: str = "", *, block: bool = False) -> ForwardMsg:
    it = ForwardMsg()
    it.metadata.delta_path.extend(path)
    it.delta.fragment_id = fragment
    if block:
        it.delta.add_block.SetInParent()
    else:
        it.delta.new_element.text.body = "an element"
    return it


def draw(queue: ForwardMsgQueue) -> None:
    """What a front end does with the messages; it raises where a place doesn't exist."""
    root: list[object] = []
    for it in queue.flush():
        *above, last = it.metadata.delta_path
        node = root
        for index in above:
            node = node[index]  # type: ignore[assignment]
        if last > len(node):
            raise IndexError(f"Bad delta path index {last} (should be between [0, {len(node)}])")
        node[last : last + 1] = [[] if it.delta.HasField("add_block") else "element"]


def a_page_and_a_click(queue: ForwardMsgQueue) -> None:
    """A page with a fragment in its middle, and a click on it before anything was sent."""
    queue.enqueue(message([0]))
    queue.enqueue(message([1], FRAGMENT, block=True))
    queue.enqueue(message([1, 0], FRAGMENT))
    queue.enqueue(message([1, 1], INNER, block=True))
    queue.enqueue(message([1, 1, 0], INNER))
    queue.enqueue(message([2]))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[FRAGMENT])
    queue.enqueue(message([1, 0], FRAGMENT))
    queue.enqueue(message([1, 1], INNER, block=True))
    queue.enqueue(message([1, 1, 0], INNER))


def test_a_quick_click_on_a_fragment_loses_nothing_that_the_page_needs(unrepaired):
    message_queue.repair()
    queue = ForwardMsgQueue()
    a_page_and_a_click(queue)
    draw(queue)


def test_without_the_repair_the_page_would_go_blank(unrepaired):
    """Once this fails, Streamlit has mended it, and ``server.message_queue`` can go."""
    queue = ForwardMsgQueue()
    a_page_and_a_click(queue)
    with pytest.raises(IndexError, match=r"list index|Bad delta path"):
        draw(queue)


def test_a_run_of_the_whole_page_still_starts_anew(unrepaired):
    message_queue.repair()
    message_queue.repair()
    queue = ForwardMsgQueue()
    queue.enqueue(message([0]))
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty()
    assert not hasattr(ForwardMsgQueue.clear.__wrapped__, "__wrapped__")
