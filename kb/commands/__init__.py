"""The commands of `kb`: each parses its words, calls, and prints. Only click and the standard library at import."""
