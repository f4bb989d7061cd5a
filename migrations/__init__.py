"""The schema's history, for Alembic; `kb` applies it by itself (kb/store/schema.py)."""
