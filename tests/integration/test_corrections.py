"""A person's word on topics and chart, what changed between editions, and the weights: at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli
from kb.ranking.difference import changes
from kb.store.connect import open_store
from kb.store.editions import edition


class Desk:
    """A person at a store, who types commands."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.capsys = store, capsys

    def __call__(self, *words: str, code: int = 0) -> tuple[str, str]:
        self.capsys.readouterr()
        assert cli.run(["--db", str(self.store), *words]) == code, self.capsys.readouterr().err
        told = self.capsys.readouterr()
        return told.out, told.err

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--format", "json")[0])


@pytest.fixture
def desk(sample_copy: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(sample_copy, capsys)


def test_a_pin_a_ban_and_a_note_are_seen_in_chart_article_and_reasons(desk: Desk) -> None:
    first, second, third = (line["post"]["id"] for line in desk.json("top", "3"))
    last = desk.json("top")[-1]["post"]["id"]
    desk("ban", str(first), "an advertisement")
    desk("note", str(second), "read this\nfirst <script>; then \x1b[31mrest")
    desk("pin", str(last))
    desk("rank")
    lines = {line["post"]["id"]: line for line in desk.json("top")}
    assert first not in lines and lines[last]["pinned"]
    assert lines[second]["note"] == "read this first <script>; then  [31mrest".replace("  ", " ")
    assert "an advertisement" in desk("why", str(first))[0]
    article = desk("export", "--format", "html")[0]
    assert "the editor&#39;s note: read this first &lt;script&gt;; then [31mrest" in article.replace("&#x27;", "&#39;")
    assert "编辑附注：read this first" in desk("export", "--language", "zh")[0]
    assert "pinned" in desk("top")[0]
    desk("ban", str(first), "--undo")
    desk("note", str(second), "--undo")
    desk("rank")
    assert desk.json("top")[0]["post"]["id"] == first
    assert {line["note"] for line in desk.json("top")} == {None}
    assert f"post {third} was not banned" in desk("ban", str(third), "--undo")[1]


def test_a_difference_names_what_caused_it_and_leaves_no_change_without_a_reason(desk: Desk) -> None:
    first = desk.json("top", "1")[0]["post"]["id"]
    desk("ban", str(first))
    desk("rank")
    rows = desk.json("diff", "1", "2")
    assert [(r["kind"], r["post_id"], r["why"]) for r in rows if r["kind"] == "left"] == [
        ("left", first, ["a person's ban"])
    ]
    assert {tuple(r["above"]) for r in rows if r["kind"] == "moved"} == {(first,)}
    store = open_store(desk.store, create=False)
    assert all(c.explained for c in changes(edition(store.reader, 1), edition(store.reader, 2)))
    store.close()
    out, err = desk("diff", "2", "2")
    assert (out, "same scores" in err) == ("", True)
    assert "error: no edition 9" in desk("diff", "1", "9", code=1)[1]
    assert desk("diff", "0", "1", code=2)


def test_other_weights_make_a_new_edition_and_leave_the_old_one_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_edition() -> list[tuple[object, ...]]:
        lines = desk.json("top", "--edition", "1")
        return [(x["rank"], x["score"], x["parts"], x["post"]["id"], x["topic"]) for x in lines]

    before = first_edition()
    monkeypatch.setenv("KB_WEIGHTS", "depth=1, standing=0")
    desk("rank")
    assert first_edition() == before
    after = desk.json("top", "--edition", "2")
    assert "standing" not in after[0]["parts"]
    assert {tuple(r["why"])[-1] for r in desk.json("diff", "1", "2") if not r["parts"]} == {"set otherwise: weights"}
    assert "stands" in desk("rank")[1]
    for wrong in ("depth=2", "nonsense=1", "depth", "depth=nan"):
        monkeypatch.setenv("KB_WEIGHTS", wrong)
        assert "error: KB_WEIGHTS cannot be" in desk("rank", code=2)[1]


def test_topics_are_merged_pinned_and_their_history_is_told(desk: Desk) -> None:
    low = [t for t in desk.json("topics") if t["parent"] is not None]
    one, other = low[0], low[1]
    desk("topics", "merge", str(other["id"]), str(one["id"]))
    desk("topics", "pin", one["label_en"])
    told = desk.json("topics", "--history")
    assert [e["kind"] for e in told[:2]] == ["pin", "merge"] and told[1]["detail"]["into"] == one["id"]
    assert {e["kind"] for e in desk.json("topics", "history", str(other["id"]))} == {"birth", "merge"}
    assert next(t for t in desk.json("topics") if t["id"] == one["id"])["size"] == one["size"] + other["size"]
    rows = desk.json("topics", "show", str(one["id"]))
    assert sum(not r["also"] for r in rows) == one["size"] + other["size"]
    desk("topics", "pin", str(one["id"]), "--undo")
    assert "is a field of the taxonomy" in desk("topics", "pin", str(one["parent"]), code=2)[1]
    assert "no such topic" in desk("topics", "merge", "none of these", str(one["id"]), code=1)[1]


def test_a_topic_whose_posts_are_all_banned_stays_and_charts_nothing(desk: Desk) -> None:
    topic = min((t for t in desk.json("topics") if t["parent"] is not None), key=lambda t: (t["size"], t["id"]))
    for row in desk.json("topics", "show", str(topic["id"])):
        desk("ban", str(row["id"]))
    desk("rank")
    desk("cluster")
    assert topic["id"] in {t["id"] for t in desk.json("topics")}
    out, err = desk("top", "--topic", str(topic["id"]))
    assert out == "" and "empty" in err
    assert desk.json("top", "--topic", str(topic["id"]), "--trending") == []


def test_trending_halves_a_score_with_the_half_life_that_is_given(desk: Desk) -> None:
    usual = [line["post"]["published"] for line in desk.json("top", "10", "--trending")]
    short = [line["post"]["published"] for line in desk.json("top", "10", "--trending", "--half-life", "20")]
    assert max(usual) <= max(short) and sorted(short)[0] >= sorted(usual)[0]
    assert desk("top", "--half-life", "0", code=2)


def test_a_label_with_markup_is_stored_as_text_and_escaped_where_it_is_shown(desk: Desk) -> None:
    topic = next(t for t in desk.json("topics") if t["parent"] is not None)
    desk("topics", "rename", str(topic["id"]), "<script>alert(1)</script>\x1b[2J", "--language", "en")
    assert next(t for t in desk.json("topics") if t["id"] == topic["id"])["label_en"].startswith("<script>")
    page = desk("export", "--format", "html")[0]
    assert "<script>alert" not in page and "\x1b" not in desk("topics")[0]
    assert "error: a label has 1 to 80 characters" in desk("topics", "rename", str(topic["id"]), "x" * 81, code=2)[1]


def test_the_same_store_gives_the_same_edition_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    from kb.rank import run_rank
    from kb.store.copies import back_up
    from tests.fakes import StillClock

    charts = []
    for name in ("one", "two"):
        original = open_store(desk.store, create=False)
        back_up(original, tmp_path / f"{name}.sqlite")
        original.close()
        with closing(sqlite3.connect(tmp_path / f"{name}.sqlite")) as db:
            db.executescript("DELETE FROM entry; DELETE FROM edition;")
        store = open_store(tmp_path / f"{name}.sqlite", create=False)
        run_rank(store, StillClock())
        rows = [tuple(r) for table in ("edition", "entry") for r in store.reader.execute(f"SELECT * FROM {table}")]
        store.close()
        charts.append(rows)
    assert charts[0] == charts[1] and len(charts[0]) > 50
