"""A network of Lab Streaming Layer to stand in for pylsl, which needs a library of its own.

As the real one, its errors are RuntimeErrors, metadata end in empty elements, and text is
delivered as str.
"""

from __future__ import annotations

import time
from types import ModuleType

CF_FLOAT32, CF_STRING = 1, 3


class LostError(RuntimeError):
    """As pylsl's."""


class Element:
    """Of a stream's metadata."""

    def __init__(self, siblings=(), **values):
        self._siblings, self._values = siblings, values

    def child(self, name):
        found = self._values.get(name, [])
        return Element(found[1:], **found[0]) if found else Element()

    def child_value(self, name):
        return self._values.get(name, "")

    def next_sibling(self):
        return Element(self._siblings[1:], **self._siblings[0]) if self._siblings else Element()


class Stream:
    """A stream that sends chunks and goes; it answers as pylsl's StreamInfo does."""

    def __init__(self, name, kind, channels, chunks, channel_format=CF_FLOAT32):
        self.named, self.kind, self.channels = name, kind, channels
        self.chunks, self.format = list(chunks), channel_format

    def name(self):
        return self.named

    def channel_format(self):
        return self.format

    def channel_count(self):
        return len(self.channels)

    def desc(self):
        channels = [{"label": label, "unit": unit} for label, unit in self.channels]
        return Element(channels=[{"channel": channels}])


def network(streams, at_the_end):
    """A module pylsl: each numeric stream is found once the one before it has gone."""
    left = list(streams)

    class StreamInlet:
        def __init__(self, info, max_buflen=360, max_chunklen=0, recover=True, processing_flags=0):
            self._stream = info

        def info(self, timeout=32e6):
            return self._stream

        def pull_chunk(self, timeout=0.0, max_samples=1024, dest_obj=None):
            if self._stream.chunks:
                return self._stream.chunks.pop(0)
            if self._stream in left:
                left.remove(self._stream)
            raise LostError("the stream has been lost.")

        def close_stream(self):
            pass

    def resolve_byprop(prop, value, minimum=1, timeout=32e6):
        text = [stream for stream in left if stream.format == CF_STRING]
        numbers = [stream for stream in left if stream.format != CF_STRING]
        if not numbers:
            at_the_end()
        found = [
            stream
            for stream in text + numbers[:1]
            if value == (stream.named if prop == "name" else stream.kind)
        ]
        if not found:
            time.sleep(0.01)  # in place of the timeout
        return found

    module = ModuleType("pylsl")
    for name, value in {
        "StreamInlet": StreamInlet, "resolve_byprop": resolve_byprop, "LostError": LostError,
        "cf_float32": CF_FLOAT32, "cf_string": CF_STRING,
    }.items():  # fmt: skip
        setattr(module, name, value)
    return module
