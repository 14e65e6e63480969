"""A report read as a browser reads it, by the standard library's parser."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link", "col"}


class Page(HTMLParser):
    """Elements, links, texts and what does not close."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.elements, self.words = [], [], [], []
        self.scripts = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID | {"path", "circle"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append((tag, self.open[-3:]))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            name = self.elements[-1][1].get("id", self.open[-1])
            self.scripts[name] = self.scripts.get(name, "") + data
        else:
            self.words.append(data)

    @property
    def text(self):
        """The visible words."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        """Attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self):
        """Every id of the page, in order."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]
