"""What a folder of artefacts gets once it is complete: installer, formula,
manifest, and a checksum beside each file."""

import hashlib
import json
from pathlib import Path

import project
from targets import TARGETS, Target

INSTALLER = f"{project.PACKAGE}-installer.sh"
FORMULA = f"{project.PACKAGE}.rb"
MANIFEST = "dist-manifest.json"
CHECKSUM = ".sha256"


def checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_checksum(file: Path) -> None:
    """Writes the line that `sha256sum --check` reads."""
    note = file.with_name(file.name + CHECKSUM)
    note.write_bytes(f"{checksum(file)}  {file.name}\n".encode())


def archive_name(target: Target) -> str:
    return f"{project.PACKAGE}-{target.triple}{target.archive_suffix}"


def archives(out: Path) -> dict[str, Path]:
    """The archives that are there, by target."""
    found = {triple: out / archive_name(target) for triple, target in TARGETS.items()}
    return {triple: file for triple, file in found.items() if file.exists()}


def write_installer(out: Path, url: str) -> Path:
    """The installer knows the checksums, so that a changed archive is refused
    even where its own checksum was changed with it."""
    known = "\n".join(
        f"{checksum(file)} {triple}"
        for triple, file in archives(out).items()
        if file.name.endswith(".tar.xz")
    )
    if not known:
        raise project.Failure("the installer needs an archive, and there is none")
    text = (project.ROOT / "packaging" / "installer.sh").read_text()
    for mark, value in [("@VERSION@", project.version()), ("@URL@", url), ("@CHECKSUMS@", known)]:
        if mark not in text:
            raise project.Failure(f"packaging/installer.sh has no {mark}")
        text = text.replace(mark, value)
    file = out / INSTALLER
    file.write_text(text)
    file.chmod(0o755)
    return file


# What Homebrew runs on: the end of a target and the word of a formula for it.
HOMEBREW_SYSTEMS = [("apple-darwin", "macos"), ("unknown-linux-musl", "linux")]
HOMEBREW_MACHINES = [("aarch64", "arm"), ("x86_64", "intel")]


def has_formula(out: Path) -> bool:
    """Whether there is an archive that a formula can name."""
    systems = tuple(system for system, _ in HOMEBREW_SYSTEMS)
    return any(target.endswith(systems) for target in archives(out))


def write_formula(out: Path, url: str) -> Path:
    """A Homebrew formula for the platforms whose archive is there."""
    blocks = []
    for system, name in HOMEBREW_SYSTEMS:
        inner = []
        for machine, word in HOMEBREW_MACHINES:
            file = archives(out).get(f"{machine}-{system}")
            if file:
                inner += [
                    f"    on_{word} do",
                    f'      url "{url}/{file.name}"',
                    f'      sha256 "{checksum(file)}"',
                    "    end",
                ]
        if inner:
            blocks += [f"  on_{name} do", *inner, "  end", ""]
    if not blocks:
        raise project.Failure("the formula needs an archive, and there is none")
    package = project.package()
    # Homebrew wants no article.
    about = package["description"].removeprefix("The ")
    homepage = package["homepage"] or package["repository"] or url
    licences = ", ".join(f'"{one}"' for one in package["license"].split(" OR "))
    lines = [
        "class RechargeCli < Formula",
        f'  desc "{about[:1].upper()}{about[1:]}"',
        f'  homepage "{homepage}"',
        f'  version "{project.version()}"',
        f"  license any_of: [{licences}]",
        "",
        *blocks,
        "  def install",
        '    bin.install "rc"',
        '    bin.install_symlink "rc" => "recharge"',
        '    man1.install Dir["man/man1/*.1"]',
        '    bash_completion.install "completions/rc.bash" => "rc"',
        '    zsh_completion.install "completions/_rc"',
        '    fish_completion.install "completions/rc.fish"',
        "  end",
        "",
        "  test do",
        '    assert_match version.to_s, shell_output("#{bin}/rc --version")',
        '    assert_equal 3, shell_output("#{bin}/rc --sandbox subscriptions list --limit 3 --jq .id").lines.count',
        "  end",
        "end",
        "",
    ]
    file = out / FORMULA
    file.write_text("\n".join(lines))
    return file


def kind(file: Path) -> str:
    """The kind of an artefact, as `dist` names kinds."""
    if file.name == INSTALLER or file.name == FORMULA:
        return "installer"
    if file.name.endswith(CHECKSUM):
        return "checksum"
    if file.name.endswith(".cdx.json"):
        return "sbom"
    return "executable-zip" if file.name.endswith((".tar.xz", ".zip")) else "package"


def write_manifest(out: Path) -> Path:
    """What is in the folder, in the form of `dist`."""
    files = sorted(file for file in out.iterdir() if file.is_file() and file.name != MANIFEST)
    names = {file.name for file in files}
    artefacts = {}
    for file in files:
        one = {"name": file.name, "kind": kind(file)}
        triples = [triple for triple in TARGETS if triple in file.name]
        if triples:
            one["target_triples"] = triples
        if file.name + CHECKSUM in names:
            one["checksum"] = file.name + CHECKSUM
            one["checksums"] = {"sha256": checksum(file)}
        artefacts[file.name] = one
    document = {
        "announcement_tag": f"v{project.version()}",
        "announcement_is_prerelease": "-" in project.version(),
        "announcement_title": f"Version {project.version()}",
        "releases": [
            {
                "app_name": project.PACKAGE,
                "app_version": project.version(),
                "artifacts": list(artefacts),
            }
        ],
        "artifacts": artefacts,
    }
    file = out / MANIFEST
    file.write_text(json.dumps(document, indent=2) + "\n")
    return file
