"""`kb export` to files and folders: whole or not at all, the same bytes again, one clear line where it cannot be."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

import cli
from kb.blogs.sourcelists import read_list
from kb.errors import KbError
from kb.files import MARK, write_file, write_folder


def export(store: Path, *words: str) -> int:
    return cli.run(["--db", str(store), "-q", "export", *words])


def line(capsys: pytest.CaptureFixture[str]) -> str:
    return (capsys.readouterr().err.splitlines() or [""])[0]


def test_every_format_is_written_twice_the_same(sample_store: Path, tmp_path: Path) -> None:
    for n in ("1", "2"):
        assert export(sample_store, "--format", "all", "--language", "zh", "-o", str(tmp_path / n)) == 0
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert {name.partition("/")[0] for name in contents(tmp_path / "1")} >= {"article.epub", "article.bib", "site"}


def contents(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else sorted(f for f in place.rglob("*") if f.is_file())
    return {str(file.relative_to(place)): file.read_bytes() for file in files}


def test_a_site_replaces_a_site_and_nothing_else(
    sample_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, other = tmp_path / "site", tmp_path / "other"
    assert export(sample_store, "--format", "site", "-o", str(site)) == 0
    (site / "stale.html").write_text("of an earlier edition")
    assert export(sample_store, "--format", "site", "-o", str(site)) == 0
    assert not (site / "stale.html").exists() and (site / "index.html").exists()
    other.mkdir()
    (other / "letter.txt").write_text("dear reader")
    capsys.readouterr()
    assert export(sample_store, "--format", "site", "-o", str(other)) == 1
    assert line(capsys) == f"error: cannot write {other}: it holds other files"
    assert [f.name for f in other.iterdir()] == ["letter.txt"]
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--format", "site"], 2, "error: site is a folder and cannot go to stdout"),
        (["--format", "docx", "-o", "x"], 2, 'error: no such format: "docx"'),
        (
            ["--format", "epub", "-o", "/nowhere/at/all.epub"],
            1,
            "error: cannot write /nowhere/at/all.epub: there is no",
        ),
        (["--format", "md", "-o", "/"], 1, "error: cannot write /: it is a folder"),
        (["--format", "md", "-o", "/dev/full"], 1, "error: cannot write /dev/full: no space left on device"),
        (["--format", "site", "-o", "/dev/null"], 1, "error: cannot write /dev/null: it is a file"),
    ],
)
def test_a_place_that_cannot_be_is_one_line(
    words: list[str], code: int, said: str, sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert export(sample_store, *words) == code
    assert line(capsys).startswith(said)


def test_a_full_disk_leaves_what_stood_there(tmp_path: Path) -> None:
    import resource

    target = tmp_path / "article.md"
    target.write_bytes(b"the edition before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(KbError, match="cannot write"):
            write_file(target, b"x" * 2000)
        with pytest.raises(KbError, match="cannot write"):
            write_folder(tmp_path / "site", {"index.html": b"x" * 2000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == b"the edition before"
    assert [f.name for f in tmp_path.iterdir()] == ["article.md"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(KbError, match="permission denied"):
        write_file(tmp_path / "article.md", b"x")


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    write_file(tmp_path / "link.md", b"new")
    assert (tmp_path / "link.md").is_symlink() and (tmp_path / "real.md").read_bytes() == b"new"


def test_a_folder_is_marked_as_ours(tmp_path: Path) -> None:
    write_folder(tmp_path / "site", {"index.html": b"x", "posts/1.html": b"y"})
    assert (tmp_path / "site" / MARK).is_file() and (tmp_path / "site" / "posts" / "1.html").read_bytes() == b"y"


def test_the_charted_blogs_come_back_from_opml(sample_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "blogs.opml"
    assert export(sample_store, "--format", "opml", "-o", str(file)) == 0
    found = read_list(file)
    assert len(found) >= 5 and all(source.title for source in found)
    assert sum(source.feed is not None for source in found) >= 3


def test_a_book_is_a_zip_whose_first_file_is_its_type(sample_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "article.epub"
    assert export(sample_store, "--format", "epub", "-o", str(file)) == 0
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert book.read("mimetype") == b"application/epub+zip"
        assert book.testzip() is None


def test_a_site_holds_no_whole_post_and_every_link_leads_somewhere(sample_store: Path, tmp_path: Path) -> None:
    from lxml import html

    site = tmp_path / "site"
    assert export(sample_store, "--format", "site", "-o", str(site)) == 0
    pages = sorted(site.rglob("*.html"))
    ids = {
        page: {e.get("id") for e in html.document_fromstring(page.read_bytes()).iter() if e.get("id")} for page in pages
    }
    for page in pages:
        for element in html.document_fromstring(page.read_bytes()).iter("a", "link", "form"):
            href = element.get("href") or element.get("action") or ""
            if not href.startswith(("http://", "https://")):
                name, _, place = href.partition("#")
                target = (page.parent / name).resolve() if name else page
                assert target.is_file(), (page, href)
                assert not place or place in ids[target], (page, href)
    assert max(len(page.read_bytes()) for page in (site / "posts").iterdir()) < 20_000
