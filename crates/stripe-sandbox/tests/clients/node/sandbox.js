// A sandbox of its own for the run, the official client pointed at it, and a place for its webhooks.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

export const KEY = 'sk_test_clients';
export const SECRET = 'whsec_clients';

/** Starts everything; call `stop` at the end. */
export async function start() {
  const events = [];
  const faults = [];
  const mailbox = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      try {
        events.push(Stripe.webhooks.constructEvent(Buffer.concat(parts), request.headers['stripe-signature'], SECRET));
      } catch (fault) {
        faults.push(fault);
      }
      response.writeHead(200).end();
    });
  });
  await new Promise((resolve) => mailbox.listen(0, '127.0.0.1', resolve));
  const hook = `http://127.0.0.1:${mailbox.address().port}/hook`;
  const flags = ['--listen', '127.0.0.1:0', '--api-key', KEY, '--webhook-url', hook, '--webhook-secret', SECRET];
  const child = spawn(process.env.SANDBOX_BINARY, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await new Promise((resolve) => createInterface(child.stdout).once('line', (...line) => resolve(line)));
  const { hostname, port } = new URL(url);
  const client = new Stripe(KEY, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  const stop = () => {
    child.kill();
    mailbox.close();
    mailbox.closeAllConnections();
  };
  return { url, client, events, faults, stop };
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
