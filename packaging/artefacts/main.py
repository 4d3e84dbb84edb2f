"""Builds the artefacts of a release; packaging/build starts it."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import archive
import binary
import contents
import licences
import project
import python_wheel
import release
import sbom
import system
from targets import LINUX, TARGETS, Target

# Made for each target.
PER_TARGET = ["archive", "deb", "rpm", "wheel"]
# Made once, of what is in the folder.
ONCE = ["sbom", "installer", "formula", "manifest"]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="packaging/build",
        description="Builds the artefacts of a release.",
        epilog=f"KIND is one of {', '.join(PER_TARGET + ONCE)}; without one, all are made.",
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--version", help="stop unless this is the version of Cargo.toml")
    parser.add_argument(
        "--url", help="the folder that the artefacts will be downloaded from, for installer and formula"
    )
    parser.add_argument("--out", default="target/packages", help="the folder for artefacts")
    parser.add_argument(
        "--target",
        action="append",
        choices=TARGETS,
        help=f"a platform to build for; without one, {', '.join(LINUX)}",
    )
    parser.add_argument(
        "--binary",
        action="append",
        default=[],
        metavar="TARGET=PATH",
        help="package this program instead of building one",
    )
    parser.add_argument("--profile", default="dist", help="the profile of cargo to build with")
    return parser.parse_args()


def given_binaries(words: list[str]) -> dict[str, Path]:
    found = {}
    for word in words:
        triple, _, path = word.partition("=")
        if triple not in TARGETS or not Path(path).is_file():
            raise project.Failure(f"--binary {word}: expected TARGET=PATH of a program")
        found[triple] = Path(path).resolve()
    return found


def chosen_kinds(words: list[str], url: str | None) -> list[str]:
    unknown = [word for word in words if word not in PER_TARGET + ONCE]
    if unknown:
        raise project.Failure(f"there is no kind {unknown[0]}")
    kinds = words or PER_TARGET + ONCE
    wants = [kind for kind in ["installer", "formula"] if kind in kinds]
    if wants and not url:
        # They name the place of the downloads, which nobody can guess.
        if words:
            raise project.Failure(f"{wants[0]} needs --url")
        say("without --url there is no installer and no formula")
        kinds = [kind for kind in kinds if kind not in wants]
    return kinds


def say(text: str) -> None:
    print(f"+ {text}", file=sys.stderr)


def for_target(target: Target, program: Path, kinds: list[str], scratch: Path, out: Path) -> None:
    """The artefacts of one target."""
    text = licences.third_party(licences.linked([target.triple]))
    if "archive" in kinds:
        name = release.archive_name(target)
        folder = scratch / name.removesuffix(target.archive_suffix)
        contents.archive_tree(folder, named(program, target, scratch), text)
        archive.write(folder, out / name)
        finished(out / name)
    for kind in ["deb", "rpm"]:
        if kind in kinds and target.system:
            finished(system.write(target, kind, program, text, scratch, out))
    if "wheel" in kinds and target.wheel:
        program = named(program, target, scratch)
        finished(python_wheel.write(target, program, text, scratch, out))


def named(program: Path, target: Target, scratch: Path) -> Path:
    """The program under the name that it is shipped with."""
    if program.name == target.executable:
        return program
    folder = scratch / f"program-{target.triple}"
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(program, folder / target.executable))


def finished(file: Path) -> None:
    release.write_checksum(file)
    print(file)


def once(
    kinds: list[str], targets: list[str], url: str | None, out: Path, kinds_chosen: bool
) -> None:
    """The artefacts that tell of the others; the manifest last. What cannot be
    made is an error where the kinds were chosen."""
    if "sbom" in kinds:
        text = sbom.bill(licences.linked(targets))
        sbom.check(text)
        file = out / f"{project.PACKAGE}.cdx.json"
        file.write_text(text)
        finished(file)
    if "installer" in kinds:
        finished(release.write_installer(out, url.rstrip("/")))
    if "formula" in kinds:
        if release.has_formula(out) or kinds_chosen:
            finished(release.write_formula(out, url.rstrip("/")))
        else:
            say("no archive here is for Homebrew, so there is no formula")
    if "manifest" in kinds:
        print(release.write_manifest(out))


def main() -> None:
    chosen = options()
    if chosen.version and chosen.version.removeprefix("v") != project.version():
        raise project.Failure(
            f"--version {chosen.version}: Cargo.toml has version {project.version()}"
        )
    kinds = chosen_kinds(chosen.kinds, chosen.url)
    given = given_binaries(chosen.binary)
    targets = chosen.target or list(given) or LINUX
    out = project.ROOT / chosen.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for triple in targets if set(kinds) & set(PER_TARGET) else []:
            target = TARGETS[triple]
            say(triple)
            program = given.get(triple) or binary.build(target, chosen.profile)
            for_target(target, program, kinds, Path(scratch), out)
        once(kinds, targets, chosen.url, out, bool(chosen.kinds))


try:
    main()
except project.Failure as error:
    print(f"packaging/build: {error}", file=sys.stderr)
    sys.exit(1)
