"""What a page of no known platform tells to machines."""
