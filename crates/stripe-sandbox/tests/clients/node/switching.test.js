// Another plan, interval or quantity; changes that wait; trials and standstills. Everybody lives by a test clock.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { makePrice, start, subscribeInOwnTime, waitFor } from './sandbox.js';

let sandbox, stripe, price, patron, year;

before(async () => {
  sandbox = await start();
  stripe = sandbox.client;
  price = await makePrice(stripe);
  const make = (unit_amount, interval) => stripe.prices.create({ product: price.product, currency: 'eur', unit_amount, recurring: { interval } });
  [patron, year] = [await make(1500, 'month'), await make(7000, 'year')];
});

after(() => {
  sandbox.stop();
  assert.deepEqual(sandbox.faults, []);
});

/** A member of €7 a month half of whose month is over. */
async function halfWay(card) {
  const [session, move] = await subscribeInOwnTime(stripe, price, card);
  const item = (await stripe.subscriptions.retrieve(session.subscription)).items.data[0];
  await move(Math.floor((item.current_period_start + item.current_period_end) / 2));
  return { id: session.subscription, customer: session.customer, item, move };
}

const change = (member, to, more) =>
  stripe.subscriptions.update(member.id, { items: [{ id: member.item.id, price: to.id }], expand: ['latest_invoice'], ...more });

async function renew(member) {
  await member.move(member.item.current_period_end + 3600);
  return (await stripe.subscriptions.retrieve(member.id, { expand: ['latest_invoice'] })).latest_invoice;
}

const about = (given, wanted) => assert.ok(Math.abs(given - wanted) <= 1, `${given} is not about ${wanted}`);

test('the difference is billed at once, and a preview says so', async () => {
  const member = await halfWay();
  const details = { items: [{ id: member.item.id, price: patron.id }], proration_behavior: 'always_invoice' };
  const shown = await stripe.invoices.createPreview({ subscription: member.id, subscription_details: details });
  const after = await change(member, patron, { proration_behavior: 'always_invoice' });
  about(after.latest_invoice.amount_paid, shown.amount_due);
  about(after.latest_invoice.amount_paid, 400);
  const lines = await stripe.invoices.listLineItems(after.latest_invoice.id);
  assert.deepEqual(lines.data.map((line) => line.parent.subscription_item_details.proration), [true, true]);
  assert.equal((await renew(member)).amount_paid, 1500);
});

test('prorations wait for the renewal, or are dropped', async () => {
  const [first, second] = [await halfWay(), await halfWay()];
  await change(first, patron, { proration_behavior: 'create_prorations' });
  const waiting = (await stripe.invoiceItems.list({ customer: first.customer, pending: true })).data;
  assert.equal((await stripe.invoiceItems.retrieve(waiting[0].id)).customer, first.customer);
  about((await renew(first)).amount_paid, 1900);
  await change(second, patron);
  for await (const one of stripe.invoiceItems.list({ customer: second.customer, pending: true })) await stripe.invoiceItems.del(one.id);
  assert.equal((await renew(second)).amount_paid, 1500);
});

test('without proration nothing is billed until the renewal', async () => {
  const member = await halfWay();
  const after = await change(member, patron, { proration_behavior: 'none' });
  assert.equal(after.latest_invoice.billing_reason, 'subscription_create');
  assert.deepEqual((await stripe.invoiceItems.list({ customer: member.customer })).data, []);
  assert.equal((await renew(member)).amount_paid, 1500);
});

test('from month to year and back', async () => {
  const member = await halfWay();
  const yearly = await change(member, year);
  about(yearly.latest_invoice.amount_paid, 6650);
  assert.ok(yearly.billing_cycle_anchor > member.item.current_period_start);
  const back = await change(member, price);
  about(back.latest_invoice.total, 700 - 7000);
  assert.equal((await stripe.customers.retrieve(member.customer)).balance, back.latest_invoice.total);
});

test('items come, change and go', async () => {
  const member = await halfWay();
  const added = await stripe.subscriptionItems.create({ subscription: member.id, price: patron.id, proration_behavior: 'none' });
  assert.equal((await stripe.subscriptionItems.update(member.item.id, { quantity: 3 })).quantity, 3);
  assert.equal((await stripe.subscriptionItems.list({ subscription: member.id })).data.length, 2);
  assert.equal((await stripe.subscriptionItems.del(added.id)).deleted, true);
  assert.equal((await stripe.subscriptionItems.retrieve(member.item.id)).quantity, 3);
});

test('a change waits for its payment, is applied, lapses, and refuses what cannot wait', async () => {
  const wait = { proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' };
  const member = await halfWay('4000000000000341');
  const waits = await change(member, patron, { ...wait, metadata: { plan: 'patron' } });
  assert.equal(waits.items.data[0].price.id, price.id);
  assert.equal(waits.pending_update.subscription_items[0].price.id, patron.id);
  await stripe.invoices.pay(waits.latest_invoice.id, { payment_method: 'pm_card_visa' });
  const applied = await waitFor(sandbox.events, 'customer.subscription.pending_update_applied', member.id);
  assert.equal(applied.data.object.metadata.plan, 'patron');
  const again = await change(member, price, { ...wait, items: [{ id: member.item.id, quantity: 3 }] });
  await stripe.invoices.voidInvoice(again.latest_invoice.id);
  await waitFor(sandbox.events, 'customer.subscription.pending_update_expired', member.id);
  await assert.rejects(change(member, price, { ...wait, description: 'x' }), { type: 'StripeInvalidRequestError', param: 'description' });
});

test('a refused difference leaves the plan or is owed', async () => {
  const member = await halfWay('4000000000000341');
  const strict = change(member, patron, { proration_behavior: 'always_invoice', payment_behavior: 'error_if_incomplete' });
  await assert.rejects(strict, Stripe.errors.StripeCardError);
  const owed = await change(member, patron, { proration_behavior: 'always_invoice' });
  assert.equal(owed.status, 'past_due');
  assert.equal((await stripe.invoices.markUncollectible(owed.latest_invoice.id)).status, 'uncollectible');
});

test('a trial starts, a standstill ends at the old anchor', async () => {
  const member = await halfWay();
  const end = member.item.current_period_end + 86400;
  const trial = await stripe.subscriptions.update(member.id, { trial_end: end, proration_behavior: 'none' });
  assert.deepEqual([trial.status, trial.billing_cycle_anchor], ['trialing', end]);
  assert.equal((await stripe.subscriptions.update(member.id, { trial_end: 'now' })).status, 'active');
  const paused = await stripe.subscriptions.pause(member.id, { type: 'subscription' });
  assert.equal(paused.status, 'paused');
  await member.move(paused.items.data[0].current_period_end + 86400);
  const resumed = await stripe.subscriptions.resume(member.id, { billing_cycle_anchor: { type: 'unchanged' } });
  assert.deepEqual([resumed.status, resumed.billing_cycle_anchor], ['active', paused.billing_cycle_anchor]);
  const clocks = await stripe.testHelpers.testClocks.list({ limit: 1 });
  assert.equal((await stripe.testHelpers.testClocks.retrieve(clocks.data[0].id)).status, 'ready');
  assert.equal((await stripe.testHelpers.testClocks.del(clocks.data[0].id)).deleted, true);
});
