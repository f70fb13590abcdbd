"""Sensors as they send: streams to even frames, to probabilities, to a corpus, to a page."""
