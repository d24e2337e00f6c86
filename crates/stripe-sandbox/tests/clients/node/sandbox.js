// A sandbox of its own for a file of tests, the official client pointed at it, and a place for its webhooks.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

export const KEY = 'sk_test_clients';
export const SECRET = 'whsec_clients';

/** Starts everything; call `stop` at the end. What was answered and sent is written to the folder `ANSWERS` then. */
export async function start() {
  const events = [];
  const faults = [];
  const written = [];
  const mailbox = await listen((request, response) => {
    read(request).then((body) => {
      try {
        events.push(Stripe.webhooks.constructEvent(body, request.headers['stripe-signature'], SECRET));
        written.push({ body: body.toString() });
      } catch (fault) {
        faults.push(fault);
      }
      response.writeHead(200).end();
    });
  });
  const hook = `http://127.0.0.1:${mailbox.address().port}/hook`;
  const flags = ['--listen', '127.0.0.1:0', '--api-key', KEY, '--webhook-url', hook, '--webhook-secret', SECRET];
  const child = spawn(process.env.SANDBOX_BINARY, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await new Promise((resolve) => createInterface(child.stdout).once('line', (...line) => resolve(line)));
  const between = await listen((request, response) => pass(url, request, response, written));
  const host = { host: '127.0.0.1', port: between.address().port, protocol: 'http' };
  const client = new Stripe(KEY, { ...host, maxNetworkRetries: 0, telemetry: false });
  const stop = () => {
    child.kill();
    for (const server of [mailbox, between]) {
      server.close();
      server.closeAllConnections();
    }
    if (process.env.ANSWERS) {
      mkdirSync(process.env.ANSWERS, { recursive: true });
      writeFileSync(`${process.env.ANSWERS}/${process.pid}.json`, JSON.stringify(written));
    }
  };
  return { url, client, events, faults, stop };
}

async function listen(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** Hands a request of the library on, and writes down what it is answered. */
function pass(url, request, response, written) {
  const onward = ask(url + request.url, { method: request.method, headers: request.headers }, async (answer) => {
    try {
      const body = await read(answer);
      written.push({ call: `${request.method} ${request.url.split('?')[0]}`, status: answer.statusCode, body: body.toString() });
      response.writeHead(answer.statusCode, answer.headers).end(body);
    } catch {
      response.destroy();
    }
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** One of the sandbox's own controls, by JSON. */
export async function control(sandbox, path, body) {
  const answer = await fetch(sandbox.url + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return answer.json();
}

/** A monthly price of €7. */
export async function makePrice(stripe) {
  const product = await stripe.products.create({ name: 'Supporter' });
  return stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 700, recurring: { interval: 'month' } });
}

/** Somebody who has just subscribed by a card, perhaps as a known customer: the completed session. */
export async function subscribe(stripe, price, card, more = {}) {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://127.0.0.1:9/welcome?s={CHECKOUT_SESSION_ID}',
    subscription_data: { metadata: { from: 'node' } },
    ...more,
  });
  const answer = await pay(session, card);
  if (answer.status !== 303) throw new Error(`the payment was answered with ${answer.status}`);
  if (answer.headers.get('location') !== `http://127.0.0.1:9/welcome?s=${session.id}`) throw new Error('it leads elsewhere');
  return stripe.checkout.sessions.retrieve(session.id);
}

/** The same, with a test clock: the completed session, and what moves the clock to a time. */
export async function subscribeInOwnTime(stripe, price, card) {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1000) });
  const customer = await stripe.customers.create({ email: 'ada@example.com', test_clock: clock.id });
  const session = await subscribe(stripe, price, card, { customer: customer.id });
  return [session, (to) => stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })];
}

/** Sends a hosted page's form as a browser does; where it leads is not followed. */
export function submit(address, fields) {
  return fetch(address, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

/** Types a card on a checkout page and presses the button. */
export function pay(session, number = '4242424242424242') {
  const card = { card_number: number, card_expiry: '12 / 34', card_cvc: '123', name: 'Ada Reader', email: 'ada@example.com' };
  return submit(session.url, card);
}

/** Waits up to five seconds for an event of this type about this object. */
export async function waitFor(events, type, about) {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = events.find((event) => event.type === type && event.data.object.id === about);
    if (found) return found;
  }
  throw new Error(`no ${type} about ${about}`);
}
