"""Where settings come from, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.settings import OPTIONS, load_settings


def test_a_setting_that_nobody_gives_has_its_default() -> None:
    settings = load_settings({}, {}, None)
    assert settings["delay_s"] == 1.0
    assert settings.values["delay_s"].origin == "default"


def test_a_flag_stands_above_the_environment_and_that_above_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("delay_s = 5\nworkers = 3\n")
    settings = load_settings({"delay_s": "0.5"}, {"KB_DELAY_S": "2", "KB_MODEL": "m"}, file)
    assert (settings["delay_s"], settings["workers"], settings["model"]) == (0.5, 3, "m")
    assert [settings.values[n].origin for n in ("delay_s", "workers", "model")] == ["flag", "file", "environment"]


@pytest.mark.parametrize(
    ("name", "given"),
    [("delay_s", "-1"), ("delay_s", "nan"), ("delay_s", "inf"), ("workers", "0"), ("device", "tpu")],
)
def test_a_value_that_cannot_be_is_named_with_its_place(name: str, given: str) -> None:
    with pytest.raises(UsageError, match=f"KB_{name.upper()} cannot be '{given}'"):
        load_settings({}, {f"KB_{name.upper()}": given}, None)


def test_an_unknown_key_in_the_file_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("dealy_s = 5\n")
    with pytest.raises(UsageError, match='no such option: "dealy_s"') as caught:
        load_settings({}, {}, file)
    assert "delay_s" in (caught.value.hint or "")


def test_a_file_that_is_no_toml_or_missing_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("= =")
    with pytest.raises(UsageError, match="no valid TOML"):
        load_settings({}, {}, file)
    with pytest.raises(UsageError, match="no such config file"):
        load_settings({}, {}, tmp_path / "other.toml")


def test_every_option_says_what_it_is_for() -> None:
    assert all(len(option.meaning) > 10 for option in OPTIONS)
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
