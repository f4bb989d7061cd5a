"""Rows for people and programs; text from outside does no harm."""

from __future__ import annotations

import csv
import io
import json

import pytest

from kb.present import cut, harmless, render, spreadsheet_safe, width


def test_escape_sequences_and_direction_marks_are_taken_out() -> None:
    assert harmless("a\x1b[31mred\x07\u202egnp") == "a[31mredgnp"


def test_chinese_takes_two_columns_and_is_cut_by_columns() -> None:
    assert width("深度 ab") == 7
    assert cut("深度学习笔记", 7) == "深度学…"
    assert cut("short", 7) == "short"


def test_a_table_lines_up_over_scripts() -> None:
    rows = [{"t": "深度", "n": 1}, {"t": "deep", "n": None}]
    assert list(render(rows, "table", ["t", "n"])) == ["T     N", "深度  1", "deep  -"]


def test_a_table_of_no_rows_is_empty_and_json_of_none_is_a_list() -> None:
    assert list(render([], "table", ["t"])) == []
    assert json.loads("\n".join(render([], "json"))) == []
    assert list(render([], "csv")) == []


def test_json_lines_are_one_object_each() -> None:
    rows = [{"a": "x\ny"}, {"a": "深"}]
    assert [json.loads(line) for line in render(rows, "jsonl")] == rows


def test_csv_flattens_maps_and_lists_and_keeps_every_key() -> None:
    lines = "\n".join(render([{"a": {"b": 1}, "c": ["x", "y"]}, {"d": 2}], "csv"))
    assert list(csv.reader(io.StringIO(lines))) == [["a.b", "c", "d"], ["1", "x; y", ""], ["", "", "2"]]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_cell_that_a_spreadsheet_would_compute_gets_an_apostrophe(cell: str) -> None:
    assert spreadsheet_safe(cell) == "'" + cell


def test_a_number_stays_a_number_for_the_spreadsheet() -> None:
    assert spreadsheet_safe(-1) == -1
