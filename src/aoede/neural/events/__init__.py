"""Networks that read events, each made by a few choices one after another: a note's time, length and pitch."""
