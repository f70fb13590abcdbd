"""What is changed of windows while a model learns: batched, on the device."""
