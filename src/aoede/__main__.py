"""`python -m aoede` is the command `aoede`."""

import sys

from aoede.cli import main

sys.exit(main())
