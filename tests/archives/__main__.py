"""Freeze an archive: ``python -m tests.archives tests/archives/schema-N.db.gz``."""

import sys
from pathlib import Path

from tests.archives import freeze

freeze(Path(sys.argv[1]))
