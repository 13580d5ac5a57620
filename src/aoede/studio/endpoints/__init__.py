"""What can be asked of the studio, a module a subject."""
