"""Judged sets are read from both layouts, and a wrong line is named."""

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.evaluation.evaluate import Setting
from kb.evaluation.judged import JudgedQuery, parse_csv, passage_hash, read_set


def test_a_csv_gives_gains_by_url_and_keeps_what_was_judged_as_no_answer_apart() -> None:
    text = "query,url,relevance,group,passage\nq,http://a/,2,en,h1\nq,http://b/,0,en,\nq,http://c/,,en,h2 h3\n"
    found = parse_csv(text, "x", "x.csv")
    assert found.queries == (
        JudgedQuery("q", {"http://a/": 2.0, "http://c/": 1.0}, "en", frozenset({"h1", "h2", "h3"})),
    )
    assert found.documents == {"http://a/", "http://b/", "http://c/"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("query,post\nq,1\n", "x.csv: no column 'url'"),
        ("query,url\nq,\n", "x.csv:2: a query or a URL is missing"),
        ("query,url,relevance\nq,http://a/,good\n", "x.csv:2: relevance cannot be 'good'"),
        ("query,url,relevance\nq,http://a/,-1\n", "x.csv:2: relevance cannot be '-1'"),
        ("query,url,relevance\nq,http://a/,0\n", "x.csv judges nothing"),
        ("", "x.csv: no column 'query'"),
    ],
)
def test_a_csv_that_cannot_be_says_where(text: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_csv(text, "x", "x.csv")
    assert str(raised.value).startswith(words)


def beir(folder: Path, qrels: str, queries: str = '{"_id": "1", "text": "what"}\n', corpus: str | None = None) -> Path:
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    if corpus is not None:
        (folder / "corpus.jsonl").write_text(corpus, encoding="utf-8")
    return folder


def test_a_beir_folder_gives_queries_qrels_and_its_own_documents(tmp_path: Path) -> None:
    folder = beir(
        tmp_path, "query-id\tcorpus-id\tscore\n1\td1\t1\n1\td2\t0\n9\td1\t1\n", corpus='{"_id": "d1", "text": "that"}\n'
    )
    found = read_set(folder)
    assert [(q.text, q.relevant) for q in found.queries] == [("what", {"d1": 1.0})]
    assert [(d.id, d.title, d.text) for d in found.read_corpus()] == [("d1", "", "that")]


def test_qrels_in_trecs_layout_are_read_too(tmp_path: Path) -> None:
    assert read_set(beir(tmp_path, "1 0 d1 2\n")).queries[0].relevant == {"d1": 2.0}


@pytest.mark.parametrize(
    ("qrels", "queries", "words"),
    [
        ("a\tb\tc\n1\td1\n", '{"_id": "1", "text": "x"}', "test.tsv:2: 2 columns"),
        ("1\td1\t1\n", "no json\n", "queries.jsonl:1: no JSON object"),
        ("1\td1\t1\n", '{"_id": "1"}\n', "queries.jsonl:1: no _id or no text"),
        ("1\td1\t0\n", '{"_id": "1", "text": "x"}\n', "judges nothing"),
    ],
)
def test_a_beir_folder_that_cannot_be_says_where(tmp_path: Path, qrels: str, queries: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_set(beir(tmp_path, qrels, queries))
    assert words in str(raised.value)


def test_a_missing_set_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_set(tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"no qrels/test\.tsv"):
        read_set(tmp_path)


def test_a_passage_is_known_by_its_letters_however_they_are_set_apart() -> None:
    assert passage_hash("The **last** layer,\nalone.") == passage_hash("the last layer alone")
    assert passage_hash("只训练 最后一层。") == passage_hash("只训练最后一层")
    assert passage_hash("one") != passage_hash("two")


@pytest.mark.parametrize("text", ["hybrid", "text", "vector", "hybrid:0.7", "hybrid:0", "hybrid:1"])
def test_a_setting_reads_as_it_is_written(text: str) -> None:
    assert str(Setting.parse(text)) == text


@pytest.mark.parametrize("text", ["", "both", "text:0.5", "hybrid:", "hybrid:2", "hybrid:nan", "hybrid:-1"])
def test_a_setting_that_cannot_be_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        Setting.parse(text)
