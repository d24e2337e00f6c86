// Tokens verify by the `jose` library from the key set alone, and nothing that was touched does.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { SignJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { BASE, accessToken } from "./token.js";

const keys = createRemoteJWKSet(new URL(`${BASE}/.well-known/jwks.json`));
const RULES = { issuer: BASE, audience: "demo-paper", typ: "at+jwt", algorithms: ["ES256"] };
const verify = (token, rules = RULES) => jwtVerify(token, keys, rules);

let answer;
let token;
before(async () => {
  answer = await accessToken("node@example.com");
  token = answer.access_token;
});

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token verifies and says what the contract says", async () => {
  const { payload, protectedHeader } = await verify(token);
  assert.equal(protectedHeader.alg, "ES256");
  assert.equal(payload.client_id, "demo-paper");
  assert.match(payload.sub, /^mem_[0-9a-f]{32}$/);
  assert.equal(payload.sub, answer.member.id);
  assert.deepEqual(payload.gates, ["registered"]);
  assert.deepEqual(payload.plans, []);
  assert.equal(payload.scope, "gates");
  assert.ok(payload.exp - payload.iat <= 600 && payload.exp > payload.iat);
  assert.ok(!JSON.stringify(payload).includes("@"), "no address in a token");
});

test("the key set holds public halves only", async () => {
  const { keys: published } = await (await fetch(`${BASE}/.well-known/jwks.json`)).json();
  assert.ok(published.length >= 1);
  for (const key of published) {
    assert.deepEqual([key.kty, key.crv, key.alg, key.use], ["EC", "P-256", "ES256", "sig"]);
    assert.equal(key.d, undefined);
  }
});

test("changed claims are refused", async () => {
  const [header, , signature] = token.split(".");
  const claims = { ...decodeJwt(token), gates: ["registered", "members"] };
  await assert.rejects(verify(`${header}.${encode(claims)}.${signature}`), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("a changed header is refused", async () => {
  const [, claims, signature] = token.split(".");
  const header = encode({ ...decodeProtectedHeader(token), extra: 1 });
  await assert.rejects(verify(`${header}.${claims}.${signature}`), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("every single changed byte of the signature is refused", async () => {
  const [header, claims, signature] = token.split(".");
  for (let at = 0; at < 64; at += 1) {
    const bytes = Buffer.from(signature, "base64url");
    bytes[at] ^= 1;
    await assert.rejects(verify(`${header}.${claims}.${bytes.toString("base64url")}`), `byte ${at}`);
  }
});

test("no signature at all is refused", async () => {
  const [, claims] = token.split(".");
  await assert.rejects(verify(`${encode({ alg: "none", typ: "at+jwt" })}.${claims}.`));
});

test("a stranger's key under our key's id is refused", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const forged = await new SignJWT(decodeJwt(token)).setProtectedHeader(decodeProtectedHeader(token)).sign(privateKey);
  await assert.rejects(verify(forged), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("a key that the token brings along is not believed", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const header = { alg: "ES256", typ: "at+jwt", kid: "own", jwk: await exportJWK(publicKey) };
  const forged = await new SignJWT(decodeJwt(token)).setProtectedHeader(header).sign(privateKey);
  await assert.rejects(verify(forged), { code: "ERR_JWKS_NO_MATCHING_KEY" });
});

test("another site's audience, another issuer, another type are refused", async () => {
  await assert.rejects(verify(token, { ...RULES, audience: "another" }), { claim: "aud" });
  await assert.rejects(verify(token, { ...RULES, issuer: "http://elsewhere.example" }), { claim: "iss" });
  await assert.rejects(verify(token, { ...RULES, typ: "masthead-pass+jwt" }), { claim: "typ" });
});

test("after its end a token is refused", async () => {
  const currentDate = new Date((decodeJwt(token).exp + 1) * 1000);
  await assert.rejects(verify(token, { ...RULES, currentDate }), { code: "ERR_JWT_EXPIRED" });
});
