"""One file a generator: `build(site)` gives every page of a blog as that generator would have written it."""
