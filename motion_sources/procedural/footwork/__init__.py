"""How feet, pelvis and legs of a walk or run are laid over footholds."""
