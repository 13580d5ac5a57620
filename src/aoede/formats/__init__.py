"""Files: one module a format, each a pair of pure functions on bytes with a reader that expects an attacker."""
