"""Reading the archive in a browser: a plugin of Datasette with pages of our own.

``load_*`` asks the archive, ``render_*`` makes HTML of the answers; neither knows Datasette, and all addresses come
from a ``Links``. Only ``plugin`` and ``serving`` know Datasette.
"""
