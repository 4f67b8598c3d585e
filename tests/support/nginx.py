"""Debian's nginx with `deploy/nginx.conf`, as an operator would install it: TLS by a certificate of
its own, two servers behind it. Only addresses, files and one span of time are others.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import signal
import socket
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, Missing, Server, free_port
from tests.support.waiting import block_until

EXAMPLE = ROOT / "deploy" / "nginx.conf"
AROUND = """
daemon off;
pid {home}/pid;
error_log {home}/error.log warn;
worker_processes 1;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/lobby.conf;
}}
"""


class Nginx(Server):
    """`idle`: after how many seconds it closes an idle connection to the lobby."""

    def __init__(self, ports: list[int], *, idle: float) -> None:
        self._program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if self._program is None:
            raise Missing("there is no nginx on PATH or in /usr/sbin")
        super().__init__(Path(tempfile.mkdtemp(prefix="lobby-nginx-")))
        self.plain_port = free_port()
        self.url = f"https://{LOOPBACK}:{self.port}"
        self.trusted = ssl.create_default_context(cadata=certify(self.home))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.home / "nginx.conf").write_text(AROUND.format(home=self.home, user=user))
        (self.home / "lobby.conf").write_text(self._site(ports, idle))

    @property
    def log(self) -> str:
        return (self.home / "error.log").read_text()

    def command(self) -> list[str]:
        assert self._program
        return [self._program, "-p", str(self.home), "-e", "error.log", "-c", "nginx.conf"]

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOOPBACK, self.port)) == 0

    def reload(self) -> None:
        """As an operator has it read its files anew: return once another worker accepts. The one
        before goes on with the connections that it has."""
        before = {process.pid for process in self._family()}
        self._running().send_signal(signal.SIGHUP)
        block_until(lambda: not {process.pid for process in self._family()} <= before)

    def _site(self, ports: list[int], idle: float) -> str:
        site = EXAMPLE.read_text()
        servers = [f"server {LOOPBACK}:{port} max_fails=3 fail_timeout=1s;" for port in ports]
        for said, here in {
            "server 127.0.0.1:8000 max_fails=3 fail_timeout=1s;": "\n    ".join(servers),
            "keepalive_timeout 60s;": f"keepalive_timeout {round(idle * 1000)}ms;",
            "listen 80;": f"listen {LOOPBACK}:{self.plain_port};",
            "listen 443 ssl;": f"listen {LOOPBACK}:{self.port} ssl;",
            "/etc/ssl/lobby.example": str(self.home),
        }.items():
            assert said in site, said
            site = site.replace(said, here)
        return site


def certify(home: Path) -> str:
    """A key and a certificate that it signed itself, for lobby.example; returns the latter."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lobby.example")])
    names = [x509.DNSName("lobby.example"), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM)
    (home / "fullchain.pem").write_bytes(chain)
    kinds = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (home / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *kinds))
    return chain.decode()
