"""Reads what is typed after a tool's name."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command, with exit code 2."""
        tool = self.prog.split()[0].removesuffix(".py")
        print(f"{tool}: {message}; {self.prog} --help says what it takes", file=sys.stderr)
        raise SystemExit(2)
