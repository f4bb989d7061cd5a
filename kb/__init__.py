"""The knowledge base: stores posts, understands what each is about, ranks them, finds and publishes them."""
