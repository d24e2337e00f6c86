"""Tokens verify by the `joserfc` library from the key set alone, and nothing that was touched does."""

import base64
import http.cookiejar
import json
import os
import time
import unittest
import urllib.parse
import urllib.request

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, KeySet

BASE = os.environ["MASTHEAD_URL"]


def fetch(opener, path, body=None):
    request = urllib.request.Request(BASE + path, headers={"Origin": BASE})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with opener.open(request) as answer:
        return json.load(answer)


def sent_code(opener, email):
    for _ in range(200):
        items = fetch(opener, "/dev/mail.json?" + urllib.parse.urlencode({"to": email}))["items"]
        if items:
            return items[0]["code"]
        time.sleep(0.05)
    raise AssertionError(f"no mail to {email}")


def access_token(email):
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
    fetch(opener, "/v1/sign-in", {"email": email})
    fetch(opener, "/v1/sign-in/verify", {"code": sent_code(opener, email)})
    token = fetch(opener, "/v1/token", {"site": "demo-paper"})["access_token"]
    return token, fetch(opener, "/.well-known/jwks.json")


def encode(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.token, published = access_token("python@example.com")
        cls.keys = KeySet.import_key_set(published)

    def verify(self, token, audience="demo-paper", now=None):
        read = jwt.decode(token, self.keys, algorithms=["ES256"])
        rules = jwt.JWTClaimsRegistry(
            now=now,
            iss={"essential": True, "value": BASE},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            client_id={"essential": True, "value": "demo-paper"},
        )
        rules.validate(read.claims)
        return read

    def test_a_token_verifies(self):
        read = self.verify(self.token)
        self.assertEqual(read.header["typ"], "at+jwt")
        self.assertEqual(read.claims["gates"], ["registered"])
        self.assertLessEqual(read.claims["exp"] - read.claims["iat"], 600)

    def test_changed_claims_are_refused(self):
        header, _, signature = self.token.split(".")
        claims = {**self.verify(self.token).claims, "sub": "mem_" + "0" * 32}
        with self.assertRaises(BadSignatureError):
            self.verify(f"{header}.{encode(claims)}.{signature}")

    def test_a_cut_signature_is_refused(self):
        with self.assertRaises(JoseError):
            self.verify(self.token[:-4])

    def test_no_signature_is_refused(self):
        _, claims, _ = self.token.split(".")
        with self.assertRaises(JoseError):
            self.verify(f"{encode({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.")

    def test_a_strangers_key_under_our_id_is_refused(self):
        read = self.verify(self.token)
        stranger = ECKey.generate_key("P-256", {"kid": read.header["kid"]})
        forged = jwt.encode(dict(read.header), dict(read.claims), stranger)
        with self.assertRaises(BadSignatureError):
            self.verify(forged)

    def test_a_public_key_used_as_a_shared_secret_is_refused(self):
        read = self.verify(self.token)
        from joserfc.jwk import OctKey

        secret = OctKey.import_key(json.dumps(self.keys.as_dict(private=False)["keys"][0]))
        header = {**read.header, "alg": "HS256"}
        forged = jwt.encode(header, dict(read.claims), secret, algorithms=["HS256"])
        with self.assertRaises(JoseError):
            self.verify(forged)

    def test_another_sites_token_is_refused(self):
        with self.assertRaises(JoseError):
            self.verify(self.token, audience="another")

    def test_after_its_end_a_token_is_refused(self):
        end = self.verify(self.token).claims["exp"]
        with self.assertRaises(JoseError):
            self.verify(self.token, now=lambda: end + 1)


if __name__ == "__main__":
    unittest.main()
