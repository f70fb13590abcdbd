"""Biovision Hierarchy files of any maker."""
