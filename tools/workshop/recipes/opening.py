"""Finds a recipe by its name."""

from __future__ import annotations

from livegan.errors import UsageError
from workshop.recipes import autoencoder, cyclegan, live, pix2pix
from workshop.recipes.recipe import RecipeModule

RECIPES: dict[str, RecipeModule] = {
    module.NAME: module for module in (live, pix2pix, cyclegan, autoencoder)
}


def find_recipe(name: str) -> RecipeModule:
    """The recipe of that name.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    if name not in RECIPES:
        raise UsageError(f"there is no recipe {name!r}; wanted one of {', '.join(RECIPES)}")
    return RECIPES[name]
