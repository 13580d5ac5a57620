"""Families of models; one module a family."""
