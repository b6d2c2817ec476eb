"""The command line: one module per verb, each of which parses, calls and prints.

What a verb does lives in the other folders. Those are imported inside the verbs: `res3d --help` must not wait for them.
"""

from .app import app, main

__all__ = ["app", "main"]
