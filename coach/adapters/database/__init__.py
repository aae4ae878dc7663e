"""The database adapter: the only home of SQLAlchemy."""
