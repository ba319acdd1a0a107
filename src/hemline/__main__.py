"""`python -m hemline` is the command line."""

from hemline.cli import main

main()
