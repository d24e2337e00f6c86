"""A real mail server (aiosmtpd) that misbehaves as it is told.

Started with one JSON object as its argument, all of it optional:

  tls          "none" | "starttls" | "implicit"
  certificate  "good" | "mismatching" | "self-signed" | "expired"
  ca_file      where to write the certificate of the authority
  auth         [name, password]: refuses whoever has not signed in

Prints a JSON object a line: {"listening": port}, then one for each mail taken: {"mail": {...}}, and one for each command
that was misbehaved at: {"misbehaved": "..."}.

Takes a JSON object a line on standard input: how to behave from now on. {"at": "greeting" | "ehlo" | "noop" | "mail" | "rcpt" |
"data" | "content", "do": "reply" | "hang" | "close", "reply": "450 4.2.1 Later", "times": 3, "to": "only this recipient"}
or {} to behave, or "heard" to go on as before. It answers {"told": true}: what it said until then has been heard.
"""

import asyncio
import base64
import datetime
import email
import email.policy
import json
import ssl
import sys
import tempfile

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

settings = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
order = {}


def say(what):
    print(json.dumps(what), flush=True)


def behaviour(at, to=None):
    """What to do now, if it is this command's turn."""
    if order.get("at") != at or order.get("times", 1) <= 0:
        return None
    if order.get("to") not in (None, to):
        return None
    order["times"] = order.get("times", 1) - 1
    say({"misbehaved": at})
    return order


def read(content):
    """The mail as another library reads it."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = list(mail.iter_parts())
    return {
        "headers": [[name, str(value)] for name, value in mail.items()],
        "from": [[one.display_name, one.addr_spec] for one in mail["from"].addresses] if mail["from"] else [],
        "to": [one.addr_spec for one in mail["to"].addresses] if mail["to"] else [],
        "kind": mail.get_content_type(),
        "parts": [[part.get_content_type(), part["content-transfer-encoding"], part.get_content()] for part in parts],
        "defects": [repr(defect) for one in [mail, *parts] for defect in one.defects]
        + [repr(defect) for value in mail.values() for defect in getattr(value, "defects", [])],
    }


class Misbehaving(SMTP):
    """The commands, each with a moment at which it may go wrong."""

    async def _handle_client(self):
        if await self.misbehave("greeting") is None:
            await super()._handle_client()

    async def misbehave(self, at, to=None):
        """True when the command was answered here; nothing when all is well."""
        told = behaviour(at, to)
        if told is None:
            return None
        if told["do"] == "reply":
            await self.push(told["reply"])
            if told["reply"].startswith("421"):
                self.transport.close()
        elif told["do"] == "hang":
            await asyncio.sleep(3600)
        elif told["do"] == "close":
            self.transport.close()
        return True

    async def smtp_EHLO(self, hostname):
        if await self.misbehave("ehlo") is None:
            await super().smtp_EHLO(hostname)

    async def smtp_NOOP(self, arg):
        if await self.misbehave("noop") is None:
            await super().smtp_NOOP(arg)

    async def smtp_MAIL(self, arg):
        if await self.misbehave("mail") is None:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        to = (arg or "").partition("<")[2].partition(">")[0]
        if await self.misbehave("rcpt", to) is None:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else None
        if await self.misbehave("data", to) is None:
            await super().smtp_DATA(arg)


class Handler:
    """Takes mail, or behaves badly once it has it."""

    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": base64.b64encode(envelope.original_content).decode(),
            "read": read(envelope.original_content),
            "encrypted": session.ssl is not None or settings.get("tls") == "implicit",
            "signed_in": bool(getattr(session, "authenticated", False)),
            "greeted_as": session.host_name,
            "connection": session.peer[1],
        }
        told = behaviour("content", envelope.rcpt_tos[0])
        if told and told["do"] == "close":
            # The mail is taken, and nobody is told.
            say({"mail": mail})
            server.transport.close()
            return "250 OK"
        if told and told["do"] == "hang":
            say({"mail": mail})
            await asyncio.sleep(3600)
        if told and told["do"] == "reply":
            return told["reply"]
        if told and told["do"] == "delay":
            await asyncio.sleep(told["seconds"])
        say({"mail": mail})
        return "250 OK"


def sign_in(server, session, envelope, mechanism, credentials):
    name, password = settings["auth"]
    is_right = isinstance(credentials, LoginPassword) and credentials == LoginPassword(name.encode(), password.encode())
    if not is_right:
        say({"misbehaved": "auth"})
    return AuthResult(success=is_right, handled=False)


def self_signed():
    """A certificate that nobody vouches for: certificate and key in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    return certificate.public_bytes(pem), key.private_bytes(pem, form, serialization.NoEncryption())


def tls_context():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(settings["ca_file"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    kind = settings.get("certificate", "good")
    if kind == "self-signed":
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"".join(self_signed()))
            file.flush()
            context.load_cert_chain(file.name)
        return context
    yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    until = yesterday if kind == "expired" else None
    host = "mail.elsewhere.test" if kind == "mismatching" else "localhost"
    authority.issue_cert(host, not_after=until).configure_cert(context)
    return context


async def listen_to_orders(loop):
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        told = json.loads(line)
        if told != "heard":
            order.clear()
            order.update(told)
        say({"told": True})


async def serve():
    loop = asyncio.get_running_loop()
    tls = settings.get("tls", "none")
    context = tls_context() if tls != "none" else None
    options = {"hostname": "localhost", "enable_SMTPUTF8": False}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if "auth" in settings:
        options |= {"auth_required": True, "authenticator": sign_in, "auth_require_tls": False}
    factory = lambda: Misbehaving(Handler(), **options)  # noqa: E731
    server = await loop.create_server(
        factory, "127.0.0.1", settings.get("port", 0), ssl=context if tls == "implicit" else None
    )
    say({"listening": server.sockets[0].getsockname()[1]})
    await listen_to_orders(loop)


asyncio.run(serve())
