"""The ways to train: each recipe is a module that does what `RecipeModule` says."""

from workshop.recipes.opening import RECIPES, find_recipe
from workshop.recipes.recipe import Job, Paint, Product, Recipe, RecipeModule

__all__ = [
    "RECIPES",
    "Job",
    "Paint",
    "Product",
    "Recipe",
    "RecipeModule",
    "find_recipe",
]
