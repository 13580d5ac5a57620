"""What families of neural networks share. `arrays.py` and `recipe.py` are NumPy alone; the rest trains and needs torch."""
