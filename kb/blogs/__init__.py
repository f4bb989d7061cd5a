"""Lists of blogs in and out, and blogs to follow next."""
