"""From a performer's face to a puppet's."""

from livegan.puppetry.puppeteer import Puppeteer

__all__ = ["Puppeteer"]
