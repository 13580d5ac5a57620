"""Two-way maps between songs, text or audio and arrays; one module an encoding."""
