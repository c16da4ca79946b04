"""Units of systemd that systemd takes, a line that cron reads as it is meant, and nothing of others is written over."""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import ArchiveError
from crawler.cli import main
from crawler.desk.install import NAME, Place, after_units, crontab, units, write

ODD = 'a folder, 100% "odd" $HOME'


def place(
    tmp_path: Path, name: str = "data", is_user: bool = False, contact: str | None = "a@example.org"
) -> Place:
    data = tmp_path / name
    data.mkdir(exist_ok=True)
    return Place(("/usr/bin/env",), data, tmp_path / "units", is_user, None if is_user else "root", contact)


def backan(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["schedule", "install", *words], env=environment)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["data", ODD])
@pytest.mark.parametrize("is_user", [False, True])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, name: str, is_user: bool) -> None:
    files = [str(path) for path in write(units(place(tmp_path, name, is_user)))]
    kind = ["--user"] if is_user else []
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["systemd-analyze", *kind, "verify", *files],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    about_ours = [line for line in (done.stdout + done.stderr).splitlines() if NAME in line]
    assert about_ours == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_complains_of_what_is_wrong(tmp_path: Path) -> None:
    path, _ = write(units(place(tmp_path)))
    path.write_text(path.read_text().replace("KillMode=mixed", "KillMode=mxd"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=60
    )
    assert NAME in done.stdout + done.stderr


def test_the_service_may_write_to_the_data_folder_alone(tmp_path: Path) -> None:
    service, timer = units(place(tmp_path)).values()
    assert f"ReadWritePaths={tmp_path}/data\n" in service
    for line in (
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "KillSignal=SIGINT",
        "User=root",
    ):
        assert f"{line}\n" in service
    assert "Environment=BACKAN_CONTACT=a@example.org\n" in service
    assert "OnCalendar=*:0/5\n" in timer
    assert "Persistent=true\n" in timer


def test_a_users_service_asks_for_nothing_that_needs_rights(tmp_path: Path) -> None:
    service = units(place(tmp_path, is_user=True))[tmp_path / "units" / f"{NAME}.service"]
    assert not re.search("^(User|Protect|Private|ReadWritePaths)", service, re.MULTILINE)
    assert "NoNewPrivileges=yes\n" in service


def test_cron_reads_the_line_as_it_is_meant(tmp_path: Path) -> None:
    line = crontab(place(tmp_path, ODD))
    assert line.startswith("*/5 * * * * ")
    assert not re.search(r"(?<!\\)%", line), "in a crontab it ends the command"
    words = shlex.split(line.removeprefix("*/5 * * * * ").replace(r"\%", "%"))
    assert words[:-2] == [
        "BACKAN_CONTACT=a@example.org",
        "/usr/bin/env",
        "schedule",
        "due",
        "--data",
        str(tmp_path / ODD),
    ]
    assert words[-2:] == [f">>{tmp_path / ODD}/schedule.log", "2>&1"]


def test_units_are_written_anew_but_not_over_those_of_others(tmp_path: Path) -> None:
    files = units(place(tmp_path))
    write(files)
    write(units(replace(place(tmp_path), contact="b@example.org")))
    path = next(iter(files))
    assert "b@example.org" in path.read_text()
    with pytest.raises(ArchiveError, match="is for another archive"):
        write(units(place(tmp_path, "other")))
    path.write_text("[Unit]\n")
    with pytest.raises(ArchiveError, match="is not ours"):
        write(files)
    assert path.read_text() == "[Unit]\n"


def test_printing_writes_nothing_and_installing_says_what_to_do_next(tmp_path: Path) -> None:
    data, home = str(tmp_path / "data"), str(tmp_path / "config")
    printed = backan("--systemd", "--user", "--print", "--data", data, XDG_CONFIG_HOME=home)
    assert printed.exit_code == 0
    assert not list(tmp_path.iterdir())
    done = backan("--systemd", "--user", "--data", data, XDG_CONFIG_HOME=home, BACKAN_CONTACT="")
    written = sorted((tmp_path / "config" / "systemd" / "user").iterdir())
    assert [path.name for path in written] == [f"{NAME}.service", f"{NAME}.timer"]
    assert all(path.read_text() in printed.output for path in written)
    for words in ("systemctl --user enable --now", "loginctl enable-linger", "set BACKAN_CONTACT"):
        assert words in done.output


def test_cron_is_only_printed(tmp_path: Path) -> None:
    done = backan("--cron", "--data", str(tmp_path / "data"))
    assert done.stdout.startswith("*/5 * * * * ")
    assert "crontab -e" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_no_unit_can_name_is_refused(tmp_path: Path) -> None:
    done = backan("--print", "--systemd", "--data", f"{tmp_path}/a\nUser=root")
    assert done.exit_code == 1
    assert "line break" in done.output


def test_a_folder_without_rights_is_said(tmp_path: Path) -> None:
    (tmp_path / "units").write_text("")
    with pytest.raises(ArchiveError, match="--print"):
        write(units(place(tmp_path)))


def test_what_to_do_next_fits_a_terminal(tmp_path: Path) -> None:
    for is_user in (False, True):
        assert max(map(len, after_units(place(tmp_path, is_user=is_user, contact=None)).splitlines())) <= 80
