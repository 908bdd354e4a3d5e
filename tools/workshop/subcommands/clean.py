"""Finds the pictures of a folder that would spoil a dataset; shows them; moves them if asked."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import cv2

from livegan.counting import counted
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.sources.pictures import read_picture
from workshop.building import list_pictures
from workshop.cleaning import CHECKS, Drop, Measured, MeasureJob, judge
from workshop.contact_sheet import Section, Tile, draw_sheet, thumbnail
from workshop.journal import Journal
from workshop.tally import Tally
from workshop.whole_files import write_whole
from workshop.workers import spread, usual_workers

NAME = "clean"
HELP = "find odd sizes, greys, twins, blurs, missing and several faces; show, then move them"

_SHOWN = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.description = (
        "Writes FOLDER-dropped/sheet.png and report.json: what would be dropped, and why. Look at"
        " it, then give the same command with --apply: what the report lists is moved to"
        " FOLDER-dropped. A picture whose entry is taken out of the report stays. Nothing is"
        " deleted."
    )
    parser.add_argument("folder", type=Path, help="folder of pictures")
    parser.add_argument(
        "--skip", nargs="+", choices=CHECKS, default=[], metavar="CHECK",
        help=f"checks that are not made, of: {' '.join(CHECKS)}",
    )
    parser.add_argument(
        "--blur", type=float, default=0.25, metavar="PART",
        help="blurred is what has less than that part of the folder's usual sharpness"
        " (default: 0.25)",
    )
    parser.add_argument(
        "--alike", type=int, default=8, metavar="BITS",
        help="twins are what differs in no more than that of 256 bits: 6 after resizing or"
        " compression, 20 and more between moments of a film (default: 8)",
    )
    parser.add_argument("--apply", action="store_true", help="move what the report lists")
    parser.add_argument("--workers", type=int, default=usual_workers(), help="processes")


def run(arguments: argparse.Namespace) -> int:
    """Report, or carry out what was reported."""
    if not 0 <= arguments.blur < 1:
        raise UsageError(f"--blur is {arguments.blur:g}, wanted from 0 to less than 1")
    if not 0 <= arguments.alike <= 100:
        raise UsageError(f"--alike is {arguments.alike}, wanted from 0 to 100 of 256 bits")
    if not arguments.folder.is_dir():
        raise UsageError(f"no such folder: {arguments.folder}")
    folder = arguments.folder.resolve()
    beside = folder.with_name(f"{folder.name}-dropped")
    settings = {"skip": sorted(set(arguments.skip)), "blur": arguments.blur,
                "alike": arguments.alike}
    if arguments.apply:
        return _apply(folder, beside, settings)
    return _report(arguments, beside, settings)


def _report(arguments: argparse.Namespace, beside: Path, settings: dict[str, Any]) -> int:
    pictures = list_pictures(arguments.folder)
    measured = _measure_all(pictures, beside, arguments.workers)
    checks = [check for check in CHECKS if check not in arguments.skip]
    drops = judge(measured, checks, least_sharp=arguments.blur, alike_bits=arguments.alike)
    sheet = _draw(arguments.folder, drops, len(measured))
    write_whole(beside / "sheet.png", cv2.imencode(".png", sheet)[1].tobytes())
    dropped = [
        {"picture": drop.seen.picture, "reason": drop.reason, "why": drop.why,
         "bytes": drop.seen.bytes, "modified_ns": drop.seen.modified_ns}
        for drop in drops
    ]
    report = {"schema": 1, "settings": settings, "pictures": len(measured), "dropped": dropped}
    text = json.dumps(report, ensure_ascii=False, indent=1)
    write_whole(beside / "report.json", text.encode())
    shown = arguments.folder.with_name(beside.name)
    counted = ", ".join(f"{count} {why}" for why, count in _counts(drops).items()) or "none"
    print(f"{len(drops)} of {len(measured)} pictures would be dropped ({counted}): look at"
          f" {shown / 'sheet.png'}")
    if drops:
        print(f"nothing is moved yet; then: the same command with --apply moves them to {shown}")
    return 0


def _measure_all(pictures: list[Path], beside: Path, workers: int) -> list[Measured]:
    with Journal(beside / "measured.jsonl", {"by": NAME, "version": 1}) as journal:
        known = {entry["picture"]: Measured.from_dict(entry) for entry in journal.entries}
        left = [path for path in pictures
                if path.name not in known or not known[path.name].is_of(path)]
        tally = Tally("pictures", len(left))
        if len(left) < len(pictures):
            tally.note(f"{len(pictures) - len(left)} of {len(pictures)} are measured already")
        for one in spread(MeasureJob(), left, workers):
            if one.size is None:
                tally.note(f"{one.picture} is not a picture that can be read")
            known[one.picture] = one
            journal.add(one.to_dict())
            tally.step()
        tally.done()
    return [known[path.name] for path in pictures]


def _counts(drops: list[Drop]) -> Counter[str]:
    return Counter(drop.reason for drop in drops)


def _draw(folder: Path, drops: list[Drop], total: int) -> Image:
    sections = [Section(f"{folder.name}: {len(drops)} of {total} pictures would be dropped", [])]
    for reason, count in _counts(drops).items():
        some = [drop for drop in drops if drop.reason == reason][:_SHOWN]
        tiles = []
        for drop in some:
            tiles.append(_tile(folder / drop.seen.picture, drop.why))
            if drop.twin:
                tiles.append(_tile(folder / drop.twin, "kept"))
        more = f", the first {_SHOWN} of them" if count > _SHOWN else ""
        sections.append(Section(f"{reason}: {count}{more}", tiles))
    return draw_sheet(sections)


def _tile(path: Path, text: str) -> Tile:
    image = read_picture(path)
    return Tile(None if image is None else thumbnail(image), (path.name, text))


def _apply(folder: Path, beside: Path, settings: dict[str, Any]) -> int:
    report = _read_report(beside / "report.json")
    if report["settings"] != settings:
        raise UsageError(f"{beside.name}/report.json was made with {report['settings']}, this is"
                         f" with {settings}; look first: the same command without --apply")
    moved, stayed = 0, []
    for entry in report["dropped"]:
        # Names only: a report leads nowhere else.
        path = folder / Path(entry["picture"]).name
        if not path.exists():
            continue
        if not Measured(path.name, entry["bytes"], entry["modified_ns"]).is_of(path):
            stayed.append(path.name)
            continue
        _move(path, beside / Path(entry["reason"]).name)
        moved += 1
    told = counted(moved, "picture is", "pictures are")
    print(f"{told} moved to folders in {beside.name}, beside {folder.name}")
    for name in stayed:
        print(f"{name} has changed since the report and stays")
    return 0


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        for entry in report["dropped"]:
            str(entry["picture"]), str(entry["reason"]), int(entry["bytes"]), entry["modified_ns"]
        report["settings"]
    except FileNotFoundError as error:
        raise UsageError(f"there is no {path.parent.name}/{path.name} yet; look first: the same"
                         " command without --apply") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no report ({error!r}); make it again without --apply") \
            from error
    return dict(report)


def _move(path: Path, folder: Path) -> None:
    """Move a file, whole and over no other."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target, number = folder / path.name, 2
        while target.exists():
            target, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
        os.rename(path, target)
    except OSError as error:
        raise UsageError(f"can't move {path} to {folder}: {error.strerror}") from error
