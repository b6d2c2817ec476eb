"""The ontology as pages: a class tree with search and a page for each term, for a folder or for the service."""

from .pages import STATIC, Pages
from .site import write_site

__all__ = ["STATIC", "Pages", "write_site"]
