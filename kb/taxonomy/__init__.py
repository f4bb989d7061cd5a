"""What topics are made of: the fields, relevance to them, clusters, what becomes of them, and their names."""
