"""Makes a key: prints a JSON object with the private key in PEM and what DNS would say of the public one."""

import base64
import json
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

kind = sys.argv[1]
form = serialization.PrivateFormat.PKCS8
if kind.startswith("rsa"):
    key = rsa.generate_private_key(public_exponent=65537, key_size=int(sys.argv[2]))
    if kind == "rsa-pkcs1":
        form = serialization.PrivateFormat.TraditionalOpenSSL
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = "v=DKIM1; k=rsa; p="
elif kind == "ed25519":
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    record = "v=DKIM1; k=ed25519; p="
else:
    key = ec.generate_private_key(ec.SECP256R1())
    public, record = b"", ""
pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
print(json.dumps({"pem": pem.decode(), "record": record + base64.b64encode(public).decode()}))
