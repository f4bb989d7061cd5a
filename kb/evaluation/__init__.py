"""How good search, topics and ranking are, in figures: judged sets, measures, tests by leaving out."""
