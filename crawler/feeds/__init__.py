"""One file a wire format, each read into the one model of a feed."""
