"""Acclaim's pair of formats, as CMU publishes its captures."""
