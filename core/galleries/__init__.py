"""The images that are searched: built in, on disk, uploaded or downloaded (section 4.2)."""
