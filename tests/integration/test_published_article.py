"""The article of a real store: checked again, after the store has changed, with a writer that lies, in bad company."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cli
from crawler.text import quality
from crawler.types import Post, Reference
from kb.ranking.chart import chart
from kb.store.connect import open_store
from kb.store.posts import get_post, save_post
from kb.types import StoredPost
from tests.fakes import service


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.run(list(words))
    return code, capsys.readouterr().err


@pytest.fixture
def exported(sample_copy: Path, tmp_path: Path) -> Path:
    file = tmp_path / "article.json"
    assert cli.run(["--db", str(sample_copy), "-q", "export", "--format", "json", "-o", str(file)]) == 0
    return file


def test_an_article_passes_the_check_and_a_changed_one_is_told_where(
    exported: Path, sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "--db", str(sample_copy), "export", "--check", str(exported))[0] == 0
    tree = json.loads(exported.read_text())
    quote = next(s for c in tree["chapters"] for e in c["sections"] for s in e["body"] if s["kind"] == "quote")
    quote["text"] += " Nobody doubts it."
    exported.write_text(json.dumps(tree))
    code, err = said(capsys, "--db", str(sample_copy), "export", "--check", str(exported))
    assert code == 1
    assert "the store does not bear it out in 1 place" in err and "not to be found in post" in err


@pytest.mark.parametrize(("form", "language"), [("md", "zh"), ("html", "en")])
def test_a_page_and_a_markdown_file_are_checked_by_printing_them_again(
    sample_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, language: str
) -> None:
    file, store = tmp_path / f"article.{form}", ("--db", str(sample_copy))
    assert cli.run([*store, "-q", "export", "--format", form, "--language", language, "-o", str(file)]) == 0
    assert said(capsys, *store, "export", "--check", str(file))[0] == 0
    text = file.read_text(encoding="utf-8")
    place = text.index("“", len(text) // 2) + 1
    file.write_text(text[:place] + "Never: " + text[place:], encoding="utf-8")
    code, err = said(capsys, *store, "export", "--check", str(file))
    assert code == 1 and "in 1 place" in err and "Never: " in err and "where the store gives" in err
    file.write_text(text.replace("Edition 1,", "Edition 7,").replace("第 1 期", "第 7 期"), encoding="utf-8")
    code, err = said(capsys, *store, "export", "--check", str(file))
    assert code == 1 and "it is of edition 7" in err


@pytest.mark.parametrize(("form", "language"), [("md", "zh"), ("html", "en"), ("json", "en")])
def test_an_earlier_edition_is_borne_out_after_an_edit_new_links_and_a_new_chart(
    sample_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, language: str
) -> None:
    file, store = tmp_path / f"article.{form}", ("--db", str(sample_copy))
    assert cli.run([*store, "-q", "export", "--format", form, "--language", language, "-o", str(file)]) == 0
    first, second = _edit_the_first_of_the_chart(sample_copy)
    assert cli.run([*store, "-q", "ban", str(second)]) == 0
    assert cli.run([*store, "-q", "rank"]) == 0
    again = tmp_path / "again.md"
    assert cli.run([*store, "-q", "export", "-o", str(again)]) == 0
    assert "Edition 2," in again.read_text(encoding="utf-8") and first.title + " revised" in again.read_text("utf-8")
    code, told = said(capsys, *store, "export", "--check", str(file))
    assert (code, told) == (0, f"{file}: the store bears it out\n"), told
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(first.title, first.title + " revised", 1), encoding="utf-8")
    assert said(capsys, *store, "export", "--check", str(file))[0] == 1


@pytest.mark.parametrize(("form", "language"), [("md", "zh"), ("html", "en"), ("json", "en")])
def test_a_file_of_before_names_pins_and_notes_were_given_is_borne_out(
    sample_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, language: str
) -> None:
    store = ("--db", str(sample_copy))
    first, second = chart(open_store(sample_copy, create=False).reader, 2)
    assert first.topic is not None

    def export(name: str) -> Path:
        file = tmp_path / f"{name}.{form}"
        assert cli.run([*store, "-q", "export", "--format", form, "--language", language, "-o", str(file)]) == 0
        return file

    files = [export("before")]
    for name, words in {
        "renamed": ("topics", "rename", str(first.topic.id), "改了名字" if language == "zh" else "Another name"),
        "noted": ("note", str(second.post.id), "Read this first."),
        "pinned": ("pin", str(first.post.id)),
    }.items():
        assert cli.run([*store, "-q", *words]) == 0
        files.append(export(name))
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert len(set(texts)) == 4 and "Read this first." not in texts[1] and "Read this first." in texts[2]
    for file in files:
        code, told = said(capsys, *store, "export", "--check", str(file))
        assert (code, told) == (0, f"{file}: the store bears it out\n"), told
    # What no state of the store gives is told as before, and once
    files[1].write_text(texts[1].replace(first.post.title, first.post.title + "?", 1), encoding="utf-8")
    code, told = said(capsys, *store, "export", "--check", str(files[1]))
    assert code == 1 and first.post.title[:20] in told


def _edit_the_first_of_the_chart(file: Path) -> tuple[StoredPost, int]:
    """Gives the first post another title and text, and a link from a new post of another blog; the post as it was,
    and the id of the second."""
    store, now = open_store(file, create=False), datetime.now(UTC)
    first, second = (get_post(store.reader, line.post.id) for line in chart(store.reader, 2))
    assert first is not None and second is not None
    with store.writing() as session:
        save_post(session, first.source_id, _revised(first), now)
        save_post(session, second.source_id, Post(
            f"{second.source}new", "A new post", f"Read [this]({first.url}).", second.source,
            references=(Reference("post", first.url),)), now)  # fmt: skip
    store.close()
    return first, second.id


def _revised(post: StoredPost) -> Post:
    text = "Nothing of what was said here before is true any more. " * 30
    return Post(
        post.url, post.title + " revised", text, post.source, post.authors, post.published, post.updated, post.language,
        tags=post.tags,
        quality=quality(text),
    )  # fmt: skip


def test_posts_that_are_deleted_after_ranking_are_left_out_and_missed_by_the_check(
    exported: Path, sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = json.loads(exported.read_text())["top"][0]["post"]
    assert cli.run(["--db", str(sample_copy), "-q", "sources", "remove", "--forget", gone["source"]]) == 0
    again = exported.with_name("again.json")
    assert cli.run(["--db", str(sample_copy), "-q", "export", "--format", "json", "-o", str(again)]) == 0
    left = json.loads(again.read_text())
    assert gone["id"] not in [line["post"]["id"] for line in left["top"]]
    code, err = said(capsys, "--db", str(sample_copy), "export", "--check", str(exported))
    assert code == 1 and f"post {gone['id']} is no longer in the store" in err


@pytest.mark.parametrize("text", ["", "# Article", "{}", "[]"])
def test_a_file_that_is_no_article_is_one_line(
    text: str, sample_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    code, err = said(capsys, "--db", str(sample_store), "export", "--check", str(file))
    assert code == 1 and err.startswith(f"error: {file} cannot be checked: ") and "hint:" in err
    code, err = said(capsys, "--db", str(sample_store), "export", "--check", str(tmp_path / "none.json"))
    assert code == 1 and "cannot be read" in err


def test_a_writer_that_lies_or_is_none_leaves_the_article_as_it_was(
    sample_store: Path, tmp_path: Path, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lie = json.dumps({"sentences": [{"text": "Deep learning is solved by kb.", "citations": [1]}]})
    script = [
        (200, {}, json.dumps({"choices": [{"message": {"content": lie}}]}).encode()),
        (200, {}, b"<html>Welcome</html>"),
        (429, {"Retry-After": "999"}, b"later"),
    ]
    plain = json.loads(exported.read_text())
    with service(*script) as (url, asked):
        config, file = tmp_path / "kb.toml", tmp_path / "written.json"
        config.write_text(f'writer_url = "{url}"\nwriter_model = "m"\nwriter_timeout_s = 5\n')
        words = ["--db", str(sample_store), "--config", str(config), "export", "--format", "json", "-o", str(file)]
        code, err = said(capsys, *words)
    assert code == 0 and asked
    assert "kept as quoted" in err
    written = json.loads(file.read_text())
    assert written["chapters"] == plain["chapters"] and "writer" not in written


def test_a_writer_without_a_model_is_a_usage_error(
    sample_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kb.toml"
    config.write_text('writer_url = "http://127.0.0.1:9/v1"\n')
    code, err = said(capsys, "--db", str(sample_store), "--config", str(config), "export")
    assert code == 2 and err.startswith("error: the writer has no model")
