"""One corpus of several, and several of one."""
