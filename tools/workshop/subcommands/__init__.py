"""The subcommands of tools/dataset.py, one a file."""
