"""One file a kind of source; each has `parse(page, blog, hint)`, which yields posts or links, and a verdict last."""
