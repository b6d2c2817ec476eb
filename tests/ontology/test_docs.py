"""The pages of the ontology: every term has one, every link leads somewhere, and nothing from data is markup."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from ontology import OntologyError, OntologyText, packaged_texts
from ontology.alignments import folder_alignments, packaged_alignments
from ontology.docs import Pages, write_site
from ontology.docs.content import Content

from .texts import PREFIXES

PACKAGED = Path(str(files("ontology"))) / "alignments"
EVIL = """:Evil a owl:Class ; rdfs:subClassOf :River ; rdfs:label "<script>alert(1)</script>"@zh, "</script><b>"@en ;
    skos:definition "A river & <img src=x onerror=alert(1)>."@en ."""


class Links(HTMLParser):
    """Addresses and elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.elements: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    written: list[tuple[int, int]] = []
    more = OntologyText("evil.ttl", PREFIXES + EVIL)
    pages = write_site(
        (*packaged_texts(), more), folder, ("before", packaged_texts()), lambda *done: written.append(done)
    )
    assert pages == len(list(folder.glob("*.html")))
    assert written[-1][0] == written[-1][1] == pages - 2
    return folder


def test_every_link_leads_to_a_file_or_to_another_vocabulary(site: Path) -> None:
    for page in site.glob("*.html"):
        for link in Links(page.read_text(encoding="utf-8")).links:
            if not link.startswith(("http://", "https://")):
                assert (site / link).is_file(), (page.name, link)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    page = (site / "Parcel.html").read_text(encoding="utf-8")
    assert all(not link.startswith("http") for link in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', page))
    assert "http" not in (site / "assets" / "ontology.css").read_text(encoding="utf-8")


def test_words_of_the_data_are_never_markup(site: Path) -> None:
    for name in ("Evil", "index", "River", "changes"):
        page = (site / f"{name}.html").read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "img" not in Links(page).elements
    assert Links((site / "Evil.html").read_text(encoding="utf-8")).elements.count("script") == 2


def test_a_class_page_has_what_one_looks_for(site: Path) -> None:
    page = (site / "Parcel.html").read_text(encoding="utf-8")
    for expected in ("土地权属界线封闭的地块或者空间。", "P33300", "LA_SpatialUnit", "parcelArea", "(:Parcel)", "<svg"):
        assert expected in page
    assert 'href="CadastralEntity.html"' in page  # above
    assert 'href="UseRightParcel.html"' in page  # below
    assert 'href="building_stands_on_parcel.html"' in page  # a rule about it


def test_a_property_page_has_unit_domain_and_inverse(site: Path) -> None:
    assert "m2" in (site / "parcelArea.html").read_text(encoding="utf-8")
    page = (site / "encumbers.html").read_text(encoding="utf-8")
    assert 'href="encumberedBy.html"' in page
    assert "-[:ENCUMBERS]->" in page


def test_the_page_of_changes_lists_the_new_term(site: Path) -> None:
    page = (site / "changes.html").read_text(encoding="utf-8")
    assert '<a href="Evil.html"><code>:Evil</code></a>' in page
    assert "before" in page
    assert 'href="changes.html"' in (site / "index.html").read_text(encoding="utf-8")


def test_a_page_tells_what_shapes_demand(site: Path) -> None:
    page = (site / "Parcel.html").read_text(encoding="utf-8")
    assert "The area of a parcel must be above 0 m2" in page
    assert "宗地面积应大于 0 m2" in page
    assert "The registered area must be above 0 m2" in page  # of a superclass


def test_a_class_with_two_superclasses_has_one_subtree(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    names = re.findall(r"<summary><a [^>]*>.*?</a> <code>(\w+)</code>", page)
    assert len(names) == len(set(names)) > 40


def test_a_folder_may_add_alignments_of_its_own(tmp_path: Path) -> None:
    table = (PACKAGED / "osm.sssom.tsv").read_text(encoding="utf-8").replace("OpenStreetMap", "Our own map")
    (tmp_path / "own.sssom.tsv").write_text(table, encoding="utf-8")
    assert len(folder_alignments(tmp_path)) > len(packaged_alignments())
    (tmp_path / "own.sssom.tsv").write_text("subject_id\tobject_id\nres:Parcel\tx:y\n", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"own\.sssom\.tsv: error alignment: the table is no SSSOM table"):
        folder_alignments(tmp_path)


def test_an_unknown_term_has_no_page() -> None:
    assert Pages(Content(packaged_texts()), link=str, asset=str).term("Nope") is None


def test_nothing_is_written_of_what_does_not_compile(tmp_path: Path) -> None:
    broken = OntologyText("broken.ttl", ":A a :B , .")
    with pytest.raises(OntologyError):
        write_site((broken,), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.process
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("index.html?lang=en", 'data-language="en"'),
        ("index.html?lang=zh", 'data-language="zh"'),
        ("index.html#Parcel", "<code>https://res3d.example/ontology#Parcel</code>"),
    ],
)
def test_a_browser_runs_the_script(site: Path, address: str, expected: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    quiet = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
    done = subprocess.run(
        [browser, "--headless", *quiet, f"--user-data-dir={tmp_path}", "--virtual-time-budget=5000", "--dump-dom",
         f"{(site / 'index.html').as_uri().removesuffix('index.html')}{address}"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert expected in done.stdout
