"""When a host may be asked, and for what."""
