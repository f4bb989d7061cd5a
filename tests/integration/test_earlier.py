"""A store as it was: names of topics and a person's words of an earlier instant."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.store.connect import open_store
from kb.store.corrections import correct, corrections
from kb.store.earlier import as_of, changes_since
from kb.store.rows import iso
from kb.store.sorting import save_topic
from kb.store.topics import list_topics, rename_topic
from kb.types import Topic

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAYS = [iso(START + timedelta(days=n)) for n in range(6)]


def test_names_and_words_of_an_instant_come_back_without_a_trace_in_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path / "kb.sqlite", create=True)
    with store.writing() as session:
        topic_id = save_topic(session, Topic(0, "Trees", "树", (), 1, None, None), DAYS[0], "one")
    with store.writing() as session:
        save_topic(session, Topic(topic_id, "Trees and forests", "树与森林", (), 1, None, None), DAYS[1], "two")
        save_topic(session, Topic(topic_id, "Trees and forests", "树与森林", (), 2, None, None), DAYS[2], "three")
    with store.writing() as session:
        correct(session, "note", "post:7", "read this", DAYS[2])
        rename_topic(session, topic_id, "Forests", "en", START + timedelta(days=3))
        correct(session, "pin", "post:7", True, DAYS[4])
        correct(session, "ban", "post:8", "an advertisement", DAYS[5])

    # A fit that leaves a name as it is changes nothing, and a ban shows in the next edition alone
    assert changes_since(store.reader, DAYS[0]) == DAYS[1:5]
    assert changes_since(store.reader, DAYS[3]) == [DAYS[4]]
    told = []
    for at in DAYS[:5]:
        with as_of(store.reader, at) as then:
            (topic,) = list_topics(then)
            told.append((topic.label_en, topic.label_zh, [c.kind for c in corrections(then, "post")]))
            with pytest.raises(sqlite3.OperationalError):
                then.execute("DELETE FROM correction")
    assert told == [
        ("Trees", "树", []),
        ("Trees and forests", "树与森林", []),
        ("Trees and forests", "树与森林", ["note"]),
        ("Forests", "树与森林", ["note"]),
        ("Forests", "树与森林", ["note", "pin"]),
    ]
    (topic,) = list_topics(store.reader)
    assert topic.label_en == "Forests" and len(corrections(store.reader, "post")) == 3
    store.close()
