"""What one page alone shows: a folder a page, a file a part."""
