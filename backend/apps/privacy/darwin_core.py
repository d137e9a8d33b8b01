"""Identifications as a Darwin Core Archive: what biodiversity databases such as GBIF read (https://dwc.tdwg.org/text/).

MachineObservation, not HumanObservation: the record is a photo, which TDWG names among the examples of a
MachineObservation, and its name was given by a machine; nobody has verified it. What the asker said is wrong is left
out, and so are simulated answers (law 11).

eventDate is empty: when a photo was taken stands in the metadata that we never keep (law 12), and the day it was sent
may be another one. dateIdentified is known.
"""

import datetime as dt
import math
import xml.etree.ElementTree as ET
from typing import Any

from apps.plant_identification.models import Feedback, Identification
from apps.privacy.models import Licence
from identification.answer import Answer, CallState
from identification.question import PLACE_DECIMALS

DWC, DCTERMS = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
TERMS = (
    f"{DWC}occurrenceID", f"{DWC}basisOfRecord", f"{DWC}occurrenceStatus", f"{DWC}eventDate", f"{DWC}scientificName",
    f"{DWC}scientificNameAuthorship", f"{DWC}taxonRank", f"{DWC}kingdom", f"{DWC}family", f"{DWC}genus",
    f"{DWC}identifiedBy", f"{DWC}dateIdentified", f"{DWC}identificationVerificationStatus", f"{DWC}identificationRemarks",
    f"{DWC}decimalLatitude", f"{DWC}decimalLongitude", f"{DWC}geodeticDatum", f"{DWC}coordinateUncertaintyInMeters",
    f"{DWC}dataGeneralizations", f"{DWC}occurrenceRemarks", f"{DCTERMS}license", f"{DCTERMS}modified",
)  # fmt: skip
COLUMNS = tuple(term.rpartition("/")[2] for term in TERMS)
METERS_OF_DEGREE = 111_320  # of latitude, and of longitude at the equator
NOT_ALL_RIGHTS = "No licence was given: all rights reserved by the person who took the photos."


def occurrence_of(
    identification: Identification, answer: Answer | None, feedback: Feedback | None, licence: str
) -> dict[str, Any] | None:
    """The row of an identification that names a plant; None for every other, and for one the asker has denied.

    Of those that continue each other only the last has a row: they are one plant.
    """
    denied = feedback is not None and feedback.was_right != Feedback.WasRight.YES
    is_left_out = denied or identification.sandbox or identification.continued
    if answer is None or answer.simulated or is_left_out or not answer.consensus.verdict.name:
        return None
    verdict = answer.consensus.verdict
    found = next((each for each in answer.consensus.suggestions if each.name == verdict.name), None)
    at = (identification.completed_at or identification.created_at).isoformat(timespec="seconds")
    row = {
        "occurrenceID": f"urn:uuid:{identification.pk}",
        "basisOfRecord": "MachineObservation",
        "occurrenceStatus": "present",
        "scientificName": verdict.name,
        "scientificNameAuthorship": found.authorship if found else "",
        "taxonRank": verdict.rank,
        "kingdom": "Plantae",
        "family": found.family if found else None,
        "genus": found.genus if found else None,
        "identifiedBy": " | ".join(report.provider.label for report in answer.reports if report.state is CallState.OK),
        "dateIdentified": at,
        "identificationVerificationStatus": "unverified",
        "identificationRemarks": _remarks(answer, feedback),
        "occurrenceRemarks": f"Photos: photos/{identification.pk}/",
        "license": Licence(licence).label if licence else NOT_ALL_RIGHTS,
        "modified": at,
    } | _place(identification.latitude, identification.longitude)
    return {column: _line(row.get(column)) for column in COLUMNS}


def _remarks(answer: Answer, feedback: Feedback | None) -> str:
    """Who said it, with which model and score; scores of two services are on two scales."""
    verdict = answer.consensus.verdict
    found = next((each for each in answer.consensus.suggestions if each.name == verdict.name), None)
    parts = [f"verdict: {verdict.level}", f"agreement: {verdict.agreement}"]
    for report in answer.reports:
        score = found.scores.get(report.provider) if found else None
        if score is not None:
            parts.append(f"{report.provider.label} score {score:.3f} (model {report.model_version or 'unknown'})")
    if feedback is not None:
        parts.append("the person who asked says it is right")
    return "; ".join(parts)


def _place(latitude: float | None, longitude: float | None) -> dict[str, Any]:
    """The place, rounded, with the distance to the farthest corner of all that is rounded to it."""
    if latitude is None or longitude is None:
        return {}
    half = 0.5 * 10**-PLACE_DECIMALS
    nearest_equator = math.cos(math.radians(max(0.0, abs(latitude) - half)))  # a degree of longitude is longest there
    uncertainty = math.ceil(METERS_OF_DEGREE * math.hypot(half, half * nearest_equator))
    return {
        "decimalLatitude": round(latitude, PLACE_DECIMALS),
        "decimalLongitude": round(longitude, PLACE_DECIMALS),
        "geodeticDatum": "EPSG:4326",
        "coordinateUncertaintyInMeters": uncertainty,
        "dataGeneralizations": "Coordinates are rounded to 0.1 degree; nothing finer was ever kept.",
    }


def _line(value: Any) -> Any:
    """The value on one line: not every reader of archives knows quoted line breaks."""
    return " ".join(value.split()) if isinstance(value, str) else value


def meta_xml() -> bytes:
    """Which file holds which terms, in which columns."""
    archive = ET.Element("archive", {"xmlns": "http://rs.tdwg.org/dwc/text/", "metadata": "eml.xml"})
    core = ET.SubElement(
        archive,
        "core",
        {
            "encoding": "UTF-8",
            "fieldsTerminatedBy": ",",
            "linesTerminatedBy": "\\n",
            "fieldsEnclosedBy": '"',
            "ignoreHeaderLines": "1",
            "rowType": f"{DWC}Occurrence",
        },
    )
    ET.SubElement(ET.SubElement(core, "files"), "location").text = "occurrence.csv"
    ET.SubElement(core, "id", {"index": "0"})
    for index, term in enumerate(TERMS):
        ET.SubElement(core, "field", {"index": str(index), "term": term})
    return _document(archive)


def eml_xml(package: str, licence: str, day: dt.date) -> bytes:
    """What the archive is, in the Ecological Metadata Language. It does not say whose: that is for who publishes it."""
    ET.register_namespace("eml", "https://eml.ecoinformatics.org/eml-2.2.0")
    eml = ET.Element(
        "{https://eml.ecoinformatics.org/eml-2.2.0}eml",
        {"packageId": package, "system": "Plant Community", "{http://www.w3.org/XML/1998/namespace}lang": "en"},
    )
    dataset = ET.SubElement(eml, "dataset")
    ET.SubElement(dataset, "title").text = "Plants identified on photos by one person"
    _party(dataset, "creator")
    _party(dataset, "metadataProvider")
    ET.SubElement(dataset, "pubDate").text = day.isoformat()
    ET.SubElement(dataset, "language").text = "en"
    abstract = (
        "Names given to photos by Plant.id and Pl@ntNet, unverified. What the observer said was wrong is left out. "
        "Places are rounded to 0.1 degree; the days on which the photos were taken are not known."
    )
    ET.SubElement(ET.SubElement(dataset, "abstract"), "para").text = abstract
    rights = ET.SubElement(ET.SubElement(dataset, "intellectualRights"), "para")
    rights.text = f"{licence}: {Licence(licence).label}" if licence else NOT_ALL_RIGHTS
    _party(dataset, "contact")
    return _document(eml)


def _party(dataset: ET.Element, role: str) -> None:
    ET.SubElement(ET.SubElement(dataset, role), "organizationName").text = "A member of Plant Community"


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
