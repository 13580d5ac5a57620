"""Words: titles, and later syllables, rhyme, language, novelty."""
