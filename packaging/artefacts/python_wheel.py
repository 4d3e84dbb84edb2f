"""The wheel: a package of the Python index that carries the program."""

import os
import shutil
from pathlib import Path

import contents
import project
from targets import Target

DISTRIBUTION = project.PACKAGE.replace("-", "_")

# The second name of the program. A wheel holds no links, and the program twice
# would be twice as large.
SECOND_NAME = """\
#!/bin/sh
exec "$(dirname "$0")/rc" "$@"
"""


def write(target: Target, binary: Path, licences: str, scratch: Path, out: Path) -> Path:
    """Writes the wheel for a target, and tells its name."""
    tree = scratch / f"wheel-{target.triple}"
    name = f"{DISTRIBUTION}-{project.version()}"
    data, information = tree / f"{name}.data", tree / f"{name}.dist-info"
    contents.put(data / "scripts" / binary.name, binary.read_bytes(), 0o755)
    if binary.suffix != ".exe":
        contents.put(data / "scripts" / "recharge", SECOND_NAME.encode(), 0o755)
        put_shared(data / "data" / "share")
    contents.put(information / "METADATA", metadata().encode())
    contents.put(information / "WHEEL", about(target).encode())
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"]:
        contents.put(information / "licenses" / licence, (project.ROOT / licence).read_bytes())
    contents.put(information / "licenses" / contents.THIRD_PARTY, licences.encode())
    # `wheel` sorts the tags of a name.
    tag = f"py3-none-{'.'.join(sorted(target.wheel.split('.')))}"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(max(project.epoch(), 315_532_800))}
    project.run("wheel", "pack", tree, "--dest-dir", out, env=environment, stdout=2)
    return out / f"{name}-{tag}.whl"


def put_shared(share: Path) -> None:
    """Completions and man pages, where shells and `man` look below an environment."""
    for page in contents.man_pages():
        contents.put(share / "man/man1" / page.name, page.read_bytes())
    shutil.copy(share / "man/man1/rc.1", share / "man/man1/recharge.1")
    bash = share / "bash-completion/completions"
    for name in ["rc", "recharge"]:
        contents.put(bash / name, contents.completion("rc.bash").encode())
    contents.put(share / "zsh/site-functions/_rc", contents.completion("_rc").encode())
    fish = share / "fish/vendor_completions.d"
    for name in ["rc.fish", "recharge.fish"]:
        contents.put(fish / name, contents.completion("rc.fish").encode())


def metadata() -> str:
    package = project.package()
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project.PACKAGE}",
        f"Version: {project.version()}",
        f"Summary: {package['description']}",
        f"License-Expression: {package['license']}",
        *(f"License-File: {name}" for name in ["LICENSE-APACHE", "LICENSE-MIT", contents.THIRD_PARTY]),
        f"Keywords: {','.join(package['keywords'])}",
        "Requires-Python: >=3.8",
        "Description-Content-Type: text/markdown",
    ]
    for label in ["homepage", "repository"]:
        if package[label]:
            lines.append(f"Project-URL: {label.capitalize()}, {package[label]}")
    return "\n".join(lines) + "\n\n" + (project.ROOT / "README.md").read_text()


def about(target: Target) -> str:
    tags = [f"Tag: py3-none-{platform}" for platform in target.wheel.split(".")]
    return "\n".join(
        ["Wheel-Version: 1.0", "Generator: packaging/build", "Root-Is-Purelib: false", *tags, ""]
    )
