import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { KEY, pay, start, submit, waitFor } from './sandbox.js';

let sandbox, stripe, price;

before(async () => {
  sandbox = await start();
  stripe = sandbox.client;
  const product = await stripe.products.create({ name: 'Supporter' });
  price = await stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 700, recurring: { interval: 'month' } });
});

after(() => {
  sandbox.stop();
  assert.deepEqual(sandbox.faults, []);
});

async function member(card) {
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://127.0.0.1:9/welcome?s={CHECKOUT_SESSION_ID}',
    subscription_data: { metadata: { from: 'node' } },
  });
  const answer = await pay(session, card);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), `http://127.0.0.1:9/welcome?s=${session.id}`);
  return stripe.checkout.sessions.retrieve(session.id);
}

test('a customer is made, changed, found and deleted', async () => {
  const made = await stripe.customers.create({ email: 'n@example.com', metadata: { a: '1' } });
  const changed = await stripe.customers.update(made.id, { metadata: { a: '', b: '2' }, description: 'x' });
  assert.deepEqual([changed.metadata, changed.description], [{ b: '2' }, 'x']);
  assert.equal((await stripe.customers.retrieve(made.id)).email, 'n@example.com');
  assert.equal((await stripe.customers.del(made.id)).deleted, true);
  await waitFor(sandbox.events, 'customer.deleted', made.id);
});

test('lists page by themselves', async () => {
  const made = [];
  for (let n = 0; n < 5; n += 1) made.push((await stripe.customers.create({ email: 'pages@example.com' })).id);
  const found = [];
  for await (const customer of stripe.customers.list({ email: 'pages@example.com', limit: 2 })) found.push(customer.id);
  assert.deepEqual(found, made.reverse());
});

test('products and prices are listed and changed', async () => {
  const product = await stripe.products.update((await stripe.products.list({ limit: 1 })).data[0].id, { metadata: { seen: 'yes' } });
  assert.equal(product.metadata.seen, 'yes');
  assert.equal((await stripe.prices.list({ product: price.product, active: true })).data[0].id, price.id);
  assert.equal((await stripe.prices.update(price.id, { nickname: 'monthly' })).nickname, 'monthly');
});

test('a payment leaves all its objects', async () => {
  const session = await member();
  const subscription = await stripe.subscriptions.retrieve(session.subscription, { expand: ['latest_invoice.payments', 'customer'] });
  assert.equal(subscription.status, 'active');
  assert.equal(subscription.metadata.from, 'node');
  const invoice = subscription.latest_invoice;
  assert.equal(invoice.lines.data[0].period.end, subscription.items.data[0].current_period_end);
  const intent = await stripe.paymentIntents.retrieve(invoice.payments.data[0].payment.payment_intent, { expand: ['latest_charge.balance_transaction'] });
  assert.equal(intent.latest_charge.balance_transaction.net, 664);
  assert.equal((await stripe.charges.list({ customer: session.customer })).data[0].id, intent.latest_charge.id);
  assert.equal((await stripe.balanceTransactions.list({ limit: 1 })).data[0].source, intent.latest_charge.id);
  assert.equal((await stripe.paymentMethods.list({ customer: session.customer })).data.length, 1);
  assert.equal((await stripe.checkout.sessions.listLineItems(session.id)).data[0].quantity, 1);
  assert.equal((await stripe.invoicePayments.list({ invoice: invoice.id })).data[0].status, 'paid');
  const event = await waitFor(sandbox.events, 'checkout.session.completed', session.id);
  assert.equal((await stripe.events.retrieve(event.id)).type, event.type);
});

test('cancelling, resuming, ending', async () => {
  const { subscription } = await member();
  assert.equal((await stripe.subscriptions.update(subscription, { cancel_at_period_end: true })).cancel_at_period_end, true);
  assert.equal((await stripe.subscriptions.update(subscription, { cancel_at_period_end: false })).cancel_at, null);
  assert.equal((await stripe.subscriptions.cancel(subscription)).status, 'canceled');
  assert.equal((await stripe.subscriptions.list({ status: 'canceled', limit: 1 })).data[0].id, subscription);
});

test('a refund in part', async () => {
  const { customer } = await member();
  const [charge] = (await stripe.charges.list({ customer })).data;
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 100 });
  assert.equal((await stripe.refunds.retrieve(refund.id)).amount, 100);
  assert.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 100);
  await waitFor(sandbox.events, 'charge.refunded', charge.id);
});

test('the portal', async () => {
  const { customer, subscription } = await member();
  const portal = await stripe.billingPortal.sessions.create({ customer, return_url: 'http://127.0.0.1:9/account' });
  assert.match(await (await fetch(portal.url)).text(), /Next payment on/);
  assert.equal((await submit(`${portal.url}/cancel/${subscription}`, {})).status, 303);
  assert.match(await (await fetch(portal.url)).text(), /Cancelled\. It lasts until/);
});

test('webhook endpoints', async () => {
  const made = await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['plan.deleted'] });
  assert.match(made.secret, /^whsec_/);
  assert.equal((await stripe.webhookEndpoints.update(made.id, { disabled: true })).status, 'disabled');
  assert.equal((await stripe.webhookEndpoints.del(made.id)).deleted, true);
});

test('the same key gives the same answer, and another request is refused', async () => {
  const options = { idempotencyKey: 'node-once' };
  const first = await stripe.customers.create({ email: 'o@example.com' }, options);
  const again = await stripe.customers.create({ email: 'o@example.com' }, options);
  assert.equal(first.id, again.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  await assert.rejects(stripe.customers.create({ email: 'p@example.com' }, options), Stripe.errors.StripeIdempotencyError);
});

test('errors have their class, code, parameter and status', async () => {
  const refusal = (error, wanted) => assert.deepEqual([error.type, error.code, error.param, error.statusCode], wanted);
  const asked = [
    [() => stripe.customers.retrieve('cus_none'), ['StripeInvalidRequestError', 'resource_missing', 'id', 404]],
    [() => stripe.customers.create({ shade: 'red' }), ['StripeInvalidRequestError', 'parameter_unknown', 'shade', 400]],
    [() => stripe.products.create({}), ['StripeInvalidRequestError', 'parameter_missing', 'name', 400]],
  ];
  for (const [call, wanted] of asked) await call().then(() => assert.fail('was not refused'), (error) => refusal(error, wanted));
  const { hostname, port } = new URL(sandbox.url);
  const stranger = new Stripe(`${KEY}x`, { host: hostname, port, protocol: 'http' });
  await assert.rejects(stranger.customers.list(), Stripe.errors.StripeAuthenticationError);
});

test('a declined card is a card error', async () => {
  const customer = await stripe.customers.create({ email: 'd@example.com' });
  const params = { customer: customer.id, items: [{ price: price.id }], default_payment_method: 'pm_card_chargeDeclined' };
  await assert.rejects(stripe.subscriptions.create({ ...params, payment_behavior: 'error_if_incomplete' }), (error) => {
    assert.deepEqual([error.type, error.code, error.decline_code], ['StripeCardError', 'card_declined', 'generic_decline']);
    return true;
  });
  assert.equal((await stripe.subscriptions.create(params)).status, 'incomplete');
});
