"""One file a format of the article: SUFFIX, and render(article) -> bytes. Text from outside is taken as hostile."""
