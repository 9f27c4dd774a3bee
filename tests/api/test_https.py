"""HTTPS: the certificates made and checked, and the server as real TLS clients find it."""

import asyncio
import contextlib
import re
import socket
import ssl
import sys
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.certificate_check import CertificateProblem, check_pair, fingerprint, names_of, read_chain
from api.command import main
from api.encryption import encrypting
from api.https import CertificateWatch, Credentials, Https, trust_lines
from api.local_authority import AuthorityFiles, ensure_certificate, machine_names
from api.settings import Settings
from runtime.clock import SystemClock
from tests.api.test_server_process import ROOT, write_town
from tests.api.town import running_town

NOW = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
DAY = 86_400.0


def made(folder: Path, names: tuple[str, ...] = ("localhost", "127.0.0.1"), now: float = NOW) -> AuthorityFiles:
    files = AuthorityFiles(folder / "https")
    ensure_certificate(files, names, now)
    return files


def test_what_is_made_is_for_its_owner_alone_and_valid_for_all_names(tmp_path):
    files = made(tmp_path, ("Wall.Example", "localhost", "127.0.0.1", "::1", "指挥中心.example"))
    leaf, authority = read_chain(files.certificate)[0], read_chain(files.authority)[0]
    assert names_of(leaf) == {"wall.example", "localhost", "127.0.0.1", "::1", "xn--fiqq24bvlcpd.example"}
    leaf.verify_directly_issued_by(authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    modes = {path.name: path.stat().st_mode & 0o777 for path in files.folder.iterdir()}
    assert modes == {"ca.crt": 0o644, "ca.key": 0o600, "server.crt": 0o644, "server.key": 0o600}
    assert files.folder.stat().st_mode & 0o777 == 0o700


def test_the_machine_knows_its_own_names_and_addresses():
    assert {"localhost", "127.0.0.1", "::1", socket.gethostname().lower()} <= machine_names()


RENEWALS = [
    ("nothing changed", 1.0, ("localhost",), "none"),
    ("fewer names are needed", 1.0, (), "none"),
    ("a name is new", 1.0, ("localhost", "wall.example"), "server"),
    ("an address is new", 1.0, ("localhost", "10.1.2.3"), "server"),
    ("the server's runs out soon", 370.0, ("localhost",), "server"),
    ("the server's has run out", 500.0, ("localhost",), "server"),
    ("the authority runs out soon", 3630.0, ("localhost",), "both"),
]


@pytest.mark.parametrize(("days", "names", "renewed"), [row[1:] for row in RENEWALS], ids=[row[0] for row in RENEWALS])
def test_what_is_renewed_and_when(tmp_path, days, names, renewed):
    files = made(tmp_path, ("localhost",))
    before = files.authority.read_bytes(), files.certificate.read_bytes()
    assert ensure_certificate(files, names, NOW + days * DAY) == (renewed != "none")
    after = files.authority.read_bytes(), files.certificate.read_bytes()
    assert [old != new for old, new in zip(before, after, strict=True)] == [renewed == "both", renewed != "none"]
    assert check_pair(files.certificate, files.key, NOW + days * DAY).chain


def test_an_authority_without_its_key_is_not_replaced_behind_the_rooms_backs(tmp_path):
    files = made(tmp_path)
    files.authority_key.unlink()
    assert not ensure_certificate(files, ("localhost",), NOW), "what stands is good for now"
    with pytest.raises(CertificateProblem, match=r"ca\.key: is missing"):
        ensure_certificate(files, ("elsewhere",), NOW)


def write_pem(path: Path, key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> None:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    path.chmod(0o600)


def another_key(files: AuthorityFiles) -> None:
    write_pem(files.key, ec.generate_private_key(ec.SECP256R1()))


def with_password(files: AuthorityFiles) -> None:
    write_pem(files.key, ec.generate_private_key(ec.SECP256R1()), b"secret words")


SPOILED = [
    ("no certificate file", lambda files: files.certificate.unlink(), 0, r"server\.crt: cannot be read: No such file"),
    ("no key file", lambda files: files.key.unlink(), 0, r"server\.key: cannot be read: No such file"),
    ("a folder", lambda f: (f.key.unlink(), f.key.mkdir()), 0, r"server\.key: cannot be read: Is a directory"),
    ("no PEM", lambda files: files.certificate.write_text("hello"), 0, r"server\.crt: holds no certificate"),
    ("the key where the certificate belongs", lambda f: f.certificate.write_bytes(f.key.read_bytes()), 0, "holds no"),
    ("a key that is none", lambda files: files.key.write_text("hello"), 0, r"server\.key: holds no private key"),
    ("another's key", another_key, 0, r"server\.key: is not the key of .*server\.crt"),
    ("a key under a password", with_password, 0, "protected by a password"),
    ("a key everybody may read", lambda files: files.key.chmod(0o644), 0, r"mode 0644\): chmod 600"),
    ("expired", lambda files: None, 400, r"server\.crt: expired on 2027-08-01"),
    ("not valid yet", lambda files: None, -3, r"server\.crt: is not valid before 2026-06-30"),
]


@pytest.mark.parametrize(("spoil", "days", "told"), [row[1:] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_a_pair_that_cannot_be_used_is_refused_naming_the_file(tmp_path, spoil, days, told):
    files = made(tmp_path)
    secret = files.key.read_text().splitlines()[1]
    spoil(files)
    with pytest.raises(CertificateProblem, match=told) as problem:
        check_pair(files.certificate, files.key, NOW + days * DAY)
    assert secret not in str(problem.value)


def test_what_will_go_wrong_is_a_warning(tmp_path):
    files = made(tmp_path, ("*.town.example", "localhost"))
    names = ("localhost", "wall.town.example", "wall.elsewhere.example")
    told = check_pair(files.certificate, files.key, NOW + 386 * DAY, names).warnings
    assert [("expires in 10 days" in one, "wall.elsewhere.example" in one) for one in told] == [
        (True, False),
        (False, True),
    ]


COMMANDS = [
    ("a certificate without a key", ["--certificate", "a.pem"], "--certificate and --key go together"),
    ("a name without https", ["--name", "wall.example"], "--name and --http-port need --https"),
    ("one port for both", ["--https", "--port", "9443", "--http-port", "9443"], "must differ"),
    ("a name that is none", ["--https", "--name", "a b"], "neither a host name nor an IP address"),
    ("ports the wrong way round", ["--whep-ports", "50100-50000"], "no range of ports"),
    ("an address that is none", ["--whep-announce", "example.org"], "no IP address"),
    ("an origin with a path", ["--whep-origin", "https://player.example/page"], "no origin"),
]


@pytest.mark.parametrize(("words", "told"), [row[1:] for row in COMMANDS], ids=[row[0] for row in COMMANDS])
def test_options_that_do_not_go_together_are_told(capsys, words, told):
    with pytest.raises(SystemExit):
        main(["serve", *words])
    assert told in capsys.readouterr().err


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path, capsys):
    files = made(tmp_path)
    config = write_town(tmp_path)
    another_key(files)
    words = ["--https", "--certificate", str(files.certificate), "--key", str(files.key)]
    assert main(["serve", "--config", str(config), "--data", str(tmp_path / "data"), *words]) == 2
    assert "server.key: is not the key of" in capsys.readouterr().err


async def test_the_process_serves_both_ports_and_stops_cleanly(tmp_path, unused_tcp_port):
    config, data = write_town(tmp_path), tmp_path / "data"
    words = ["--config", str(config), "--data", str(data), "--port", "0", "--https"]
    words += ["--http-port", str(unused_tcp_port), "--name", "wall.example"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.server_process", *words), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    log = ""
    async with asyncio.timeout(60):
        while "api.app: started" not in log:
            line = (await process.stderr.readline()).decode()
            assert line, log
            log += line
    url = re.findall(r"listening on (https://\S+)", log)[0]
    async with httpx.AsyncClient(verify=trusting(data / "https" / "ca.crt"), follow_redirects=True) as client:
        arrived = await client.get(f"http://127.0.0.1:{unused_tcp_port}/api/v1/setup")
        assert str(arrived.url) == f"{url}/api/v1/setup"
        assert arrived.json() == {"needed": True}
    process.terminate()
    async with asyncio.timeout(20):
        log += (await process.stderr.read()).decode()
        assert await process.wait() == 0
    assert log.rstrip().endswith("the store are closed")
    assert "PRIVATE" not in log
    assert names_of(read_chain(data / "https" / "server.crt")[0]) >= {"wall.example", "localhost"}


@contextlib.asynccontextmanager
async def encrypted(folder: Path, https: Https | None = None, **changed):
    """The running town under https, as the API process serves it."""
    settings = Settings(data_dir=folder, authority=None)
    async with (
        encrypting(https or Https(), settings, SystemClock(), 1) as context,
        running_town(folder, context=context, secure=True, **changed) as town,
    ):
        yield town


def trusting(path: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(path))


async def test_clients_that_trust_the_authority_get_pages_cookies_and_the_websocket(tmp_path):
    authority = tmp_path / "https" / "ca.crt"
    async with encrypted(tmp_path, authority=authority) as town:
        trust = trusting(authority)
        async with httpx.AsyncClient(base_url=f"https://{town.address}", verify=trust) as client:
            fetched = await client.get("/ca.crt")
            assert fetched.content == authority.read_bytes()
            assert fetched.headers["content-type"] == "application/x-x509-ca-cert"
            assert "strict-transport-security" not in fetched.headers
            form = {"username": "operator@east", "password": "correct horse 42"}
            signed = await client.post("/api/v1/sessions", json=form)
            assert "secure" in signed.headers["set-cookie"].lower()
        url = f"wss://{town.address}/api/v1/live"
        headers = {"authorization": f"Bearer {town.token('operator@east')}"}
        async with websockets.connect(url, ssl=trust, additional_headers=headers) as connection:
            assert "hello" in str(await connection.recv())
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await httpx.AsyncClient().get(f"https://{town.address}/")


async def test_with_an_own_certificate_there_is_no_authority_to_fetch_and_browsers_stay_with_https(tmp_path):
    files = made(tmp_path / "own", now=SystemClock().now())
    https = Https(files.certificate, files.key)
    async with (
        encrypted(tmp_path, https) as town,
        httpx.AsyncClient(base_url=f"https://{town.address}", verify=trusting(files.authority)) as client,
    ):
        answer = await client.get("/ca.crt")
        assert answer.status_code == 404
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert not (tmp_path / "https").exists()


PROTOCOLS = [("TLS 1.1", ssl.TLSVersion.TLSv1_1, False), ("TLS 1.2", ssl.TLSVersion.TLSv1_2, True)]


async def test_nothing_older_than_tls_1_2(tmp_path):
    async with encrypted(tmp_path) as town:
        host, port = town.address.split(":")
        outcomes = {}
        for name, version, _ in PROTOCOLS:
            trust = trusting(tmp_path / "https" / "ca.crt")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                trust.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
                trust.maximum_version = version
            trust.set_ciphers("ALL:@SECLEVEL=0")
            try:
                _, writer = await asyncio.open_connection(host, int(port), ssl=trust)
                writer.close()
                await writer.wait_closed()
                outcomes[name] = True
            except (ssl.SSLError, ConnectionError):
                outcomes[name] = False
    assert outcomes == {name: works for name, _, works in PROTOCOLS}


async def served_fingerprint(address: str) -> str:
    """Of the certificate a new connection is shown."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    host, port = address.split(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=blind)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return fingerprint(x509.load_der_x509_certificate(shown))


async def test_a_replaced_certificate_is_taken_up_without_a_restart_and_a_spoiled_one_is_not(tmp_path):
    clock = SystemClock()
    files = made(tmp_path / "own", now=clock.now())
    credentials = Credentials(files.certificate, files.key)
    context = credentials.context()
    watch = CertificateWatch(credentials, context, clock)
    async with running_town(tmp_path, context=context) as town:
        first = await served_fingerprint(town.address)
        watch.look()
        assert await served_fingerprint(town.address) == first

        ensure_certificate(files, ("localhost", "wall.example"), clock.now())
        watch.look()
        second = await served_fingerprint(town.address)
        assert second == fingerprint(read_chain(files.certificate)[0]) != first

        good_key = files.key.read_bytes()
        another_key(files)
        watch.look()
        assert await served_fingerprint(town.address) == second, "half replaced: the one in use stays"
        files.key.write_bytes(good_key)
        watch.look()
        assert await served_fingerprint(town.address) == second


async def test_the_plain_port_sends_everybody_over_and_hands_out_the_authority(tmp_path, unused_tcp_port):
    files = made(tmp_path, now=SystemClock().now())
    settings = Settings(data_dir=tmp_path, authority=files.authority)
    https = replace(Https(), http_port=unused_tcp_port)
    async with (
        encrypting(https, settings, SystemClock(), 8443),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}") as client,
    ):
        async with asyncio.timeout(30):
            while True:
                try:
                    moved = await client.get("/village/%E4%B8%9C?case=1&x=%20")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
        assert moved.status_code == 308
        assert moved.headers["location"] == "https://127.0.0.1:8443/village/%E4%B8%9C?case=1&x=%20"
        assert (await client.get("/ca.crt")).content == files.authority.read_bytes()
        assert (await client.post("/api/v1/sessions", json={"password": "p"})).status_code == 403
        assert (await client.get("/", headers={"host": "evil.example/@x"})).status_code == 400
        outside = await client.get(f"http://127.0.0.1:{unused_tcp_port}//evil.example/")
        assert outside.headers["location"] == "https://127.0.0.1:8443/evil.example/"


def test_the_lines_a_room_needs_name_the_fingerprint_and_no_secret(tmp_path):
    credentials = Https(names=("wall.example",)).credentials(tmp_path)
    credentials.prepare(NOW)
    assert credentials.own is not None
    text = "\n".join(trust_lines(credentials, 8443))
    shown = fingerprint(read_chain(credentials.own.authority)[0])
    assert shown in text
    assert "https://HOST:8443/ca.crt" in text
    assert "wall.example" in text
    assert "PRIVATE" not in text


def test_the_fingerprint_is_what_other_tools_show(tmp_path):
    certificate = read_chain(made(tmp_path).authority)[0]
    plain = certificate.fingerprint(hashes.SHA256()).hex()
    assert fingerprint(certificate).replace(":", "").lower() == plain
