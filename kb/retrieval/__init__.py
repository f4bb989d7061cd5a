"""What `kb search` is made of: the query language, two legs, their fusion, and what is shown of a hit."""
