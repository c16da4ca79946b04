"""What schedule.toml says, how it is changed, and what comes next by it."""

import json
import os
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from archive import lock
from archive.errors import ArchiveError
from crawler.cli import main
from crawler.desk import edit, state
from crawler.desk.calendar import Rule, window_of
from crawler.desk.coming import Coming, coming, note_next
from crawler.desk.schedule import Entry, Schedule, load, read, size_of
from crawler.desk.state import Seen
from crawler.health.notify import Notify

BACKAN, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FULL = """\
zone = "Asia/Ho_Chi_Minh"
at_once = 3
disk_free = "500 MB"

[portals.mic]
cron = "0 3 * * *"
window = "22:00-06:00"
zone = "Europe/Berlin"
since = 2024-01-01
limit = 500
time_limit = "90m"
ca_bundle = "mic.pem"

[portals.ict]
every = "6h"
since = "2024-01-31"

[portals.mst]
verify = false

[notify]
ping = "https://ping.example/1"
"""


def schedule_of(tmp_path: Path, text: str) -> Schedule:
    (tmp_path / "schedule.toml").write_text(text)
    return load(tmp_path)


def backan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["schedule", *map(str, arguments)])


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    at_night = Rule("0 3 * * *", None, window_of("22:00-06:00"), BERLIN)
    assert schedule_of(tmp_path, FULL) == Schedule(
        {
            "mic": Entry(
                "mic", at_night, "2024-01-01", 500, timedelta(minutes=90), tmp_path / "mic.pem"
            ),
            "ict": Entry("ict", Rule(None, 6 * HOUR, None, BACKAN), since="2024-01-31"),
            "mst": Entry("mst", verify=False),
        },
        at_once=3,
        disk_free=500_000_000,
        notify=Notify(ping="https://ping.example/1"),
    )  # fmt: skip


def test_without_a_file_nothing_is_scheduled_and_nothing_is_made(tmp_path: Path) -> None:
    known = load(tmp_path / "data")
    assert known == Schedule({}, 2, 2_000_000_000, None)
    assert known.of("mic") == Entry("mic", None, None, None, 12 * HOUR, None, True)
    assert not list(tmp_path.iterdir())


def test_a_file_from_another_system_is_read(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert list(load(tmp_path).entries) == ["mic", "ict", "mst"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("at_once = 2\ncron = 0 3", "is no TOML: Expected newline or end of document after a statement (at line 2"),
        ("[portals.mic]\n[portals.mic]", "at line 2"),
        ("at_onc = 2", "there is no key 'at_onc'; did you mean at_once?"),
        ("when = 2", "there is no key 'when'; there are zone, at_once, disk_free, portals, notify"),
        ("[mic]\ncron = '0 3 * * *'", "there is no key 'mic' at the top; write [portals.mic]"),
        ("[portals.mic]\nat_once = 2", "no key 'at_once' here; write it above the first line that begins with ["),
        ("[portals.mci]", "no portal named 'mci'; did you mean mic?"),
        ("[portals.nowhere]", "no portal named 'nowhere'; there are backan, giamngheo, "),
        ("[portals]\nmic = '0 3 * * *'", "portals.mic is no table; write [portals.mic]"),
        ("portals = 3", "schedule.toml: portals: 3 is no table"),
        ("at_once = 0", "at_once: 0 is no number from 1 up"),
        ("at_once = true", "at_once: True is no number from 1 up"),
        ("at_once = '2'", "at_once: '2' is no number from 1 up; write it without quotes"),
        ("disk_free = 2", "disk_free: 2 is no text; write it in quotes"),
        ("disk_free = '2'", "disk_free: '2' is no size; write 500 MB, 2 GB or 1 TB"),
        ("zone = 'Hanoi'", "zone: 'Hanoi' is no time zone; write one as Asia/Ho_Chi_Minh"),
        ("zone = ''", "zone: nothing is written there; leave the key out"),
        ("[portals.mic]\ncorn = '0 3 * * *'", "[portals.mic]: there is no key 'corn'; did you mean cron?"),
        ("[portals.mic]\ncron = '0 3 31 2 *'", "[portals.mic]: cron: '0 3 31 2 *' is no cron expression"),
        ("[portals.mic]\ncron = '0 0 3 * * *'", "seconds are not among them"),
        ("[portals.mic]\nrobots_unreachable = 'no'", "robots_unreachable: 'no' is neither disallow nor allow"),
        ("[portals.mic]\ncron = 3", "cron: 3 is no text; write it in quotes"),
        ("[portals.mic]\nevery = '5m'", "every: '5m' is not between 10m and 366d"),
        ("[portals.mic]\nevery = '6 hours'", "every: '6 hours' is no span of time; write 90s, 30m, 6h"),
        ("[portals.mic]\nevery = '6h'\ncron = '0 3 * * *'", "every: there is cron already: keep one of them"),
        ("[portals.mic]\nwindow = '22:00-06:00'", "window: it needs cron or every"),
        ("[portals.mic]\nzone = 'Europe/Berlin'", "zone: it needs cron or every"),
        ("[portals.mic]\ncron = '0 3 * * *'\nwindow = '22-6'", "window: '22-6' is no window of hours"),
        ("[portals.mic]\ncron = '0 3 * * *'\nzone = 'Mars'", "[portals.mic]: zone: 'Mars' is no time zone"),
        ("[portals.mic]\nsince = '1/2/2024'", "since: '1/2/2024' is no day; write it as 2024-01-31"),
        ("[portals.mic]\nsince = 2024-01-01T00:00:00", "since: '2024-01-01 00:00:00' is no day"),
        ("[portals.mic]\nsince = 2024", "since: '2024' is no day"),
        ("[portals.mic]\nlimit = 0", "limit: 0 is no number from 1 up"),
        ("[portals.mic]\nlimit = -5", "limit: -5 is no number from 1 up"),
        ("[portals.mic]\nlimit = 1.5", "limit: 1.5 is no number from 1 up"),
        ("[portals.mic]\ntime_limit = 12", "time_limit: 12 is no text; write it in quotes"),
        ("[portals.mic]\ntime_limit = '0h'", "time_limit: '0h' is no span of time"),
        ("[portals.mic]\nca_bundle = true", "ca_bundle: True is no text"),
        ("[portals.mic]\nverify = 'no'", "verify: 'no' is neither true nor false; write one of them without quotes"),
        ("notify = 'a@example.org'", "notify: 'a@example.org' is no table"),
        ("[notify]\nsms = '1'", "schedule.toml: notify.sms is no key"),
        ("[notify.mail]\nto = 3", "schedule.toml: notify.mail.to"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_told_with_its_place_and_what_to_write(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(ArchiveError) as refused:
        schedule_of(tmp_path, text)
    assert says in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "schedule.toml"))
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_bytes("zone = 'Hà Nội'".encode("utf-16"))
    with pytest.raises(ArchiveError, match=r"schedule\.toml is not UTF-8 text: save it as UTF-8"):
        load(tmp_path)
    (tmp_path / "schedule.toml").unlink()
    (tmp_path / "schedule.toml").mkdir()
    with pytest.raises(ArchiveError, match=r"cannot read .*schedule\.toml: Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "size"),
    [("2 GB", 2 * 10**9), ("500MB", 5 * 10**8), (" 1.5 TB ", 15 * 10**11), ("0.1 GB", 10**8)],
)
def test_a_size_is_a_number_and_a_unit(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["0 GB", "2", "-2 GB", "2 gigabytes", "2 GiB", "1e3 GB"])
def test_a_size_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write 500 MB, 2 GB or 1 TB"):
        size_of(text)


DAILY: dict[str, Any] = {"cron": "0 3 * * *", "limit": 5}
GONE = dict.fromkeys(edit.OURS)
TOP = "# ours\nat_once = 2 # not more\n"
OTHER = "# at noon\n[portals.ict]\nevery = '6h' # often\n"
LAST = "\n# whom to tell\n[notify]\nping = 'https://ping.example/1'\n"
MIC = '[portals.mic]\ncron = "0 3 * * *"\nlimit = 5\n'


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("", DAILY, MIC),
        (TOP, DAILY, f"{TOP}\n{MIC}"),
        (TOP.rstrip(), DAILY, f"{TOP}\n{MIC}"),
        (TOP + OTHER + LAST, DAILY, f"{TOP}{OTHER}{LAST}\n{MIC}"),
        (f"[portals.mic]\n\n{OTHER}", DAILY, f"{OTHER}\n{MIC}"),
        ("portals.ict.every = '6h'\n", DAILY, f"portals.ict.every = '6h'\n\n{MIC}"),
        (f"[portals.mic] # all\n# chain\nca_bundle = 'a.pem' # b\n\n{OTHER}", DAILY,
         "[portals.mic] # all\n# chain\nca_bundle = 'a.pem' # b\ncron = \"0 3 * * *\"\nlimit = 5\n\n" + OTHER),
        (f"{TOP}[portals.mic]\ncron = '1 1 * * *' # why\nlimit = 7\n{LAST}", {**GONE, "cron": "0 3 * * *"},
         f'{TOP}[portals.mic]\ncron = "0 3 * * *" # why\n{LAST}'),
        (f"[portals.mic]\ncron = '1 1 * * *'\n{LAST}", {**GONE, "every": "6h"},
         f'[portals.mic]\nevery = "6h"\n{LAST}'),
        ("[portals]\nmic = {cron = '1 1 * * *'}\n", {**GONE, "every": "6h"}, None),
        (TOP + OTHER + "\n" + MIC + LAST, GONE, TOP + OTHER + "\n" + LAST.lstrip()),
        (TOP + MIC + "\n" + OTHER, GONE, TOP + OTHER),
        (f"[portals.'mic'] # x\n# y\ncron = '1 1 * * *'\n# z\n{OTHER}", GONE, f"# z\n{OTHER}"),
        (f"[portals.mic]\ncron = '1 1 * * *'\nverify = false # pity\n{LAST}", GONE,
         f"[portals.mic]\nverify = false # pity\n{LAST}"),
        ("portals.mic.every = '6h'\nportals.ict.every = '6h'\n", GONE, "portals.ict.every = '6h'\n"),
        ("at_once = 2\r\n[portals.ict]\r\nevery = '6h'\r\n", {"every": "6h"},
         "at_once = 2\r\n[portals.ict]\r\nevery = '6h'\r\n\r\n[portals.mic]\r\nevery = \"6h\"\r\n"),
    ],
)  # fmt: skip
def test_a_change_leaves_all_else_as_it_was(before: str, keys: dict[str, Any], after: str | None) -> None:
    text = edit.changed(before, "mic", keys, Path("schedule.toml"))
    assert after is None or text == after
    wanted = {key: value for key, value in keys.items() if value is not None}
    known = tomllib.loads(before).get("portals", {}).get("mic", {})
    left = {key: value for key, value in {**known, **keys}.items() if value is not None}
    assert tomllib.loads(text).get("portals", {}).get("mic", {}) == left
    assert wanted.items() <= left.items()


def test_what_cannot_be_changed_safely_is_left_alone() -> None:
    with pytest.raises(ArchiveError, match="change it by hand"):
        edit.changed("portals = {ict = {every = '6h'}}\n", "mic", DAILY, Path("schedule.toml"))
    with pytest.raises(ArchiveError, match="change it by hand"):
        edit.changed('[portals.mic]\nsince = """\n[x]"""\n', "mic", GONE, Path("schedule.toml"))


def test_a_portal_has_one_schedule_unless_it_is_replaced(tmp_path: Path) -> None:
    schedule_of(tmp_path, "[portals.mic]\ncron = '1 1 * * *'\nwindow = '22:00-06:00'\nverify = false\n")
    with pytest.raises(ArchiveError, match=r"mic has a schedule already \(1 1 \* \* \* Asia/Ho_Chi_Minh\)"):
        edit.add(tmp_path, "mic", {"every": "6h"})
    entry = edit.add(tmp_path, "mic", {"every": "6h"}, in_place=True)
    assert entry == Entry("mic", Rule(None, 6 * HOUR, None, BACKAN), verify=False) == load(tmp_path).of("mic")
    assert edit.remove(tmp_path, "mic") == Entry("mic", verify=False) == load(tmp_path).of("mic")
    with pytest.raises(ArchiveError, match="mic has no schedule"):
        edit.remove(tmp_path, "mic")


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    for before in (FULL, "[portals.mci]\nevery = '6h'\n"):
        (tmp_path / "schedule.toml").write_text(before)
        with pytest.raises(ArchiveError, match=r"schedule\.toml"):
            edit.add(tmp_path, "ubmttq", {"cron": "0 3 * *"})
        assert (tmp_path / "schedule.toml").read_text() == before


def test_a_file_is_changed_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "etc"
    real.write_text(FULL)
    real.chmod(0o640)
    data = tmp_path / "data"
    data.mkdir()
    (data / "schedule.toml").symlink_to(real)
    with monkeypatch.context() as patched:
        patched.setattr(
            os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        with pytest.raises(ArchiveError, match=r"cannot write to .*: No space left on device"):
            edit.add(data, "ubmttq", {"every": "6h"})
    assert real.read_text() == FULL
    edit.add(data, "ubmttq", {"every": "6h"})
    assert real.read_text().startswith(FULL)
    assert (data / "schedule.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in data.iterdir()] == ["schedule.toml"]


def test_one_at_a_time_changes_the_file(tmp_path: Path) -> None:
    with lock.alone(tmp_path, ""), pytest.raises(ArchiveError, match="by somebody else: do it again"):
        edit.add(tmp_path, "mic", {"every": "6h"})


def entries_of(text: str) -> dict[str, Entry]:
    return dict(read(text, Path("schedule.toml")).entries)


def test_the_next_runs_of_all_portals_come_in_their_order() -> None:
    entries = entries_of(
        "[portals.mic]\ncron = '0 3 * * *'\nzone = 'Europe/Berlin'\n[portals.ict]\nevery = '6h'\n[portals.mst]\n"
    )
    found = coming(entries, NOW, {"ict": Seen("every 6h", NOW - 7 * HOUR)}, 4)
    assert [(one.portal, one.at) for one in found] == [
        ("ict", NOW + 5 * HOUR),
        ("ict", NOW + 11 * HOUR),
        ("mic", NOW + 14 * HOUR),
        ("ict", NOW + 17 * HOUR),
    ]
    assert found[2].at.tzinfo is BERLIN
    assert coming(entries, NOW, {"ict": Seen("every 5h", NOW - 7 * HOUR)}, 1)[0].at == NOW + 6 * HOUR


def test_slots_that_wait_for_one_window_are_one_run() -> None:
    entries = entries_of("[portals.mic]\ncron = '0 */6 * * *'\nwindow = '22:00-06:00'\n")
    evening, midnight = (datetime(2026, 3, day, hour, tzinfo=BACKAN) for day, hour in ((2, 22), (3, 0)))
    assert coming(entries, datetime(2026, 3, 2, 1, tzinfo=BACKAN), {}, 2) == [
        Coming(evening, "mic", evening - 16 * HOUR),
        Coming(midnight, "mic", midnight),
    ]


def test_a_run_that_waits_for_its_window_is_the_next() -> None:
    entries = entries_of("[portals.mic]\ncron = '0 12 * * *'\nwindow = '22:00-06:00'\n")
    rule, noon = entries["mic"].rule, datetime(2026, 3, 10, 12, tzinfo=BACKAN)
    assert rule
    seen = {"mic": Seen(rule.stated(), noon - HOUR)}
    assert coming(entries, noon + 3 * HOUR, seen, 1) == [Coming(noon + 10 * HOUR, "mic", noon)]


def test_when_a_portal_runs_next_is_written_down(tmp_path: Path) -> None:
    entry = entries_of("[portals.mic]\nevery = '6h'\n")["mic"]
    note_next(tmp_path, Entry("mic"), NOW)
    assert not list(tmp_path.iterdir())  # there was nothing to forget
    note_next(tmp_path, entry, NOW)
    assert state.load(tmp_path) == {"mic": Seen("every 6h", NOW, NOW + 6 * HOUR)}
    note_next(tmp_path, entry, NOW + HOUR)  # the same once more: it counts on
    assert state.load(tmp_path) == {"mic": Seen("every 6h", NOW, NOW + 6 * HOUR)}
    note_next(tmp_path, entries_of("[portals.mic]\nevery = '7h'\n")["mic"], NOW + HOUR)
    assert state.load(tmp_path) == {"mic": Seen("every 7h", NOW + HOUR, NOW + 8 * HOUR)}
    note_next(tmp_path, Entry("mic"), NOW)
    assert state.load(tmp_path) == {}


def test_a_schedule_is_added_shown_and_removed(tmp_path: Path) -> None:
    assert "backan schedule add mic" in backan("list", "--data", tmp_path).output
    assert "Nothing is scheduled" in backan("next", "--data", tmp_path).output
    assert not list(tmp_path.iterdir())
    added = backan(
        "add", "mic", "--cron", "0 3 * * *", "--window", "22:00-02:00", "--zone", "Europe/Berlin",
        "--since", "2024-01-01", "--limit", "5", "--time-limit", "5400s", "--data", tmp_path,
    )  # fmt: skip
    assert added.exit_code == 0
    told = "mic: 0 3 * * *, within 22:00-02:00, Europe/Berlin, since 2024-01-01, 5 pages, at most 90m\nNext: "
    assert added.output.startswith(told)
    text = (tmp_path / "schedule.toml").read_text()
    assert 'time_limit = "90m"' in text
    assert "since = 2024-01-01\n" in text
    assert backan("add", "ict", "--every", "6h", "--data", tmp_path).exit_code == 0
    assert backan("list", "--data", tmp_path).output.split("\n")[1].split()[:5] == ["mic", "0", "3", "*", "*"]
    assert state.load(tmp_path).keys() == {"mic", "ict"}
    removed = backan("remove", "mic", "--data", tmp_path)
    assert (removed.exit_code, removed.output) == (0, "mic: no schedule any more\n")
    assert load(tmp_path).entries.keys() == state.load(tmp_path).keys() == {"ict"}
    assert backan("remove", "mic", "--data", tmp_path).exit_code == 1


def test_programs_are_told_the_same(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text(FULL)
    said = json.loads(backan("list", "--json", "--data", tmp_path).output)
    assert [one["portal"] for one in said["portals"]] == ["mic", "ict", "mst"]
    assert said["portals"][0] == {
        "portal": "mic", "cron": "0 3 * * *", "every": None, "window": "22:00-06:00", "zone": "Europe/Berlin",
        "since": "2024-01-01", "limit": 500, "time_limit": 5400.0, "ca_bundle": str(tmp_path / "mic.pem"),
        "verify": True,
    }  # fmt: skip
    runs = json.loads(backan("next", "mic", "-n", "3", "--json", "--data", tmp_path).output)
    assert [run["portal"] for run in runs] == ["mic"] * 3
    for run in runs:
        assert datetime.fromisoformat(run["local"]) == datetime.fromisoformat(run["at"])
        assert datetime.fromisoformat(run["local"]).hour == 3
        assert run["slot"] == run["at"]


def test_tables_fit_in_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / "schedule.toml").write_text(
        "[portals.hoinongdan]\ncron = '0,20,40 */2,23 1-7,15-21 JAN-MAR,OCT MON-FRI'\nwindow = '22:00-06:00'\n"
        "zone = 'America/Argentina/ComodRivadavia'\nsince = 2024-01-01\nlimit = 100000\ntime_limit = '100h'\n"
        "verify = false\n"
    )
    for command in ("list", "next"):
        output = backan(command, "--data", tmp_path).output
        assert "hoinongdan" in output
        assert max(map(len, output.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "mci", "--every", "6h"], "no portal named mci; did you mean mic?"),
        (["add", "mic"], "say when: --cron '0 3 * * *' or --every 6h"),
        (["add", "mic", "--every", "6h", "--cron", "0 3 * * *"], "one of them"),
        (["add", "mic", "--every", "5m"], "not between 10m and 366d"),
        (["add", "mic", "--cron", "0 3 * *"], "write five fields"),
        (["add", "mic", "--every", "6h", "--window", "22-6"], "write it as 22:00-06:00"),
        (["add", "mic", "--every", "6h", "--zone", "Hanoi"], "no time zone"),
        (["add", "mic", "--every", "6h", "--since", "2024"], "no day"),
        (["add", "mic", "--every", "6h", "--limit", "0"], "--limit"),
        (["add", "mic", "--every", "6h", "--time-limit", "x"], "no span of time"),
        (["next", "mci"], "did you mean mic?"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(tmp_path: Path, arguments: list[str], says: str) -> None:
    result = backan(*arguments, "--data", tmp_path)
    assert (result.exit_code, says in result.output) == (2, True)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text("[portals.mic\n")
    for command in (["list"], ["next"], ["add", "mic", "--every", "6h"], ["remove", "mic"]):
        result = backan(*command, "--data", tmp_path)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert "at line 1" in result.output


def test_a_portal_with_a_fault_is_refused_and_the_others_hold(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text('[portals.mic]\nverify = "no"\n[portals.ict]\nlimit = 3\n')
    read = load(tmp_path, strict=False)
    assert read.of("ict").limit == 3
    with pytest.raises(ArchiveError, match=r"\[portals.mic\]: verify: 'no' is neither true nor false"):
        read.of("mic")
