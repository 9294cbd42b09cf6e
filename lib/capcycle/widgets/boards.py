"""A board of charts: views that a reader has kept, drawn below each other, in a file that is a row of `runs.toml`."""

import tomllib
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as ui
import tomli_w

from capcycle import exhibits, facts, words
from capcycle.errors import CapcycleError, unknown
from capcycle.exhibits import Exhibit, parts
from capcycle.exhibits.board import View, read
from capcycle.panel import CALENDARS
from capcycle.widgets.controls import PLAIN, chart, control, fault, output

FORM = "# capcycle board 1\n"  # the first line of a file; the number is of the form in which it is written
SHARED = {"companies": list, "calendar": str, "since": int, "until": int, "currency": str, "as_of": str}
NAMED = 2  # measures of a board in its title
ROOM = "repeat(auto-fit, minmax(500px, 1fr))"  # two charts beside each other where there is room


class Board(ui.VBox):
    """The views that were kept, as tags to move and to take away, and their charts.

    `tags` holds the views in order, `add` keeps the one that `present` gives; `saver` and `opener` are of the `file`.
    The companies, years and day are those of `show`, which is called at every change; `sound` says whether there is
    a chart and none was refused.
    """

    def __init__(self, present: Callable[[], View]):
        self._views: dict[str, View] = {}  # by what a reader sees of each
        self._present, self._drawn, self.sound = present, None, False
        self.tags = ui.TagsInput(allow_duplicates=False, layout={"flex": "1 1 auto"})
        self.add = ui.Button(description=words.say("widgets.board.add"), layout={"width": "auto"})
        self.file = control(ui.Text, "board.file", value="board.toml")
        self.saver, self.opener = (ui.Button(description=words.say(f"widgets.board.{key}")) for key in ("save", "open"))
        self.said, self.pictures = ui.HTML(), ui.GridBox(layout={"grid_template_columns": ROOM})
        self.add.on_click(lambda _: self.keep(self._present()))
        super().__init__([ui.HTML(f"<h3>{words.say('widgets.board.title')}</h3>"), ui.HBox([self.add, self.tags]),
                          ui.HBox([self.file, self.saver, self.opener]), self.said, self.pictures])  # fmt: skip

    def keep(self, view: View) -> None:
        """One view more, at the end."""
        self.tags.value = [*self.tags.value, *({self.tag(view)} - set(self.tags.value))]

    def tag(self, view: View) -> str:
        """A view as a reader sees it: the measure, how it is shown, the period, and the numbers that it takes."""
        shown = [words.say(f"widgets.{key}_{getattr(view, name)}") for key, name in
                 (("view", "show"), ("span", "span"), ("scale", "scale"))]  # fmt: skip
        numbers = [f"{words.say(f'widgets.{name}')} {number}" for name in ("years", "tax_rate")
                   if (number := getattr(view, name))]  # fmt: skip
        each = [words.name(view.metric), *shown[: 2 + (view.scale != "plain")], *numbers]
        tag = words.say("format.comma").join(each)
        self._views[tag] = view
        return tag

    @property
    def views(self) -> list[View]:
        """The views in their order; a tag that was typed is read as the text of one."""
        return [self._views.get(tag) or read(tag) for tag in self.tags.value]

    def show(self, chosen: Mapping[str, Any]) -> None:
        """The charts of all views with the companies, years and day that are chosen now, where something changed."""
        now = [*self.tags.value], {name: chosen[name] for name in SHARED}
        if now == self._drawn:
            return
        self._drawn, self.sound = now, False
        try:
            made = exhibits.board([*map(str, self.views)], *_opened(chosen)).exhibits if now[0] else ()
            self.pictures.children = [ui.Output(outputs=[_picture(each)]) for each in made]
            self.sound = bool(made)
        except CapcycleError as error:
            self.pictures.children = [ui.Output(outputs=[output(fault(error))])]
        self.saver.disabled = not self.sound

    def row(self, chosen: Mapping[str, Any], who: str) -> str:
        """The row of `notebooks/runs.toml` that publishes the board."""
        metrics = list(dict.fromkeys(words.name(view.metric) for view in self.views))
        more = words.say("widgets.board.more", count=len(metrics) - NAMED) if len(metrics) > NAMED else ""
        title = words.say(
            "widgets.run.title", metric=words.say("format.comma").join(metrics[:NAMED]) + more, companies=who
        )
        given = {"views": [*map(str, self.views)]} | {name: chosen[name] for name in SHARED if chosen[name]}
        row = {"notebook": "board", "title": title, "section": words.say("widgets.run.section"), "parameters": given}
        return tomli_w.dumps({parts.slug(Path(self.file.value).stem) or "board": row})

    def write(self, row: str) -> None:
        """Keep the board as a file, and say where."""
        path = Path(self.file.value).resolve()
        try:
            path.write_text(FORM + row, "utf-8")
        except OSError as error:
            self._refuse(CapcycleError(words.say("widgets.board.unwritten", file=path, reason=error.strerror)))
        else:
            self.said.value = escape(words.say("widgets.board.saved", file=path))

    def read(self) -> dict[str, Any] | None:
        """What the file holds, as the parameters of `notebooks/board.ipynb`; None where it is refused, in words."""
        self.said.value = ""
        try:
            return parameters(Path(self.file.value))
        except CapcycleError as error:
            self._refuse(error)
        return None

    def _refuse(self, error: CapcycleError) -> None:
        self.said.value = fault(error)["text/html"]


def parameters(path: Path) -> dict[str, Any]:
    """The parameters in a board's file, as far as it gives them.

    Errors: CapcycleError for a file that is none, of a later form, or that names what there is not.
    """
    try:
        text = path.read_text("utf-8")
        [row] = tomllib.loads(text).values()
        given = dict(row["parameters"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CapcycleError(words.say("widgets.board.unread", file=path, reason=error)) from error
    if not text.startswith(FORM):
        raise CapcycleError(words.say("widgets.board.form", file=path, form=FORM.strip()))
    kinds = SHARED | {"views": list}
    if wrong := [name for name, value in given.items() if type(value) is not kinds.get(name)]:
        raise CapcycleError(f"{path}: {unknown('parameter', wrong, kinds)}")
    if (calendar := given.get("calendar", "calendar")) not in CALENDARS:
        raise CapcycleError(f"{path}: {unknown('calendar', [calendar], CALENDARS)}")
    facts.open(*(given.get(name) for name in ("companies", "as_of", "currency")))
    return given | {"views": [*map(read, given.get("views", []))]}


def _opened(chosen: Mapping[str, Any]) -> tuple:
    book = facts.open(*(chosen[name] for name in ("companies", "as_of", "currency")))
    return book, *(chosen[name] for name in ("calendar", "since", "until"))


def _picture(shown: Exhibit | str) -> dict[str, Any]:
    if isinstance(shown, Exhibit):
        return chart(shown)
    return output({"text/html": f'<p class="{PLAIN}">{escape(shown)}</p>'})
