"""Which of the presets is meant."""

from __future__ import annotations

from livegan.errors import PresetError
from livegan.presets import list_presets


def meant(sent: str) -> str:
    """The preset that somebody means.

    Args:
        sent: a name that `livegan presets` lists, or its place there, from 0.

    Raises:
        PresetError: there is none such; no file is looked for by what was sent.
    """
    names = list_presets()
    if sent in names:
        return sent
    if sent.isdecimal() and names:
        if int(sent) < len(names):
            return names[int(sent)]
        raise PresetError(f"there is no preset {sent}; they are numbered 0 to {len(names) - 1}")
    raise PresetError(f"no preset is called {sent!r}; there are: {', '.join(names) or 'none'}")


def neighbour(name: str, steps: int) -> str:
    """The preset that stands so many places behind another one; after the last comes the first.

    Args:
        name: from which; where it is none of them, counting begins outside their row.
        steps: how many; negative is before.

    Raises:
        PresetError: there are none.
    """
    names = list_presets()
    if not names:
        raise PresetError("there are no presets")
    if name in names:
        return names[(names.index(name) + steps) % len(names)]
    return names[(steps - (steps > 0)) % len(names)]
