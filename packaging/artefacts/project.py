"""What the repository says of itself: version, description, time of the commit."""

import functools
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "recharge-cli"


class Failure(Exception):
    """What went wrong, in words for whoever runs the build."""


def run(*command: str | Path, **options) -> subprocess.CompletedProcess:
    """Runs a command in the repository; its failure is ours."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, cwd=ROOT, check=True, **options)
    except FileNotFoundError as error:
        raise Failure(f"{words[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise Failure(f"{' '.join(words[:3])} … ended with {error.returncode}") from error


def output(*command: str | Path) -> str:
    """The standard output of a command, as text."""
    return run(*command, stdout=subprocess.PIPE, text=True).stdout


@functools.cache
def metadata() -> dict:
    """What cargo knows of the workspace, without its dependencies."""
    text = output("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1")
    return json.loads(text)


@functools.cache
def package() -> dict:
    """The package of the command line."""
    return next(one for one in metadata()["packages"] if one["name"] == PACKAGE)


def version() -> str:
    return package()["version"]


def target_directory() -> Path:
    return Path(metadata()["target_directory"])


@functools.cache
def commit() -> str:
    return output("git", "rev-parse", "HEAD").strip()


@functools.cache
def epoch() -> int:
    """The time that files are given: two builds of one commit are equal."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or output("git", "log", "-1", "--format=%ct"))
