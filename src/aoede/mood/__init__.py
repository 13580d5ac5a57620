"""What a request means: words, valence and arousal, named feelings, explicit wishes."""
