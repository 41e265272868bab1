"""``python -m srq`` is the ``srq`` command."""

import sys

from srq.cli.app import main

sys.exit(main())
