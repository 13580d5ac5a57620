"""A strict reading of the pages that we write."""

import base64
import hashlib
from html.parser import HTMLParser

VOID = {"meta", "input", "img", "br", "link"}
Attributes = dict[str, str | None]


class Read(HTMLParser):
    """Every element is closed in its turn; no attribute stands twice; each id is there once and is found."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, Attributes]] = []
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[tuple[str, str]] = []  # (language, text) of what is shown
        self.text_of: dict[str, str] = {}  # by id, or of all elements of a tag that have none
        self.raw: dict[str, str] = {}  # of style and script
        self.markup = data.decode()
        self.feed(self.markup)
        self.close()
        assert not self.open, f"never closed: {self.open}"
        self._check_names()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, text: str) -> None:
        within = {tag for tag, _ in self.open}
        for raw in ("style", "script"):
            if raw in within:
                self.raw[raw] = self.raw.get(raw, "") + text
                return
        for tag, attributes in self.open:
            name = attributes.get("id") or f"<{tag}>"
            self.text_of[name] = self.text_of.get(name, "") + text
        if text.strip():
            languages = [a["lang"] for tag, a in self.open if a.get("lang") and tag != "html"]
            self.texts.append((languages[-1] or "" if languages else "", text.strip()))

    def _check_names(self) -> None:
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in self.elements:
            for name in ("aria-labelledby", "for"):
                assert attributes.get(name) is None or attributes[name] in ids

    def all(self, tag: str, name: str = "") -> list[Attributes]:
        """The attributes of all elements of a tag, or of those of a class too."""
        found = [attributes for one, attributes in self.elements if one == tag]
        return [a for a in found if not name or name in str(a.get("class")).split()]

    @property
    def policy(self) -> dict[str, str]:
        content = next(a["content"] for a in self.all("meta") if "http-equiv" in a)
        return dict(str(rule).split(" ", 1) for rule in str(content).split("; "))


def lets_in_only_its_own(page: Read) -> bool:
    """Whether the policy forbids everything but the page's own style and script, and names these by their hashes."""
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(page.raw[name].encode()).digest()).decode()}'"
        for name in ("style", "script")
    }
    policy = page.policy
    return (
        policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
        and all(policy[f"{name}-src"] == digest for name, digest in hashes.items())
        and not any("unsafe" in rule or "http" in rule or "*" in rule for rule in policy.values())
    )
