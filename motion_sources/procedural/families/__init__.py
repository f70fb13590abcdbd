"""What can be made: a module a family, each with its recipes."""
