"""The bill of materials: what the program is made of, as CycloneDX."""

import datetime
import tomllib
import uuid

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

import project
from licences import Linked


def checksums() -> dict[tuple[str, str], str]:
    """The checksum of each package of a registry, from the lock."""
    lock = tomllib.loads((project.ROOT / "Cargo.lock").read_text())
    return {
        (one["name"], one["version"]): one["checksum"]
        for one in lock["package"]
        if "checksum" in one
    }


def component(package: Linked, known: dict[tuple[str, str], str], is_first: bool) -> Component:
    checksum = known.get((package.name, package.version))
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.APPLICATION if is_first else ComponentType.LIBRARY,
        bom_ref=f"{package.name}@{package.version}",
        purl=PackageURL("cargo", None, package.name, package.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
        licenses=[LicenseExpression(package.licence)] if package.licence else [],
    )


def bill(packages: list[Linked]) -> str:
    """The document; equal for equal commits."""
    known = checksums()
    parts = {one.id: component(one, known, one is packages[0]) for one in packages}
    first = parts[packages[0].id]
    document = Bom(components=[part for part in parts.values() if part is not first])
    document.metadata.component = first
    document.metadata.timestamp = datetime.datetime.fromtimestamp(
        project.epoch(), tz=datetime.timezone.utc
    )
    document.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, f"{project.PACKAGE} {project.commit()}")
    for one in packages:
        needs = [parts[need] for need in one.dependencies]
        document.register_dependency(parts[one.id], needs)
    return JsonV1Dot6(document).output_as_string(indent=2)


def check(text: str) -> None:
    """Holds a bill against the published schema."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        raise project.Failure(f"the bill of materials is not valid: {error}")
