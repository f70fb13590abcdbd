"""Simulated sensors beside the real ones that recorded the same motion."""
