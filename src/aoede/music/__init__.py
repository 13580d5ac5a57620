"""Music itself: theory, the plan of a song, its parts, and what can be measured in it."""
