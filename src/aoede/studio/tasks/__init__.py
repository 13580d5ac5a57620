"""What worker processes do, by kind: plain data in, plain data out, each a call of the library."""
