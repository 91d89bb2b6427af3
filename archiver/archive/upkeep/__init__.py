"""Work on whole archives: merging, checking, making readings again."""
