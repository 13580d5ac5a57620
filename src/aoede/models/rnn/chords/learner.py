"""A recurrent network on chords in training."""

from aoede.models.rnn.melody.learner import Learner as OnMelodies


class Learner(OnMelodies):
    unit = "chord"
