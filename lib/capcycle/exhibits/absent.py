"""A cell whose exhibit has nothing to show says why, and the page goes on; any other error still ends it."""

import ast
from typing import Any

from capcycle import words
from capcycle.errors import NothingToShow

ATTEMPT = """
try:
    _page.begin({loaded}, {stored})
except _page.nothing as _reason:
    _shown = _page.absence(_reason, {stored})
"""
IMPORTS = ast.Import | ast.ImportFrom  # a cell that imports prepares the page: without it there is none


class Page(ast.NodeTransformer):
    """Turns the cells of a notebook into attempts, from the first that shows something.

    A cell that needs what an earlier one could not give has the reason of that one.
    """

    nothing = NothingToShow

    def __init__(self, names: dict[str, Any]):
        self.names, self.reasons, self.begun = names, {}, False

    def visit_Module(self, cell: ast.Module) -> ast.Module:
        """The cell as an attempt, what it shows kept under a name, so that something else can stand in its place."""
        shows = bool(cell.body) and isinstance(cell.body[-1], ast.Expr)
        self.begun |= shows
        if not cell.body or not self.begun or any(isinstance(each, IMPORTS) for each in cell.body):
            return cell
        used = [each for each in ast.walk(cell) if isinstance(each, ast.Name)]
        loaded, stored = ({each.id for each in used if isinstance(each.ctx, kind)} for kind in (ast.Load, ast.Store))
        attempt = ast.parse(ATTEMPT.format(loaded=sorted(loaded - stored), stored=sorted(stored)))
        if shows:
            *steps, last = cell.body
            cell.body = [*steps, ast.copy_location(ast.Assign([ast.Name("_shown", ast.Store())], last.value), last)]
            attempt.body += ast.parse("_shown").body
        attempt.body[0].body += cell.body
        return ast.fix_missing_locations(attempt)

    def begin(self, loaded: list[str], stored: list[str]) -> None:
        """Refuse a cell that needs what is absent; what it is about to give anew is not absent any more."""
        for name in filter(self.reasons.get, loaded):
            raise NothingToShow(self.reasons[name])
        self.reasons = {name: reason for name, reason in self.reasons.items() if name not in stored}

    def absence(self, reason: NothingToShow, stored: list[str]) -> words.Sentence:
        """What stands in the place of an exhibit; the names that its cell could not give are absent from here on.

        >>> Page({}).absence(NothingToShow("no company has two years"), [])
        'Nothing can be shown here: no company has two years.'
        """
        self.reasons |= {name: str(reason) for name in stored if name not in self.names}
        return words.paragraph(words.say("absent.nothing", reason=str(reason)))


def go_on(names: dict[str, Any]) -> None:
    """Let the cells of a notebook that follow say that they have nothing to show, where IPython executes them.

    names  the notebook's `globals()`

    >>> go_on({})  # nothing without IPython
    """
    if shell := names.get("get_ipython"):
        page = names["_page"] = Page(names)
        transformers = shell().ast_transformers
        transformers[:] = [*(each for each in transformers if not isinstance(each, Page)), page]
