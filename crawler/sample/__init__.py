"""The sample web: a few small own-written blogs, each in the markup of another generator, and a server for them."""
