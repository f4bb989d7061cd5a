"""One file a generator: `build(site)` gives every answer of a blog, by path, as that generator would have written it.

Between them they have what the web has: Atom (jekyll in full, hexo as summaries), RSS (quarto in full, wordpress the
newest five alone), JSON Feed (hugo), a sitemap and no feed (pelican), neither but an archive page (handmade).
A new file here is a new make; a site.toml names it.
"""
