"""Data sets that are downloaded when somebody asks for them."""
