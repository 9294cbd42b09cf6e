"""What every explorer is made of: labelled controls, and the exhibit they choose with notes, figures and sources."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import ipywidgets as ui
import vl_convert
from traitlets import TraitError, dlink

from capcycle import words
from capcycle.errors import CapcycleError, unknown
from capcycle.exhibits import Exhibit, downloads
from capcycle.exhibits.exhibit import SPREADSHEET, VEGA_LITE
from capcycle.widgets import points

LABEL_WIDTH = "84px"
INDENT = f"calc({LABEL_WIDTH} + 10px)"  # where the controls begin, right of their labels
# text that can be read and found, and no menu entry that leaves for a server
EMBED = {"renderer": "svg", "actions": {"export": True, "source": False, "compiled": False, "editor": False}}
# JupyterLab takes the arrows and letters pressed in a list or a slider for commands of its own (R makes the cell raw),
# unless the element that has the focus says so; an attribute is out of reach of ipywidgets
KEYS = Path(__file__).with_name("keys.js").read_text("utf-8").strip()
# the link that has just been shown is followed at once; where no script may, it is there to be clicked
TAKE = "requestAnimationFrame(() => [...document.querySelectorAll('.capcycle-taken a')].at(-1).click())"
VEGA_LITE_VERSION = alt.SCHEMA_VERSION[1:].rpartition(".")[0]  # without the last number
TYPES = {"csv": "text/csv", "png": "image/png", "xlsx": SPREADSHEET}  # of what can be taken away
WIDTH = 520  # of a chart, in its own pixels; it is drawn larger where there is room
# as wide as there is room, and no higher than a window holds
LOOK = """<style>.capcycle-explorer .vega-embed, .capcycle-explorer .chart-wrapper { width: 100% }
.capcycle-explorer .vega-embed svg.marks { width: 100%; height: auto; max-height: 62vh }
.capcycle-explorer td:first-child { white-space: nowrap }
.capcycle-explorer .widget-readout { min-width: 92px }</style>"""
WRAPPED = {"flex_flow": "row wrap", "grid_gap": "0 12px"}  # beside each other where there is room
SHARP = 2  # pixels of a picture for each of the screen
PLAIN = "mathjax_ignore"  # or JupyterLab sets what stands between two dollar signs as a formula
BOX = "max-height: 24em; overflow: auto"  # tables and lists scroll in a box of their own


class ExhibitBox(ui.VBox):
    """Controls, and below them the exhibit they choose, or why it was refused.

    A subclass offers what goes with the present choice (`_fit`) and makes the exhibit of it (`_exhibit`).
    `other` is what stands beside the `picture`, if anything does.
    `history` has the places of all controls before each change, and `undo` goes back by one.
    """

    def __init__(
        self,
        above: Sequence[ui.Widget],
        watched: Iterable[ui.Widget],
        beside: Sequence[ui.Widget] = (),
        below: Sequence[ui.Widget] = (),
    ):
        self.exhibit: Exhibit | None = None
        self.picture, self.other = (ui.Output(layout={"flex": "1 1 360px", "min_width": "0"}) for _ in range(2))
        self.busy = ui.HTML()
        self._watched = list(watched)
        self.history: list[list[Any]] = []
        keys = ui.Output(
            outputs=[output({"application/javascript": KEYS.replace("CLOSE", words.say("widgets.close"))})]
        )
        self.back = ui.Button(description=words.say("widgets.undo"), disabled=True, layout={"width": "auto"})
        self.back.on_click(lambda _: self.undo())
        self.start = ui.Button(description=words.say("widgets.reset"), layout={"width": "auto"})
        self._begin = [each.value for each in self._watched]
        self.start.on_click(lambda _: self._set(self._begin))
        look = ui.HTML(LOOK + points.LOOK)
        signs = ui.HBox(
            [look, numbered(), self.back, self.start, *self._offers(), self.busy], layout={"align_items": "center"}
        )
        both = ui.HBox([self.picture, self.other], layout=WRAPPED | {"flex": "1 1 400px", "min_width": "0"})
        shown = ui.HBox([*beside, both], layout=WRAPPED)
        super().__init__([signs, *above, shown, *below, keys])
        self.add_class("capcycle-explorer").add_class("capcycle-ordered")
        in_turn([self, *self._watched])
        for each in self._watched:
            each.observe(self._changed, "value")
        self._fitting = False
        self._stands: list[Any] = []
        self._changed()

    def _offers(self) -> list[ui.Widget]:
        """A button for each form in which what is shown can be taken away."""
        self.files = {form: ui.Button(description=form.upper(), layout={"width": "auto"}) for form in TYPES}
        self.link, self.follow = ui.HTML(), ui.Output(layout={"display": "none"})
        self.link.add_class("capcycle-taken")
        for form, button in self.files.items():
            button.on_click(lambda _, form=form: self._take_away(form))
        return [*self.files.values(), self.link, self.follow]

    def _take_away(self, form: str) -> None:
        made = {"csv": self._csv, "png": self._png, "xlsx": self._workbook}[form]()
        name, data = f"{self.exhibit.id}.{form}", b64encode(made).decode()
        self.link.value = f'<a download="{name}" href="data:{TYPES[form]};base64,{data}">{name}</a>'
        self.follow.outputs = ()  # the same link again is a change too
        self.follow.outputs = [output({"application/javascript": TAKE})]

    def _csv(self) -> bytes:
        return downloads.packed(self.exhibit.payload()["csv"])

    def _png(self) -> bytes:
        return vl_convert.vegalite_to_png(self.exhibit.titled(), vl_version=VEGA_LITE_VERSION, scale=SHARP)

    def _workbook(self) -> bytes:
        """A spreadsheet of what is shown; empty where there is none."""
        return self.exhibit.workbook

    def _changed(self, _: Any = None) -> None:
        if self._fitting:  # one change, one picture
            return
        self._fitting = True
        try:
            self._fit()
        finally:
            self._fitting = False
        self._remember()
        self.busy.value = f'<span aria-live="polite">{words.say("widgets.busy")}</span>'
        try:
            self._show()
        finally:
            self.busy.value = ""

    def _remember(self) -> None:
        """Keep where the controls stood before this change."""
        places = [each.value for each in self._watched]
        if self._stands and places != self._stands:
            self.history.append(self._stands)
        self._stands = places
        self.back.disabled = not self.history

    def undo(self) -> None:
        """Set every control where it stood before the last change."""
        if self.history:
            before, self._stands = self.history.pop(), []
            self._set(before)

    def _set(self, places: Sequence[Any]) -> None:
        """Move the controls at once, so that one picture is drawn and one step is remembered."""
        self._fitting = True
        try:
            for _ in range(2):  # what one control offers depends on another
                for each, value in zip(self._watched, places, strict=True):
                    with suppress(TraitError):
                        each.value = value
                self._fit()
        finally:
            self._fitting = False
        self._changed()

    def _show(self) -> None:
        self.exhibit, shown, other = None, (), ()
        try:
            self.exhibit = self._exhibit()
            shown, other = self._shown(), self._beside()
        except CapcycleError as error:
            shown = [output(fault(error))]
        finally:  # the earlier picture would not be what is chosen now
            self.picture.outputs, self.other.outputs = shown, other
            self.other.layout.display = "" if other else "none"
            self.link.value = ""
            for form, button in self.files.items():
                button.disabled = not self.exhibit or (form == "png" and not self.exhibit.chart)

    def _shown(self) -> list[dict[str, Any]]:
        return display(self.exhibit)

    def _beside(self) -> list[dict[str, Any]]:
        """What stands beside it: nothing, unless a subclass has something."""
        return []


def numbered() -> ui.HBox:
    """The number of the last thing that a reader did, and back again once the kernel has come to it: see `keys.js`."""
    sent, come = ui.Text(), ui.HTML()
    dlink((sent, "value"), (come, "value"))
    return ui.HBox([sent, come], layout={"display": "none"}).add_class("capcycle-number")


def in_turn(widgets: Iterable[ui.Widget]) -> None:
    """What is done with these, and with what they hold, comes to the kernel's main thread, in order.

    ipykernel hands a message to the thread that last wrote to its widget, and JupyterLab asks for one beside the main
    one: the first use of a control would be overtaken by what follows it, and two threads would move the controls.
    """
    for each in widgets:
        each.comm._reply_subshell_for = lambda data, asked: None  # no other thread than the main one
        in_turn(getattr(each, "children", ()))


def control(kind: type[ui.Widget], key: str, **traits: Any) -> ui.Widget:
    """A widget with its label."""
    style, layout = {"description_width": LABEL_WIDTH}, {"width": "auto"}
    return kind(description=words.say(f"widgets.{key}"), style=style, layout=layout, **traits)


def hint(key: str, indent: str = "0") -> ui.HTML:
    """A line of help beneath a control."""
    text = f'<div style="line-height: 1.3; font-size: 0.85em; opacity: 0.8">{words.say(f"widgets.{key}")}</div>'
    return ui.HTML(text, layout={"margin": f"0 0 6px {indent}"})


def dropdown(key: str, options: Sequence[tuple[str, str]], value: str) -> ui.Dropdown:
    """A list to choose one of, its options as pairs of words and value; a first value that is not on it is refused."""
    valid = [each for _, each in options]
    if value not in valid:
        raise CapcycleError(unknown(key, [value], valid))
    return control(ui.Dropdown, key, options=options, value=value)


def offer(shown: ui.Dropdown, options: tuple[tuple[str, str], ...]) -> None:
    """Other options in a list, which keeps its value where that is one of them."""
    kept = shown.value
    if options != shown.options:
        shown.options = options  # the first is chosen
        shown.value = kept if kept in dict(options).values() else shown.value


def choices(key: str, values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Options with the words of their control."""
    return tuple((words.say(f"widgets.{key}_{value}"), value) for value in values)


def display(exhibit: Exhibit) -> list[dict[str, Any]]:
    """An exhibit as the outputs of a cell: its chart, and what belongs below it."""
    return [chart(exhibit), output({"text/html": _below(exhibit)})]


def chart(exhibit: Exhibit) -> dict[str, Any]:
    """An exhibit alone, as wide as the room that it has; a click on a point lists its documents."""
    data = exhibit._repr_mimebundle_()
    if VEGA_LITE in data:
        points.link(data[VEGA_LITE], exhibit)
        if not {"facet", "vconcat", "hconcat"} & set(data[VEGA_LITE]):
            data[VEGA_LITE] = {"width": WIDTH} | data[VEGA_LITE]
    return output(data)


def output(data: dict[str, Any]) -> dict[str, Any]:
    """One output of a cell."""
    return {"output_type": "display_data", "data": data, "metadata": {VEGA_LITE: {"embed_options": EMBED}}}


def fault(error: CapcycleError) -> dict[str, str]:
    """What is said in place of an exhibit that was refused."""
    title, text = words.say("widgets.fault"), str(error)
    said = f'<strong>{title}</strong><p style="white-space: pre-wrap">{escape(text)}</p>'
    return {"text/html": f'<div role="alert" class="{PLAIN}">{said}</div>', "text/plain": text}


def _below(exhibit: Exhibit) -> str:
    """Notes, figures where a chart is above them, and sources."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in exhibit.notes)
    table = _folded(words.say("widgets.figures"), exhibit.view.to_html(index=False, border=0), "open")
    sources = "".join(f"<li>{_link(card)}</li>" for card in exhibit.sources)
    count = words.counted("widgets.sources", len(exhibit.sources))
    shown = f"<ul>{notes}</ul>{table if exhibit.chart else ''}{_folded(count, f'<ol>{sources}</ol>')}"
    return f'<div class="{PLAIN}">{shown}</div>'


def _folded(title: str, inside: str, state: str = "") -> str:
    box = f'<div tabindex="0" role="region" aria-label="{title}" style="{BOX}">{inside}</div>'
    return f"<details {state}><summary>{title}</summary>{box}</details>"


def _link(card: dict[str, str]) -> str:
    title = escape(card["title"])
    link = f'<a href="{escape(card["url"])}" target="_blank" rel="noopener">{title}</a>' if card["url"] else title
    published = card["published"] or words.say("format.no_day")
    source = words.say("widgets.source", publisher=card["publisher"], published=published)
    return f"{link}, {escape(source)}"
