"""Data shipped with Aoede: small checkpoints, tables, sounds and a font, each with its card."""
