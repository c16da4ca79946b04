"""What makes a machine run the schedule by itself: a timer and a service of systemd, or a line for cron.

Both start `backan schedule due` every five minutes. systemd does not start what is running still, so `due`
goes on taking what becomes due until nothing is left; cron does, and those that meet share the work.
"""

import os
import pwd
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote

from archive.errors import ArchiveError

NAME = "backan-schedule"
OURS = "# Written by `backan schedule install`, which writes it anew"
BOOTED = Path("/run/systemd/system")  # as sd_booted(3) has it

SERVICE = """\
{ours}; changes of your own: `systemctl{user} edit {name}.service`.
[Unit]
Description=Crawl what the archive's schedule says is due
Wants=network-online.target
After=network-online.target
RequiresMountsFor={path}

[Service]
Type=oneshot
ExecStart={command}
{identity}\
# A crawl may take hours; `backan schedule` ends each at its own limit.
TimeoutStartSec=infinity
# To the schedule alone, which ends its crawls: to them a second signal means to drop everything.
KillMode=mixed
KillSignal=SIGINT
TimeoutStopSec=200
Nice=10
NoNewPrivileges=yes
LockPersonality=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
{walls}"""
# For the machine's manager: that of a user can do this only where the kernel lets users make namespaces.
WALLS = """\
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={path}
PrivateTmp=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectClock=yes
"""
TIMER = """\
{ours}; changes of your own: `systemctl{user} edit {name}.timer`.
[Unit]
Description=Crawl what the archive's schedule says is due, every five minutes

[Timer]
OnCalendar=*:0/5
RandomizedDelaySec=20
# After the machine was off, at once: what was missed is noted and caught up.
Persistent=true

[Install]
WantedBy=timers.target
"""
AFTER_UNITS = """
To start it:     {sudo}systemctl{user} daemon-reload
                 {sudo}systemctl{user} enable --now {name}.timer{linger}
To look at it:   systemctl{user} list-timers {name}.timer
                 journalctl{user} -u {name}.service
                 backan status
To end it:       {sudo}systemctl{user} disable --now {name}.timer"""
AFTER_CRONTAB = """
To start it:     crontab -e, and add this line at its end
To look at it:   {log}
                 backan status
To end it:       crontab -e, and take it out again"""
NO_CRON = """
There is no `crontab` on this machine. Install cron (on Debian: apt-get install
cron), or keep `backan schedule run` running."""
NO_CONTACT = """
Sites cannot reach you: set BACKAN_CONTACT to your address and install again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for whom the schedule runs: `command` is that of `backan`, `units` a folder of systemd."""

    command: tuple[str, ...]
    data: Path
    units: Path
    is_user: bool
    owner: str | None  # whom a service of the machine runs as
    contact: str | None

    @classmethod
    def here(cls, data: Path, is_user: bool) -> "Place":
        """As this process was called. Raises ArchiveError where no unit could say it."""
        data, script = data.absolute(), Path(sys.argv[0])
        is_script = script.name == "backan" and script.is_file()
        command = (str(script.absolute()),) if is_script else (sys.executable, "-m", "crawler")
        contact = os.environ.get("BACKAN_CONTACT") or None
        for told in (*command, str(data), contact or ""):
            if not told.isprintable():
                raise ArchiveError(f"no service can be told of {told!r}: it has a line break or the like")
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        units = home / "systemd" / "user" if is_user else Path("/etc/systemd/system")
        return cls(command, data, units, is_user, None if is_user else owner_of(data), contact)

    @property
    def due(self) -> tuple[str, ...]:
        return (*self.command, "schedule", "due", "--data", str(self.data))


def usual() -> str:
    """What this machine has: systemd or cron."""
    return "systemd" if BOOTED.is_dir() else "cron"


def owner_of(data: Path) -> str:
    """Whose the folder is, or would be."""
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    uid = there.stat().st_uid if there == data else os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def units(place: Place) -> dict[Path, str]:
    """The files of systemd."""
    path = _word(place.data)
    identity = [f"User={place.owner}"] if place.owner else []
    if place.contact:
        identity.append(f"Environment={_word(f'BACKAN_CONTACT={place.contact}')}")
    said = {
        "ours": OURS, "name": NAME, "user": _user(place), "path": path,
        "command": " ".join(_word(word).replace("$", "$$") for word in place.due),
        "identity": "".join(f"{line}\n" for line in identity),
        "walls": "" if place.is_user else WALLS.format(path=path),
    }  # fmt: skip
    service, timer = (template.format(**said) for template in (SERVICE, TIMER))
    return {place.units / f"{NAME}.service": service, place.units / f"{NAME}.timer": timer}


def write(files: Mapping[Path, str]) -> list[Path]:
    """Write the files; nothing is written where one of that name is not ours, or is for another archive.

    Raises ArchiveError.
    """
    for path, text in files.items():
        if path.exists() and (why := _foreign(path.read_text(errors="replace"), text)):
            raise ArchiveError(f"{path} is there already, and {why}: move it away, or use --print")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    except OSError as error:
        raise ArchiveError(
            f"cannot write {error.filename}: {error.strerror}; --user needs no rights, --print none at all"
        ) from error
    return list(files)


def crontab(place: Place) -> str:
    """The line for a crontab; in one, % is a line break."""
    contact = f"BACKAN_CONTACT={quote(place.contact)} " if place.contact else ""
    line = f"{contact}{join(place.due)} >>{quote(str(log_of(place)))} 2>&1"
    return f"*/5 * * * * {line}".replace("%", r"\%")


def log_of(place: Place) -> Path:
    """Where cron's runs print to; in the data folder itself, which is there when the first one begins."""
    return place.data / "schedule.log"


def after_units(place: Place) -> str:
    """What to do next."""
    linger = "\n                 loginctl enable-linger    (else it ends when you log out)"
    return AFTER_UNITS.format(
        name=NAME,
        user=_user(place),
        sudo="" if place.is_user or os.geteuid() == 0 else "sudo ",
        linger=linger if place.is_user else "",
    ) + ("" if place.contact else NO_CONTACT)


def after_crontab(place: Place) -> str:
    """What to do next."""
    missing = "" if shutil.which("crontab") else NO_CRON
    return AFTER_CRONTAB.format(log=log_of(place)) + missing + ("" if place.contact else NO_CONTACT)


def _user(place: Place) -> str:
    return " --user" if place.is_user else ""


def _word(word: object) -> str:
    """A word as systemd reads it: https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html"""
    text = str(word).replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./~$-]+", text, re.ASCII):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _foreign(there: str, ours: str) -> str | None:
    """Why a file must not be written over, if so."""
    if not there.startswith(OURS):
        return "is not ours"
    starts = [re.findall("^ExecStart=.*$", text, re.MULTILINE) for text in (there, ours)]
    data = [[start.partition(" schedule due ")[2] for start in found] for found in starts]
    return None if data[0] == data[1] else "is for another archive"
