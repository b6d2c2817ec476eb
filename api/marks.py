"""A code's IRI as a mark that scanners read: QR code (ISO/IEC 18004) or Data Matrix (ISO/IEC 16022), as SVG."""

from html import escape
from typing import Final, Literal, get_args

import zxingcpp

Mark = Literal["qr", "datamatrix"]
MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
_FORMATS: Final = {"qr": zxingcpp.BarcodeFormat.QRCode, "datamatrix": zxingcpp.BarcodeFormat.DataMatrix}


def mark_svg(iri: str, kind: Mark = "qr") -> str:
    """The mark of an IRI, as an SVG document with the IRI as its title.

    >>> mark_svg("https://res3d.example/code/nl.bag/0503100000000001").startswith("<svg")
    True
    """
    options = {"ec_level": "M"} if kind == "qr" else {}  # Data Matrix has one level (ECC 200)
    drawn = zxingcpp.create_barcode(iri, _FORMATS[kind], **options).to_svg(scale=4, add_quiet_zones=True)
    head, _, body = drawn[drawn.index("<svg") :].partition("<desc>")
    return f"{head}<title>{escape(iri)}</title>{body.partition('</desc>')[2]}"
