"""Pictures from the web into a folder: a list of addresses, or one address many times."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from livegan.counting import counted
from livegan.errors import UsageError
from workshop.fetching import Busy, Fetched, Fetcher, NoPicture
from workshop.journal import Journal, refuse_strangers
from workshop.tally import Tally
from workshop.whole_files import write_whole

NAME = "download"
HELP = "fetch pictures: a list of addresses, or one address that gives a new picture each time"

# One address is left alone after so many answers in a row without a new picture.
_PATIENCE = 20
_TRIES_WHILE_BUSY = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument(
        "addresses", help="a text file with an address a line (# begins a comment), or an address"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument(
        "--count", type=int, help="pictures wanted; one address is fetched until there are so many"
    )
    parser.add_argument("--every", type=float, default=1.0,
                        help="seconds from fetch to fetch (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=20.0,
                        help="seconds for one picture (default: %(default)s)")
    parser.add_argument("--largest", type=float, default=20.0,
                        help="MB that one may have (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Fetch what the folder doesn't have yet."""
    for name in ("every", "timeout", "largest"):
        if not getattr(arguments, name) >= (0 if name == "every" else 1e-3):
            raise UsageError(f"--{name} is {getattr(arguments, name):g}, wanted more than 0")
    single = arguments.addresses.lower().startswith(("http://", "https://"))
    if single and arguments.count is None:
        raise UsageError(f"--count is missing: how many pictures {arguments.addresses} is to give")
    if arguments.count is not None and arguments.count < 1:
        raise UsageError(f"--count is {arguments.count}, wanted at least 1")
    addresses = [] if single else read_addresses(Path(arguments.addresses))
    path = arguments.out / "downloaded.jsonl"
    refuse_strangers(path)
    with Journal(path, {"by": NAME}) as journal:
        downloads = Downloads(journal, arguments.out, Fetcher(
            arguments.timeout, round(arguments.largest * 1e6)
        ), Pace(arguments.every))
        if single:
            downloads.again_and_again(arguments.addresses, arguments.count)
        else:
            downloads.one_by_one(addresses, arguments.count)
        return downloads.tell()


def read_addresses(path: Path) -> list[str]:
    """The addresses of a list, each once, in their order.

    Raises:
        UsageError: there is no such list, or a line of it is no address.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} is no list of addresses that can be read ({error});"
            " wanted a text file, or an address that begins with http:// or https://"
        ) from error
    addresses: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        address = line.strip()
        if not address or address.startswith("#"):
            continue
        if not address.lower().startswith(("http://", "https://")):
            raise UsageError(f"{path}, line {number} is {address!r}, wanted http:// or https://")
        addresses[address] = None
    if not addresses:
        raise UsageError(f"{path} holds no address; wanted one a line")
    return list(addresses)


class Pace:
    """Leaves a site alone for a while from one fetch to the next.

    Args:
        every_s: from the beginning of one to the beginning of the next.
        clock, sleep: what it waits by.
    """

    def __init__(
        self,
        every_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._every_s, self._clock, self._sleep = every_s, clock, sleep
        self._next_s = clock()

    def wait(self, longer_s: float = 0.0) -> None:
        """Wait for the next turn, or longer if a site asks for it."""
        now_s = self._clock()
        wait_s = max(self._next_s - now_s, longer_s)
        if wait_s > 0:
            self._sleep(wait_s)
        self._next_s = max(self._next_s, now_s + wait_s) + self._every_s


class Downloads:
    """A folder of pictures that were fetched, each different from all others.

    Args:
        journal: what was fetched before; a line for each answer that was a picture.
        out: the folder.
        fetcher, pace: how.
    """

    def __init__(self, journal: Journal, out: Path, fetcher: Fetcher, pace: Pace) -> None:
        self._journal, self._out, self._fetcher, self._pace = journal, out, fetcher, pace
        self._known = {entry["digest"] for entry in journal.entries}
        self._repeats = 0
        self._new = 0
        self._problems: list[str] = []

    def one_by_one(self, addresses: list[str], count: int | None) -> None:
        """Fetch each address that gave no picture before, until there are `count` pictures."""
        seen = {entry["address"] for entry in self._journal.entries}
        left = [address for address in addresses if address not in seen]
        tally = Tally("addresses", len(left))
        for address in left:
            if count is not None and len(self._known) >= count:
                break
            self._fetch(address, tally)
            tally.step()
        tally.done()

    def again_and_again(self, address: str, count: int) -> None:
        """Fetch one address until there are `count` pictures, or it gives no new ones."""
        before = len(self._known)
        tally = Tally("new pictures", max(count - before, 0))
        in_vain = 0
        while len(self._known) < count and in_vain < _PATIENCE:
            in_vain = 0 if self._fetch(address, tally) else in_vain + 1
            tally.at(len(self._known) - before, count - before)
        tally.done()
        if in_vain:
            print(f"gave up: {in_vain} answers in a row were no new picture")

    def tell(self) -> int:
        """Say what came of it; the exit code.

        Raises:
            UsageError: nothing at all.
        """
        if not self._known:
            raise UsageError(f"no picture came; the first address said: {self._problems[0]}")
        print(
            f"{counted(len(self._known), 'picture')} in {self._out}, {self._new} of them new;"
            f" {counted(self._repeats, 'repeat')} and"
            f" {counted(len(self._problems), 'failure')} were not counted"
        )
        return 0

    def _fetch(self, address: str, tally: Tally) -> bool:
        """Whether there is a new picture now."""
        try:
            picture = self._patiently(address, tally)
        except NoPicture as error:
            self._problems.append(f"{address}: {error}")
            tally.note(f"passed over {self._problems[-1]}")
            return False
        name = None
        if picture.digest in self._known:
            self._repeats += 1
        else:
            name = f"{len(self._known) + 1:06d}{picture.suffix}"
            write_whole(self._out / name, picture.content)
            self._known.add(picture.digest)
            self._new += 1
        self._journal.add({"address": address, "file": name, "digest": picture.digest,
                           "size": list(picture.size)})
        return name is not None

    def _patiently(self, address: str, tally: Tally) -> Fetched:
        """Fetch it, waiting as long as a busy site asks, a few times."""
        wait_s = 0.0
        for _ in range(_TRIES_WHILE_BUSY - 1):
            self._pace.wait(wait_s)
            try:
                return self._fetcher.fetch(address)
            except Busy as busy:
                wait_s = busy.wait_s
                tally.note(f"{address}: {busy}; asked again in {wait_s:.0f} s")
        self._pace.wait(wait_s)
        return self._fetcher.fetch(address)
