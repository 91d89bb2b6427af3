"""What an archive learned to be noise."""
