"""Files: one module a format, pure functions on bytes, with readers that expect an attacker."""
