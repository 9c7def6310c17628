"""Several servers behind one address: ``python -m tools.serve --processes 2`` (needs nginx).

It starts so many processes of the app on one cache directory, writes nginx's configuration and runs
nginx before them. A browser stays with its process by a cookie: what it has handed over lies in
that process's memory. ``--check`` asks every process through the proxy, and ends.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.request import Request, urlopen

from tools.running_app import PATIENCE, Server, running

COOKIE = "hashlight_process"
CONFIGURATION = """\
# nginx in front of {n} processes of Hashlight; written by `python -m tools.serve`.
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_max_body_size 510m;  # Streamlit says no at 500 MB, in words
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;

    # A new browser gets a process at random; its cookie keeps it there.
    split_clients $request_id $drawn {{
{shares}
    }}
    map $cookie_{cookie} $process {{
        default $drawn;
{known}
    }}
    map $process $address {{
{addresses}
    }}
    map $http_upgrade $kept_connection {{
        default upgrade;
        "" "";
    }}
    server {{
        listen {listen};
        location / {{
            proxy_pass http://$address;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_read_timeout 1h;  # an idle browser keeps its connection
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $kept_connection;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            add_header Set-Cookie "{cookie}=$process; Path=/; HttpOnly; SameSite=Lax";
        }}
    }}
}}
"""


def configuration(addresses: Sequence[str], listen: str, folder: Path) -> str:
    """Return nginx's configuration.

    Args:
        addresses: of the processes, ``host:port`` each.
        listen: nginx's own, ``host:port``.
        folder: where nginx may write.
    """
    numbers = range(len(addresses))
    share = 100 / len(addresses)
    shares = [f"{share:.2f}% {n};" for n in numbers[:-1]] + [f"* {numbers[-1]};"]
    return CONFIGURATION.format(
        n=len(addresses),
        folder=folder,
        cookie=COOKIE,
        listen=listen,
        shares="\n".join(f"        {line}" for line in shares),
        known="\n".join(f"        {n} {n};" for n in numbers),
        addresses="\n".join(f"        {n} {address};" for n, address in enumerate(addresses)),
    )


@contextmanager
def served(home: Path, n: int, listen: str) -> Iterator[tuple[str, list[Server]]]:
    """Run the processes and the proxy; return the proxy's address and the processes."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        raise SystemExit("nginx is not here: install it (apt-get install nginx-light).")
    with ExitStack() as stack:
        logs = [Path(stack.enter_context(TemporaryDirectory())) for _ in range(n)]
        servers = [stack.enter_context(running(home, log=it / "server.log")) for it in logs]
        folder = Path(stack.enter_context(TemporaryDirectory()))
        addresses = [server.url.removeprefix("http://") for server in servers]
        written = folder / "nginx.conf"
        written.write_text(configuration(addresses, listen, folder))
        command = [program, "-c", str(written), "-p", str(folder), "-g", "daemon off;"]
        proxy = subprocess.Popen(command)
        stack.callback(proxy.wait, 30)
        stack.callback(proxy.terminate)
        url = f"http://{listen}"
        _wait_for(url, proxy)
        yield url, servers


def _wait_for(url: str, proxy: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + PATIENCE / 1000
    while True:
        try:
            urlopen(f"{url}/_stcore/health", timeout=5).close()
        except OSError:
            if proxy.poll() is not None or monotonic() > deadline:
                raise SystemExit(f"nginx does not answer at {url}.") from None
            sleep(0.1)
        else:
            return


def check(url: str, servers: Sequence[Server]) -> None:
    """Ask each process through the proxy.

    Raises:
        SystemExit: a cookie doesn't keep a browser with its process, or one doesn't answer.
    """
    for n, server in enumerate(servers):
        request = Request(f"{url}/_stcore/health", headers={"Cookie": f"{COOKIE}={n}"})
        with urlopen(request, timeout=PATIENCE) as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
        if not any(it.startswith(f"{COOKIE}={n};") for it in cookies):
            raise SystemExit(f"The proxy forgot that a browser belongs to process {n}.")
        os.kill(server.pid, signal.SIGSTOP)  # whoever answers now is another one
        try:
            urlopen(request, timeout=2).close()
        except OSError:
            print(f"Process {n} ({server.url}) answers, and nobody else in its place.")
        else:
            raise SystemExit(f"Another process answered in the place of {n}.")
        finally:
            os.kill(server.pid, signal.SIGCONT)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--listen", default="127.0.0.1:8080", help="host:port of the proxy")
    parser.add_argument("--home", type=Path, help="shared cache directory; by default a new one")
    parser.add_argument("--check", action="store_true", help="ask every process once, and end")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that nothing of it outlives it
    with TemporaryDirectory() as fresh:
        home = options.home or Path(fresh)
        with served(home, options.processes, options.listen) as (url, servers):
            print(f"{len(servers)} processes at {url}", flush=True)
            if options.check:
                check(url, servers)
            else:
                with suppress(KeyboardInterrupt):
                    signal.pause()


if __name__ == "__main__":
    main()
