"""Link poses in continuous time: position, velocity, acceleration, angular rate."""
