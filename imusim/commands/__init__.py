"""What each command does, imported by the command line when a command runs.

What only one command needs is imported there, so that looking at a corpus does not wait for
the engine.
"""
