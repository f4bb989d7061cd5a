"""The reviewed word lists as data: nothing twice, nothing empty, every field one that exists."""

import tomllib
from collections import Counter
from importlib import resources

import pytest

from kb.language.gloss import Term, load_glosser

DATA = resources.files("kb") / "data"


@pytest.fixture(scope="module")
def terms() -> list[Term]:
    return load_glosser().terms()


def has_chinese(text: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in text)


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_no_pair_of_names_is_there_twice(terms: list[Term]) -> None:
    assert repeated([f"{term.en.lower()} {term.zh}" for term in terms]) == []


def test_no_english_name_belongs_to_two_terms(terms: list[Term]) -> None:
    names = [name.lower() for t in terms for name in {t.en, *t.synonyms} if not has_chinese(name)]
    assert repeated(names) == []


def test_no_chinese_name_belongs_to_two_terms(terms: list[Term]) -> None:
    assert repeated([name for t in terms for name in {t.zh, *t.synonyms} if has_chinese(name)]) == []


def test_no_abbreviation_belongs_to_two_terms(terms: list[Term]) -> None:
    assert repeated([term.abbr for term in terms if term.abbr]) == []


def test_each_term_has_a_chinese_and_an_english_name(terms: list[Term]) -> None:
    assert [term for term in terms if not has_chinese(term.zh) or has_chinese(term.en) or not term.en] == []


def test_names_carry_no_stray_spaces(terms: list[Term]) -> None:
    assert [name for term in terms for name in term.names if name != " ".join(name.split())] == []


def test_each_field_is_one_of_the_taxonomy(terms: list[Term]) -> None:
    taxonomy = tomllib.loads((DATA / "fields.toml").read_text(encoding="utf-8"))
    known = {field["id"] for field in taxonomy["field"] + taxonomy["off"]} | {"general"}
    assert {term.field for term in terms} <= known


def test_each_field_has_terms(terms: list[Term]) -> None:
    taxonomy = tomllib.loads((DATA / "fields.toml").read_text(encoding="utf-8"))
    counts = Counter(term.field for term in terms)
    assert [field["id"] for field in taxonomy["field"] if counts[field["id"]] < 20] == []


def test_fields_and_what_is_off_are_described_in_both_languages() -> None:
    taxonomy = tomllib.loads((DATA / "fields.toml").read_text(encoding="utf-8"))
    for entry in taxonomy["field"] + taxonomy["off"]:
        assert not has_chinese(entry["description"])
        assert has_chinese(entry["description_zh"])
    assert repeated([entry["id"] for entry in taxonomy["field"] + taxonomy["off"]]) == []


def test_terms_are_sorted_by_their_english_names(terms: list[Term]) -> None:
    names = [term.en.lower() for term in terms]
    assert sorted(names) == names


def test_the_glossary_is_as_large_as_promised(terms: list[Term]) -> None:
    assert len(terms) >= 1200


def test_the_lexicon_has_rows_of_three_and_no_key_twice() -> None:
    rows = [line.split("\t") for line in (DATA / "lexicon.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["zh", "en", "count"]
    assert {len(row) for row in rows} == {3}
    assert repeated([row[0] for row in rows]) == []


def test_every_source_of_the_lexicon_names_its_licence() -> None:
    rows = [line.split("\t") for line in (DATA / "lexicon_sources.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["repository", "commit", "licence", "pairs"]
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
