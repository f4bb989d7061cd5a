"""Reading: from the bytes of a page to the facts and the text of a post."""

READER = "1"  # raised whenever the same page would give another post; stored with each
