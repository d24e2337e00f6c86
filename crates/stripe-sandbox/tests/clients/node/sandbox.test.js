import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { KEY, makePrice, pay, start, submit, subscribe, waitFor } from './sandbox.js';

let sandbox, stripe, price;

before(async () => {
  sandbox = await start();
  stripe = sandbox.client;
  price = await makePrice(stripe);
});

after(() => {
  sandbox.stop();
  assert.deepEqual(sandbox.faults, []);
});

const member = (card) => subscribe(stripe, price, card);

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

test('the rest of what a membership service calls', async () => {
  const { customer, invoice } = await member();
  assert.ok((await stripe.accounts.retrieveCurrent()).charges_enabled);
  assert.equal((await stripe.invoices.list({ customer })).data[0].id, invoice);
  assert.equal((await stripe.invoices.update(invoice, { metadata: { seen: 'yes' } })).metadata.seen, 'yes');
  const [intent] = (await stripe.paymentIntents.list({ customer })).data;
  assert.equal((await stripe.paymentIntents.update(intent.id, { description: 'A month' })).description, 'A month');
  assert.equal((await stripe.charges.update(intent.latest_charge, { metadata: { a: '1' } })).metadata.a, '1');
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 50 });
  assert.equal((await stripe.refunds.update(refund.id, { metadata: { why: 'late' } })).metadata.why, 'late');
  assert.equal((await stripe.refunds.list({ payment_intent: intent.id })).data.length, 1);
  const card = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
  assert.equal((await stripe.paymentMethods.update(card.id, { metadata: { b: '2' } })).metadata.b, '2');
  assert.equal((await stripe.paymentMethods.retrieve(card.id)).card.brand, 'mastercard');
  assert.equal((await stripe.paymentMethods.detach(card.id)).customer, null);
  const taxId = await stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
  assert.equal((await stripe.customers.listTaxIds(customer)).data[0].id, taxId.id);
  assert.equal((await stripe.customers.retrieveTaxId(customer, taxId.id)).value, 'DE123456789');
  assert.equal((await stripe.customers.deleteTaxId(customer, taxId.id)).deleted, true);
  assert.equal((await stripe.invoicePayments.retrieve((await stripe.invoicePayments.list({ invoice })).data[0].id)).invoice, invoice);
  assert.equal((await stripe.events.list({ type: 'invoice.paid', limit: 1 })).data[0].type, 'invoice.paid');
});

test('a session is changed, found and expired', async () => {
  const params = { mode: 'payment', line_items: [{ price_data: { currency: 'eur', unit_amount: 900, product_data: { name: 'Mug' } } , quantity: 1 }] };
  const session = await stripe.checkout.sessions.create({ ...params, success_url: 'http://127.0.0.1:9/' });
  assert.equal((await stripe.checkout.sessions.update(session.id, { metadata: { a: '1' } })).metadata.a, '1');
  assert.equal((await stripe.checkout.sessions.list({ limit: 1 })).data[0].id, session.id);
  assert.equal((await stripe.checkout.sessions.expire(session.id)).status, 'expired');
  await waitFor(sandbox.events, 'checkout.session.expired', session.id);
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

test('a promotion code is typed, and lessens the invoice', async () => {
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
  const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'NODE' });
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://127.0.0.1:9/',
    discounts: [{ promotion_code: code.id }],
  });
  assert.equal(session.amount_total, 350);
  assert.equal((await pay(session)).status, 303);
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice', 'line_items'] });
  assert.deepEqual([paid.invoice.total, paid.invoice.total_discount_amounts[0].amount], [350, 350]);
  assert.equal((await stripe.promotionCodes.list({ coupon: coupon.id })).data[0].times_redeemed, 1);
  assert.equal((await stripe.coupons.retrieve(coupon.id)).times_redeemed, 1);
  const next = await stripe.invoices.createPreview({ subscription: paid.subscription });
  assert.equal(next.total, 700);
  await assert.rejects(stripe.coupons.create({ percent_off: 5, amount_off: 5 }), Stripe.errors.StripeInvalidRequestError);
});

test('a reply that is cut off is asked for again by the library, with one effect', async () => {
  const { hostname, port } = new URL(sandbox.url);
  const patient = new Stripe(KEY, { host: hostname, port, protocol: 'http', maxNetworkRetries: 5, telemetry: false });
  const set = (faults) => fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(faults) });
  await set({ cut: 1, only_path: '/v1/customers' });
  const made = await stripe.customers.create({ email: 'cut@example.com' }, { idempotencyKey: 'cut' }).catch((error) => error);
  assert.equal(made.type, 'StripeConnectionError');
  await set({ seed: 3, cut: 0.5, lose: 0.2, only_path: '/v1/customers' });
  const again = await patient.customers.create({ email: 'cut@example.com' }, { idempotencyKey: 'cut' });
  await set({});
  assert.deepEqual((await stripe.customers.list({ email: 'cut@example.com' })).data.map((one) => one.id), [again.id]);
});
