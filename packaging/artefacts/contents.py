"""What goes into packages beside the program: texts, completions, man pages."""

import gzip
import shutil
from pathlib import Path

import project

TEXTS = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"]
# The name under which others' licences are shipped.
THIRD_PARTY = "THIRD-PARTY-LICENSES.txt"


def man_pages() -> list[Path]:
    pages = sorted((project.ROOT / "man").glob("*.1"))
    if not pages:
        raise project.Failure("man/ holds no pages")
    return pages


def completion(name: str) -> str:
    """A completion script, for `rc` and for `recharge`."""
    text = (project.ROOT / "completions" / name).read_text()
    match name:
        case "rc.bash":
            changed = text.replace("-F _rc rc", "-F _rc rc recharge")
        case "_rc":
            changed = text.replace("#compdef rc\n", "#compdef rc recharge\n")
        case "rc.fish":
            lines = [line for line in text.splitlines() if line.startswith("complete ")]
            changed = text + "".join(
                line.replace("-c rc ", "-c recharge ").replace("--command rc ", "--command recharge ") + "\n"
                for line in lines
            )
        case _:
            return text
    if "recharge" not in changed.replace("Recharge", "") or changed == text:
        raise project.Failure(f"completions/{name} has a form that packaging does not know")
    return changed


def archive_tree(folder: Path, binary: Path, licences: str) -> None:
    """Lays an archive out: the program, its texts, completions and man pages."""
    folder.mkdir(parents=True)
    shutil.copy(binary, folder / binary.name)
    (folder / binary.name).chmod(0o755)
    for text in TEXTS:
        shutil.copy(project.ROOT / text, folder / text)
    put(folder / THIRD_PARTY, licences.encode())
    for script in ["_rc", "rc.bash", "rc.fish", "_rc.ps1"]:
        put(folder / "completions" / script, completion(script).encode())
    # Below man/ as `MANPATH` wants it.
    pages = folder / "man" / "man1"
    pages.mkdir(parents=True)
    for page in man_pages():
        shutil.copy(page, pages / page.name)


def system_tree(root: Path, binary: Path, licences: str, is_deb: bool) -> None:
    """Lays out what a .deb or .rpm installs. `rc` itself is an alternative that
    the package's scripts register: Debian has other programs of that name."""
    put(root / "usr/bin/recharge", binary.read_bytes(), 0o755)
    share = root / "usr/share"
    for page in man_pages():
        # The page of `rc` is the alternative's as well.
        name = "recharge.1" if page.name == "rc.1" else page.name
        put(share / "man/man1" / f"{name}.gz", gzip.compress(page.read_bytes(), 9, mtime=0))
    bash = share / "bash-completion/completions"
    put(bash / "recharge", completion("rc.bash").encode())
    (bash / "rc").symlink_to("recharge")
    zsh = "zsh/vendor-completions" if is_deb else "zsh/site-functions"
    put(share / zsh / "_recharge", completion("_rc").encode())
    fish = share / "fish/vendor_completions.d"
    put(fish / "recharge.fish", completion("rc.fish").encode())
    (fish / "rc.fish").symlink_to("recharge.fish")
    docs = share / "doc" / project.PACKAGE
    for text in TEXTS:
        put(docs / text, (project.ROOT / text).read_bytes())
    put(docs / THIRD_PARTY, licences.encode())
    if is_deb:
        put(docs / "copyright", copyright_of_debian().encode())


def copyright_of_debian() -> str:
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        f"Upstream-Name: {project.PACKAGE}\n\n"
        "Files: *\nCopyright: its contributors\nLicense: Expat or Apache-2.0\n"
        f" The texts of both, and of all that is linked in, are beside this file:\n"
        f" LICENSE-MIT, LICENSE-APACHE and {THIRD_PARTY}.\n"
    )


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
