"""The pages of the book: gathers them, and checks the links of the result.

    book.py gather FOLDER REPOSITORY    copies docs/ and the pages of the root
    book.py check FOLDER                follows every link of the HTML files
"""

import html.parser
import pathlib
import re
import shutil
import sys
import urllib.parse

# Pages outside of docs/, by their names in the book. A page named README would
# become the index of its folder, and links to it would break.
PAGES = {
    "README.md": "introduction.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "benches/README.md": "measurements.md",
}

LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def place(path):
    """The name of a file of the repository in the book, if it is a page."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/") and path.endswith(".md"):
        return path.removeprefix("docs/")
    return None


def relinked(text, source, repository):
    """The text of a page, with links to where the pages of the book are."""
    folder = pathlib.PurePosixPath(source).parent
    own = pathlib.PurePosixPath(place(source)).parent

    def link(match):
        words, target = match.groups()
        if "://" in target or target.startswith(("#", "mailto:")):
            return match.group(0)
        file, _, anchor = target.partition("#")
        parts = []
        for part in (folder / file).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        path = "/".join(parts)
        page = place(path)
        if page is None:
            return f"[{words}]({repository}/blob/HEAD/{path})" if repository else words
        page = "../" * len(own.parts) + page
        return f"[{words}]({page}{'#' + anchor if anchor else ''})"

    # Links may continue on the next line; code is left as it is.
    parts = re.split(r"(?ms)^( *```.*?^ *```)$", text)
    return "".join(
        part if at % 2 else LINK.sub(link, part) for at, part in enumerate(parts)
    )


def gather(folder, repository):
    sources = [*PAGES, *(str(path) for path in sorted(pathlib.Path("docs").rglob("*.md")))]
    for source in sources:
        text = pathlib.Path(source).read_text(encoding="utf-8")
        target = folder / place(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(relinked(text, source, repository), encoding="utf-8")


class Page(html.parser.HTMLParser):
    """The links and the anchors of an HTML file."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id"):
            self.anchors.add(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])


def check(folder):
    pages = {
        path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))
    }
    wrong, checked = [], 0
    for path, page in pages.items():
        # These stand at any address, or only lead to another page.
        if path.name in ("404.html", "toc.html"):
            continue
        for link in page.links:
            address = urllib.parse.urlsplit(link)
            if address.scheme:
                continue
            checked += 1
            file = urllib.parse.unquote(address.path)
            target = (path.parent / file).resolve() if file else path.resolve()
            if target.is_dir():
                target = target / "index.html"
            anchor = urllib.parse.unquote(address.fragment)
            if not target.exists() or (
                anchor and target in pages and anchor not in pages[target].anchors
            ):
                wrong.append(f"{path.relative_to(folder)}: {link}")
    if wrong or checked < 100:
        sys.exit("\n".join(["links without a target:", *wrong]))
    print(f"{len(pages)} pages, {checked} links")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["gather", folder, repository]:
            gather(pathlib.Path(folder), repository.rstrip("/"))
        case ["check", folder]:
            check(pathlib.Path(folder).resolve())
        case _:
            sys.exit(__doc__)
