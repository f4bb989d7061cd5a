"""What the article is made of: what can be quoted, the choice of it, figures, the gate, a writer model."""
