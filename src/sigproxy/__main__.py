"""`python -m sigproxy`."""

from sigproxy.cli import main

main()
