"""Networks that read music frame by frame. `network.py`, `outputs.py` and `learner.py` train, the rest is NumPy."""
