"""`kb eval`: the set that comes with kb, a set with its own documents, two settings compared, and what cannot be."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

import cli
from crawler.text import plain


def rows_of(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict]:
    capsys.readouterr()
    assert cli.run(list(words)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_set_that_comes_with_kb_is_bilingual_and_all_its_posts_are_in_the_sample_web(
    sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (files("kb") / "data" / "judged.csv").read_text(encoding="utf-8")
    groups = {row["query"]: row["group"] for row in csv.DictReader(text.splitlines())}
    chinese = sum(group.startswith("zh") for group in groups.values())
    assert len(groups) >= 80 and 0.4 <= chinese / len(groups) <= 0.6
    assert {"en", "zh", "en to zh", "zh to en"} == set(groups.values())
    rows = rows_of(capsys, "--db", str(sample_store), "eval", "search", "--format", "jsonl")
    assert rows[0]["queries"] == len(groups)
    assert [row["group"] for row in rows] == ["all", "en", "zh", "en to zh", "zh to en"]
    assert "judged documents are not in the store" not in capsys.readouterr().err


def test_search_keeps_its_quality_on_the_sample_web(sample_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_group = {
        row["group"]: row for row in rows_of(capsys, "--db", str(sample_store), "eval", "search", "--format", "jsonl")
    }
    floors = json.loads((Path(__file__).parents[1] / "eval" / "floors.json").read_text(encoding="utf-8"))["search"]
    low = {group: by_group[group]["ndcg"] for group, floor in floors.items() if by_group[group]["ndcg"] < floor}
    assert low == {}


def test_two_settings_are_compared_query_by_query(sample_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--db", str(sample_store), "eval", "search", "--against", "text", "--format", "jsonl")
    rows = rows_of(capsys, *words)
    ours, other = ([row for row in rows if row["setting"] == name] for name in ("hybrid", "text"))
    assert ours[0]["difference"] == pytest.approx(ours[0]["ndcg"] - other[0]["ndcg"], abs=2e-4)
    assert ours[0]["against"] == "text" and 0 < ours[0]["p"] <= 1
    queries = rows_of(capsys, *words, "--per-query")
    assert len(queries) == ours[0]["queries"]
    assert [q["difference"] for q in queries] == sorted(q["difference"] for q in queries)


def test_a_set_brings_its_own_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n", encoding="utf-8")
    queries = [{"_id": "q1", "text": "removing units at random"}, {"_id": "q2", "text": "梯度下降"}]
    documents = [
        {"_id": "d1", "title": "Dropout", "text": "Dropout removes random units of a layer."},
        {"_id": "d2", "title": "SGD", "text": "Stochastic gradient descent follows the slope."},
    ]
    for name, rows in (("queries", queries), ("corpus", documents)):
        (folder / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    kept = tmp_path / "kept.sqlite"
    for _ in range(2):  # the second time from the kept store
        rows = rows_of(capsys, "eval", "search", str(folder), "--keep", str(kept), "--format", "jsonl")
        assert [(row["queries"], row["ndcg"]) for row in rows] == [(2, 1.0)]


def test_a_store_without_the_judged_posts_says_so(
    tmp_path: Path, sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = tmp_path / "judged.csv"
    judged.write_text("query,url\nx,https://nowhere.example/\n", encoding="utf-8")
    assert cli.run(["--db", str(sample_store), "eval", "search", str(judged)]) == 1
    assert capsys.readouterr().err.startswith("error: the store holds none of the posts that judged judges")


def test_the_judged_passage_is_looked_for_in_what_is_shown(
    tmp_path: Path, sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kb.evaluation.judged import passage_hash
    from kb.store.connect import open_store
    from kb.store.posts import body, post_id_of

    url = "http://gradients.example/weight-initialisation/"
    reader = open_store(sample_store, create=False).reader
    post_id = post_id_of(reader, url)
    assert post_id is not None
    blocks = [plain(block) for block in body(reader, post_id).split("\n\n")]
    own, other = tmp_path / "own.csv", tmp_path / "other.csv"
    hashes = " ".join(map(passage_hash, blocks))
    own.write_text(f"query,url,passage\nweight initialisation,{url},{hashes}\n", encoding="utf-8")
    other.write_text(
        f"query,url,passage\nweight initialisation,{url},{passage_hash('no such words')}\n", encoding="utf-8"
    )
    shown = [
        rows_of(capsys, "--db", str(sample_store), "eval", "search", str(f), "--format", "jsonl")[0]["passage"]
        for f in (own, other)
    ]
    assert shown == [1.0, 0.0]


def test_similar_posts_are_listed_with_how_near_they_are(
    sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--db", str(sample_store), "similar", "1"]) == 0
    scores = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[1:]]
    assert len(scores) == 10 and scores == sorted(scores, reverse=True)
