"""Data sets, training, checkpoints, sampling, evaluation."""
