"""Bytes in, posts out: fetches blogs politely and reads their posts. Knows no database and no model."""
