"""Words: titles, verse forms, the words of a training text, and what is copied from it."""
