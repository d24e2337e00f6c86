// Money that goes back: disputes, warnings of fraud, credit notes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { control, makePrice, start, subscribe, subscribeInOwnTime, waitFor } from './sandbox.js';

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

async function charge(card) {
  const { customer } = await subscribe(stripe, price, card);
  return (await stripe.charges.list({ customer })).data[0];
}

async function dispute() {
  return (await stripe.disputes.list({ charge: (await charge('4000000000000259')).id })).data[0];
}

const isRefused = (call, code) => assert.rejects(call, (error) => error instanceof Stripe.errors.StripeInvalidRequestError && error.code === code);

test('evidence is staged, handed in, and wins', async () => {
  const { id } = await dispute();
  await waitFor(sandbox.events, 'charge.dispute.funds_withdrawn', id);
  const staged = await stripe.disputes.update(id, { evidence: { product_description: 'A newspaper' }, submit: false });
  assert.deepEqual([staged.status, staged.evidence.product_description], ['needs_response', 'A newspaper']);
  const seen = await stripe.disputes.update(id, { evidence: { customer_name: 'Ada' }, metadata: { by: 'desk' } });
  assert.deepEqual([seen.status, seen.evidence_details.submission_count], ['under_review', 1]);
  const won = await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } });
  assert.deepEqual([won.status, won.balance_transactions.length], ['won', 2]);
  await waitFor(sandbox.events, 'charge.dispute.funds_reinstated', id);
  await isRefused(stripe.disputes.update(id, { evidence: { uncategorized_text: 'more' } }), undefined);
});

test('evidence loses, and so does giving up', async () => {
  const [first, second] = [await dispute(), await dispute()];
  assert.equal((await stripe.disputes.update(first.id, { evidence: { uncategorized_text: 'losing_evidence' } })).status, 'lost');
  assert.equal((await stripe.disputes.close(second.id)).status, 'lost');
  await waitFor(sandbox.events, 'charge.dispute.closed', second.id);
  const whole = await stripe.disputes.retrieve(second.id, { expand: ['charge', 'payment_intent'] });
  assert.deepEqual([whole.charge.disputed, whole.payment_intent.latest_charge], [true, whole.charge.id]);
  await isRefused(stripe.refunds.create({ charge: whole.charge.id }), 'charge_disputed');
  assert.equal((await stripe.balanceTransactions.retrieve(whole.balance_transactions[0].id)).fee, 1500);
});

test('disputes page by themselves', async () => {
  const made = [(await dispute()).id, (await dispute()).id, (await dispute()).id];
  const found = [];
  for await (const one of stripe.disputes.list({ limit: 2 })) found.push(one.id);
  assert.deepEqual(found.slice(0, 3), made.reverse());
});

test('a bank warns of fraud, by its card and by hand', async () => {
  const paid = await charge('4000000000005423');
  const [warning] = (await stripe.radar.earlyFraudWarnings.list({ charge: paid.id })).data;
  await waitFor(sandbox.events, 'radar.early_fraud_warning.created', warning.id);
  await stripe.refunds.create({ charge: paid.id });
  assert.equal((await stripe.radar.earlyFraudWarnings.retrieve(warning.id)).actionable, false);
  const other = await charge();
  const raised = await control(sandbox, '/_sandbox/early_fraud_warnings', { charge: other.id, fraud_type: 'made_with_lost_card' });
  assert.equal((await stripe.radar.earlyFraudWarnings.retrieve(raised.id, { expand: ['charge'] })).charge.id, other.id);
});

test('less is owed of an open invoice', async () => {
  const [session, move] = await subscribeInOwnTime(stripe, price, '4000000000000341');
  const { items } = await stripe.subscriptions.retrieve(session.subscription);
  await move(items.data[0].current_period_end + 3600);
  const { latest_invoice: invoice } = await stripe.subscriptions.retrieve(session.subscription, { expand: ['latest_invoice'] });
  const lines = [{ type: 'invoice_line_item', invoice_line_item: invoice.lines.data[0].id, amount: 200 }];
  const wanted = { invoice: invoice.id, lines, reason: 'order_change' };
  assert.equal((await stripe.creditNotes.preview(wanted)).total, 200);
  assert.equal((await stripe.creditNotes.listPreviewLineItems(wanted)).data[0].amount, 200);
  const note = await stripe.creditNotes.create(wanted);
  assert.equal((await stripe.invoices.retrieve(invoice.id)).amount_remaining, 500);
  assert.equal((await stripe.creditNotes.update(note.id, { memo: 'Sorry.' })).memo, 'Sorry.');
  assert.equal((await stripe.creditNotes.listLineItems(note.id)).data.length, 1);
  assert.equal((await stripe.creditNotes.voidCreditNote(note.id)).status, 'void');
  await waitFor(sandbox.events, 'credit_note.voided', note.id);
  assert.equal((await stripe.invoices.pay(invoice.id, { payment_method: 'pm_card_visa' })).amount_paid, 700);
});

test('money goes back of a paid invoice', async () => {
  const session = await subscribe(stripe, price);
  const params = { invoice: session.invoice, amount: 500, refund_amount: 200, credit_amount: 300 };
  const note = await stripe.creditNotes.create({ ...params, expand: ['refunds.refund', 'customer_balance_transaction'] });
  assert.deepEqual([note.refunds[0].refund.amount, note.customer_balance_transaction.amount], [200, -300]);
  const [booked] = (await stripe.customers.listBalanceTransactions(session.customer)).data;
  assert.equal((await stripe.customers.retrieveBalanceTransaction(session.customer, booked.id)).credit_note, note.id);
  assert.equal((await stripe.creditNotes.retrieve(note.id)).type, 'post_payment');
  assert.equal((await stripe.creditNotes.list({ invoice: session.invoice })).data.length, 1);
  await isRefused(stripe.creditNotes.create({ invoice: session.invoice, amount: 100 }), undefined);
});
