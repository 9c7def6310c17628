"""What pages explain and nothing else needs."""
