"""A class that guesses together: rooms, who is in them, and what is asked. All of it in memory."""
