"""The pages, one module each: load_* asks the archive, render_* writes HTML."""
