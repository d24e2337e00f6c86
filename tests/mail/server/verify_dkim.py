"""Verifies the signature of the mail on standard input, with the DNS record of the argument in place of DNS."""

import sys

import dkim

name, record = sys.argv[1], sys.argv[2]
asked = []


def answer(asked_name, timeout=5):
    asked.append(asked_name.decode())
    return record.encode() if asked_name.decode().rstrip(".") == name else None


mail = sys.stdin.buffer.read()
try:
    is_verified = dkim.verify(mail, dnsfunc=answer, minkey=2048)
except Exception as error:  # a record that does not go with the signature
    print(f"not verified: {error}")
else:
    print("verified" if is_verified else f"not verified; asked for {asked}")
