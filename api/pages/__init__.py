"""The pages of the service for people: plain HTML and one style sheet, in Chinese and English."""

from .render import Pages

__all__ = ["Pages"]
