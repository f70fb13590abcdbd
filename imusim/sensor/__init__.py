"""Virtual inertial sensors: mounting and ideal signals."""
