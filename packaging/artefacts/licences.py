"""The packages that are linked into the program, and the texts of their licences."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import project

# Names of files with a licence or a notice, in capitals.
NAMES = ("LICENSE", "LICENCE", "COPYING", "UNLICENSE", "NOTICE", "COPYRIGHT")
# Larger than any licence; a file of this size is something else.
LARGEST = 200_000


@dataclass(frozen=True)
class Linked:
    """A package of the program."""

    id: str
    name: str
    version: str
    licence: str
    source: str | None
    folder: Path
    dependencies: tuple[str, ...]


def linked(triples: list[str]) -> list[Linked]:
    """What the program is made of on these platforms, with all features, itself
    first. Tools that only build or test it are left out."""
    filters = [word for triple in triples for word in ("--filter-platform", triple)]
    text = project.output(
        "cargo", "metadata", "--locked", "--all-features", "--format-version", "1", *filters
    )
    found = json.loads(text)
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    first = project.package()["id"]
    order, waiting, seen = [], [first], {first}
    while waiting:
        one = waiting.pop(0)
        needs = sorted(
            dependency["pkg"]
            for dependency in nodes[one]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
        order.append(of(packages[one], needs))
        for need in needs:
            if need not in seen:
                seen.add(need)
                waiting.append(need)
    return [order[0], *sorted(order[1:], key=lambda one: (one.name, one.version))]


def of(package: dict, needs: list[str]) -> Linked:
    return Linked(
        id=package["id"],
        name=package["name"],
        version=package["version"],
        # An older spelling of the same.
        licence=(package["license"] or "").replace("/", " OR "),
        source=package["source"],
        folder=Path(package["manifest_path"]).parent,
        dependencies=tuple(needs),
    )


def texts(package: Linked) -> list[str]:
    """The texts that a package brings, in the order of their names."""
    files = sorted(
        file
        for file in package.folder.iterdir()
        if file.name.upper().startswith(NAMES) and file.is_file()
    )
    small = [file for file in files if file.stat().st_size <= LARGEST]
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in small]


def third_party(packages: list[Linked]) -> str:
    """One text with the licences of all packages of others, each text once."""
    others = [package for package in packages if package.source]
    holders, without = defaultdict(list), []
    for package in others:
        found = texts(package)
        if not found:
            without.append(package)
        for text in found:
            holders[text].append(package)
    lines = [
        f"{project.PACKAGE} {project.version()} is made with these packages, under these licences.",
        "",
    ]
    lines += [f"  {one.name} {one.version}: {one.licence or 'see its text'}" for one in others]
    if without:
        lines += ["", "These packages bring no text; the names of their licences are above:", ""]
        lines += [f"  {one.name} {one.version}" for one in without]
    for text, users in sorted(holders.items(), key=lambda item: item[1][0].name):
        names = ", ".join(f"{one.name} {one.version}" for one in users)
        lines += ["", "-" * 78, names, "-" * 78, "", text]
    return "\n".join(lines) + "\n"
