"""Archives: a folder in, a file out, byte for byte the same for the same commit."""

import tarfile
import time
import zipfile
from pathlib import Path

import project


def write(folder: Path, file: Path) -> None:
    """Packs a folder under its own name."""
    members = [folder, *sorted(folder.rglob("*"))]
    if file.suffix == ".zip":
        zipped(folder, members, file)
    else:
        tarred(folder, members, file)


def tarred(folder: Path, members: list[Path], file: Path) -> None:
    with tarfile.open(file, "w:xz", preset=9, format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            archive.add(member, member.relative_to(folder.parent), recursive=False, filter=plain)


def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of the machine that packs: owner, time, its mask for modes."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = project.epoch()
    info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
    return info


def zipped(folder: Path, members: list[Path], file: Path) -> None:
    # The format begins in 1980.
    moment = time.gmtime(max(project.epoch(), 315_532_800))[:6]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for member in members:
            if member.is_dir():
                continue
            info = zipfile.ZipInfo(str(member.relative_to(folder.parent).as_posix()), moment)
            info.external_attr = (0o755 if member.suffix == ".exe" else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.read_bytes())
