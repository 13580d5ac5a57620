"""What families of neural networks share. `arrays.py` and `recipe.py` are NumPy; the rest trains, by torch."""
