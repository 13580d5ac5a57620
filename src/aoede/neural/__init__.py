"""What families of neural networks share. Without torch: `arrays.py`, `recipe.py`, `streams.py`. The rest trains."""
