"""What the formats share: parts of pages and books, charts, formulas, citations, and where files go."""
