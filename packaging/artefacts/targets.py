"""The platforms that are shipped, and what each kind of package calls them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A platform by the name that rustc has for it."""

    triple: str
    # What cargo-zigbuild is asked for, where it builds: it takes a version of glibc.
    zig: str | None = None
    # Tags of the wheel's name; none where another target's wheel serves as well.
    wheel: str | None = None
    # The architecture as nfpm names it, where the target has system packages.
    system: str | None = None

    @property
    def executable(self) -> str:
        return "rc.exe" if "windows" in self.triple else "rc"

    @property
    def archive_suffix(self) -> str:
        return ".zip" if "windows" in self.triple else ".tar.xz"


# The oldest glibc of a system that still gets updates (RHEL 7 and its rebuilds).
GLIBC = "2.17"

TARGETS = {
    target.triple: target
    for target in [
        # Static, so that it serves every Linux, and the packages of them all.
        Target(
            "x86_64-unknown-linux-musl",
            zig="x86_64-unknown-linux-musl",
            wheel="manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
            system="amd64",
        ),
        Target(
            "aarch64-unknown-linux-musl",
            zig="aarch64-unknown-linux-musl",
            wheel="manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
            system="arm64",
        ),
        # For systems whose name service needs glibc: LDAP, mDNS, NIS.
        Target("x86_64-unknown-linux-gnu", zig=f"x86_64-unknown-linux-gnu.{GLIBC}"),
        Target("x86_64-apple-darwin", wheel="macosx_10_12_x86_64"),
        Target("aarch64-apple-darwin", wheel="macosx_11_0_arm64"),
        Target("x86_64-pc-windows-msvc", wheel="win_amd64"),
    ]
}

# What is built when nothing else is asked for.
LINUX = [triple for triple, target in TARGETS.items() if target.zig]
