"""From HR pictures to LR pictures: degradations, and recipes that order them."""

from srq.degrade.recipe import Recipe

__all__ = ["Recipe"]
