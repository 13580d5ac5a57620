"""The command line: arguments -> one library call -> printed result."""
