"""Datasets of real recordings, one module each."""
