"""The studio: a local page on which songs are made, and its HTTP API."""
