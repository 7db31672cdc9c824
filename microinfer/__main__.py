"""`python -m microinfer`."""

import sys

from microinfer.cli import main

sys.exit(main())
