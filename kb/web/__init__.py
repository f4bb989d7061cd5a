"""The local web page over a store: views that make pages, and the server that sends them."""
