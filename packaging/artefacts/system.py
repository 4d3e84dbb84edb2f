"""Packages of Linux systems: .deb and .rpm, by nfpm."""

import json
import os
from pathlib import Path

import contents
import project
from targets import Target

SCRIPTS = project.ROOT / "packaging" / "scripts"


def write(target: Target, kind: str, binary: Path, licences: str, scratch: Path, out: Path) -> Path:
    """Writes the package of one kind for one target, and tells its name."""
    tree = scratch / f"{kind}-{target.system}"
    contents.system_tree(tree, binary, licences, is_deb=kind == "deb")
    configuration = scratch / f"nfpm-{kind}-{target.system}.json"
    # JSON is YAML.
    configuration.write_text(json.dumps(description(target, kind, tree)))
    name = f"{project.PACKAGE}-{target.triple}.{kind}"
    project.run(
        "nfpm",
        "package",
        "--config",
        configuration,
        "--packager",
        kind,
        "--target",
        out / name,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(project.epoch())},
        stdout=2,
    )
    return out / name


def description(target: Target, kind: str, tree: Path) -> dict:
    package = project.package()
    found = {
        "name": project.PACKAGE,
        "arch": target.system,
        "platform": "linux",
        "version": project.version(),
        "section": "utils",
        "priority": "optional",
        "maintainer": os.environ.get("RECHARGE_CLI_MAINTAINER", f"{project.PACKAGE} contributors"),
        "description": f"{package['description']}\nThe program is `recharge`, and `rc` where no other program has that name.",
        "license": package["license"],
        "contents": [{"src": str(tree), "dst": "/", "type": "tree"}],
        "scripts": {
            "postinstall": str(SCRIPTS / f"{kind}-postinstall"),
            "preremove": str(SCRIPTS / f"{kind}-preremove"),
        },
    }
    # The default takes half as much again.
    found[kind] = {"compression": "xz"}
    if package["homepage"]:
        found["homepage"] = package["homepage"]
    return found
