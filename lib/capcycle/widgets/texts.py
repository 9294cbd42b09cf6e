"""A box into which a text is pasted, and below it what the documents say of its figures."""

import ipywidgets as ui

from capcycle.claims import text as texts
from capcycle.exhibits import Exhibit
from capcycle.widgets.controls import ExhibitBox, control, display


class TextExplorer(ExhibitBox):
    """A text and its day, and below them every figure of the text beside that of the documents.

    `controls` has the widgets by name, `exhibit` the table of what was checked.

    >>> TextExplorer("AWS sold $26.281bn in Q2 2024.").exhibit.figures["verdict"].tolist()
    ['consistent']
    """

    def __init__(self, text: str = "", day: str = ""):
        self.controls = {
            "text": control(ui.Textarea, "text", value=text, rows=8, continuous_update=False),
            "day": control(ui.Text, "text_day", value=day, continuous_update=False, placeholder="2026-07-30"),
        }
        super().__init__(list(self.controls.values()), self.controls.values())

    def _fit(self) -> None:
        """Nothing is offered that depends on another choice."""

    def _exhibit(self) -> Exhibit:
        self._judged = texts.check_text(self.controls["text"].value, self.controls["day"].value.strip())
        return texts.exhibits.judgements(self._judged)

    def _shown(self) -> list[dict]:
        return [*display(self.exhibit), *display(texts.exhibits.unread(self._judged))]
