"""A cell whose exhibit has nothing to show says why, and the page goes on; any other error still ends it."""

import ast
from typing import Any

from capcycle import words
from capcycle.errors import NothingToShow

ATTEMPT = """
try:
    pass
except NothingToShow as _absence:
    _shown = absence(_absence)
_shown
"""
IMPORTS = ast.Import | ast.ImportFrom  # a cell that imports prepares the page: without it there is none


class Attempts(ast.NodeTransformer):
    """Turns a cell that ends in what it shows into an attempt to show it."""

    def visit_Module(self, cell: ast.Module) -> ast.Module:
        """The cell, its last expression kept under a name, so that something else can be shown in its place."""
        if not cell.body or not isinstance(cell.body[-1], ast.Expr) or any(isinstance(s, IMPORTS) for s in cell.body):
            return cell
        attempt = ast.parse(ATTEMPT)
        *steps, shown = cell.body
        keep = ast.Assign([ast.Name("_shown", ast.Store())], shown.value)
        attempt.body[0].body = [*steps, ast.copy_location(keep, shown)]
        return ast.fix_missing_locations(attempt)


def absence(reason: NothingToShow) -> words.Sentence:
    """What stands in the place of an exhibit.

    >>> absence(NothingToShow("no company has two years"))
    'Nothing can be shown here. No company has two years.'
    """
    text = str(reason)
    return words.paragraph(words.say("absent.nothing"), text[:1].upper() + text[1:])


def go_on(names: dict[str, Any]) -> None:
    """Let the cells of a notebook that follow say that they have nothing to show, where IPython executes them.

    names  the notebook's `globals()`
    """
    if shell := names.get("get_ipython"):
        names |= {"NothingToShow": NothingToShow, "absence": absence}
        transformers = shell().ast_transformers
        transformers[:] = [*(each for each in transformers if not isinstance(each, Attempts)), Attempts()]
