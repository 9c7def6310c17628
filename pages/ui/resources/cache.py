"""A cache bounded by bytes: what was used least recently goes first.

Streamlit's own caches count entries. That bounds nothing here, where one entry may be a hundred
times as large as another.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from io import BytesIO
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

import numpy as np

T = TypeVar("T")

MB = 10**6

_CODE = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


class Cache(Generic[T]):
    """Values by key, shared by all sessions: hand out only what nobody changes.

    Keys are digests and settings, never arrays. What can't be made is not remembered, so whoever
    asks next tries again; a value that is larger than the whole cache is handed out, not cached.
    """

    def __init__(self, max_bytes: int, size: Callable[[T], int] | None = None) -> None:
        """Start empty.

        Args:
            max_bytes: all values together, with their keys.
            size: of a value, in bytes; by default ``size_of``.
        """
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._size = size or size_of
        self._entries: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._makers: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; make it where it isn't here, once for all who ask.

        Raises:
            Exception: whatever ``make`` raises.
        """
        if (found := self.find(key)) is not None:
            return found
        with self._lock:
            maker = self._makers.setdefault(key, threading.Lock())
        with maker:
            if (found := self.find(key)) is not None:
                return found
            value = make()
            self.put(key, value)
            return value

    def find(self, key: Hashable) -> T | None:
        """Return the value of a key, if it is here."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: T) -> None:
        """Take a value in, and let go of others until all fit."""
        size = self._size(value) + size_of(key)
        with self._lock:
            if key in self._entries:
                self.n_bytes -= self._entries.pop(key)[1]
            if size > self.max_bytes:
                return
            self._entries[key] = (value, size)
            self.n_bytes += size
            while self.n_bytes > self.max_bytes:
                _, (_, freed) = self._entries.popitem(last=False)
                self.n_bytes -= freed

    def drop(self, names: Collection[str]) -> None:
        """Let go of every value whose key is one of these digests, or has one in it."""
        with self._lock:
            for key in [key for key in self._entries if named(key, names)]:
                self.n_bytes -= self._entries.pop(key)[1]

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._entries.clear()
            self.n_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)


def size_of(value: object) -> int:
    """Return the bytes that a value keeps in memory, with all that it refers to, code left out.

    Arrays and tensors count as what they are a view of, since that is what they keep alive.
    """
    seen: set[int] = set()
    todo, total = [value], 0
    while todo:
        it = todo.pop()
        if id(it) in seen or isinstance(it, _CODE):
            continue
        seen.add(id(it))
        total += sys.getsizeof(it)
        if hasattr(it, "untyped_storage"):  # a tensor, of a library that pages don't import
            storage = it.untyped_storage()
            if storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                total += storage.nbytes()
        elif isinstance(it, BytesIO):  # the interpreter leaves shared bytes out
            total += it.getbuffer().nbytes
        else:
            todo += _references(it)
    return total


def named(key: Hashable, names: Collection[str]) -> bool:
    """Whether a key is one of these digests, or has one in it."""
    return any(part in names for part in (key if isinstance(key, tuple) else (key,)))


def _references(value: object) -> Iterable[object]:
    if isinstance(value, np.ndarray):
        return [value.base]
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list, set, frozenset)):
        return value
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    return list(vars(value).values()) if hasattr(value, "__dict__") else []
