"""The program for a target, built or given."""

import os
from pathlib import Path

import project
from targets import Target


def build(target: Target, profile: str) -> Path:
    """Builds the program with all features, and tells where it is."""
    active = project.output("rustup", "show", "active-toolchain").split()[0]
    project.run("rustup", "target", "add", "--toolchain", active, target.triple)
    # zig builds for Linux from anywhere. The others need the SDK of their system.
    command = ["cargo-zigbuild"] if target.zig else ["cargo"]
    project.run(
        *command,
        "build",
        "--locked",
        "--all-features",
        "--profile",
        profile,
        "--bin",
        "rc",
        "--target",
        target.zig or target.triple,
        env={**os.environ, **static_runtime(target)},
    )
    folder = "debug" if profile == "dev" else profile
    return project.target_directory() / target.triple / folder / target.executable


def static_runtime(target: Target) -> dict[str, str]:
    """Windows ships no C runtime that is new enough with each of its versions."""
    if "windows-msvc" not in target.triple:
        return {}
    return {"RUSTFLAGS": "-C target-feature=+crt-static"}


