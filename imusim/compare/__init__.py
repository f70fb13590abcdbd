"""How close simulated signals come to real ones."""
