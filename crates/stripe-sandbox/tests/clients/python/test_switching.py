"""Another plan, interval or quantity within a period: what is billed now, what later, and what a preview says of it."""

import pytest
import stripe

HOUR = 60 * 60


@pytest.fixture
def plans(sandbox):
    """Prices of one product: 15 a month, 3 a month, 70 a year."""
    product = sandbox.call(sandbox.client.v1.products.create, params={"name": "Plans"})

    def price(amount, interval):
        params = {"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": {"interval": interval}}
        return sandbox.call(sandbox.client.v1.prices.create, params=params).id

    return {"patron": price(1500, "month"), "small": price(300, "month"), "year": price(7000, "year")}


@pytest.fixture
def half_way(sandbox, timed_member):
    """A member of 7 a month, half of whose month is over: the subscription's id, its item, and what moves its clock."""
    session, move = timed_member()
    item = sandbox.call(sandbox.client.v1.subscriptions.retrieve, session.subscription)["items"].data[0]
    move((item.current_period_start + item.current_period_end) // 2)
    return session.subscription, item, move


@pytest.fixture
def switch(sandbox):
    def make(subscription, item, price, **more):
        params = {"items": [{"id": item.id, "price": price}], "expand": ["latest_invoice", "customer"], **more}
        return sandbox.call(sandbox.client.v1.subscriptions.update, subscription, params=params)

    return make


def renew(sandbox, item, move):
    """The next renewal's invoice, collected."""
    v1 = sandbox.client.v1
    move(item.current_period_end + HOUR)
    return sandbox.call(v1.subscriptions.retrieve, item.subscription, params={"expand": ["latest_invoice"]}).latest_invoice


def about(given, wanted):
    assert abs(given - wanted) <= 1, f"{given} is not about {wanted}"


def test_always_invoice_bills_the_difference_now(sandbox, half_way, plans, switch):
    subscription, item, move = half_way
    after = switch(subscription, item, plans["patron"], proration_behavior="always_invoice")
    invoice = after.latest_invoice
    assert (invoice.status, invoice.billing_reason, len(invoice.lines.data)) == ("paid", "subscription_update", 2)
    about(invoice.amount_paid, 400)
    assert after["items"].data[0].current_period_end == item.current_period_end
    sandbox.mailbox.wait_for("invoice.paid", invoice.id)
    assert [line.amount for line in renew(sandbox, item, move).lines.data] == [1500]


def test_always_invoice_of_a_cheaper_plan_is_a_credit(sandbox, half_way, plans, switch):
    v1 = sandbox.client.v1
    subscription, item, move = half_way
    after = switch(subscription, item, plans["small"], proration_behavior="always_invoice")
    about(after.latest_invoice.total, -200)
    assert after.customer.balance == after.latest_invoice.total and after.latest_invoice.amount_paid == 0
    booked = sandbox.call(v1.customers.balance_transactions.list, after.customer.id)
    assert booked.data[0].ending_balance == after.customer.balance
    assert renew(sandbox, item, move).amount_paid == 300 + after.latest_invoice.total


def test_create_prorations_waits_for_the_renewal(sandbox, half_way, plans, switch):
    v1 = sandbox.client.v1
    subscription, item, move = half_way
    before = sandbox.call(v1.subscriptions.retrieve, subscription)
    after = switch(subscription, item, plans["patron"], proration_behavior="create_prorations")
    assert after.latest_invoice.id == before.latest_invoice
    waiting = sandbox.call(v1.invoice_items.list, params={"customer": after.customer.id, "pending": True}).data
    assert [one.proration_details is not None for one in waiting] == [True, True]
    about(sum(one.amount for one in waiting), 400)
    assert sandbox.call(v1.invoice_items.retrieve, waiting[0].id).customer == after.customer.id
    sandbox.mailbox.wait_for("invoiceitem.created", waiting[0].id)
    shown = sandbox.call(v1.invoices.create_preview, params={"subscription": subscription})
    invoice = renew(sandbox, item, move)
    assert (invoice.total, len(invoice.lines.data)) == (shown.total, 3)
    about(invoice.amount_paid, 1900)


def test_what_waits_can_be_dropped(sandbox, half_way, plans, switch):
    v1 = sandbox.client.v1
    subscription, item, move = half_way
    customer = switch(subscription, item, plans["patron"]).customer.id
    for one in sandbox.call(v1.invoice_items.list, params={"customer": customer, "pending": True}).data:
        assert sandbox.call(v1.invoice_items.delete, one.id).deleted
    assert renew(sandbox, item, move).amount_paid == 1500


def test_none_bills_nothing_until_the_renewal(sandbox, half_way, plans, switch):
    subscription, item, move = half_way
    after = switch(subscription, item, plans["patron"], proration_behavior="none")
    assert after.latest_invoice.billing_reason == "subscription_create"
    assert sandbox.call(sandbox.client.v1.invoice_items.list, params={"customer": after.customer.id}).data == []
    assert [line.amount for line in renew(sandbox, item, move).lines.data] == [1500]


def test_from_month_to_year_and_back(sandbox, half_way, plans, switch, price):
    v1 = sandbox.client.v1
    subscription, item, _ = half_way
    details = {"items": [{"id": item.id, "price": plans["year"]}], "proration_behavior": "always_invoice"}
    shown = sandbox.call(v1.invoices.create_preview, params={"subscription": subscription, "subscription_details": details})
    year = switch(subscription, item, plans["year"], proration_behavior="always_invoice")
    about(year.latest_invoice.amount_paid, 6650)
    about(year.latest_invoice.amount_paid, shown.amount_due)
    yearly = year["items"].data[0]
    assert yearly.current_period_start == year.billing_cycle_anchor > item.current_period_start
    assert yearly.current_period_end - yearly.current_period_start > 364 * 24 * HOUR
    month = switch(subscription, item, price.id, proration_behavior="none")
    assert month.latest_invoice.amount_paid == 700 and month["items"].data[0].price.id == price.id
    again = switch(subscription, item, plans["year"], proration_behavior="none")
    back = switch(subscription, item, price.id, proration_behavior="create_prorations")
    about(back.latest_invoice.total, 700 - 7000)
    assert back.customer.balance == back.latest_invoice.total and again.latest_invoice.amount_paid == 7000


def test_items_come_go_and_change(sandbox, half_way, plans):
    v1 = sandbox.client.v1
    subscription, item, _ = half_way
    added = sandbox.call(v1.subscription_items.create, params={"subscription": subscription, "price": plans["patron"], "proration_behavior": "none"})
    doubled = sandbox.call(v1.subscription_items.update, item.id, params={"quantity": 2, "proration_behavior": "always_invoice"})
    assert doubled.quantity == 2
    about(sandbox.call(v1.invoices.list, params={"subscription": subscription, "limit": 1}).data[0].amount_paid, 350)
    assert sandbox.call(v1.subscription_items.delete, added.id, params={"proration_behavior": "none"}).deleted
    with pytest.raises(stripe.InvalidRequestError, match="at least one active plan"):
        v1.subscription_items.delete(item.id)


def test_a_new_anchor_begins_a_new_period(sandbox, half_way):
    subscription, item, _ = half_way
    params = {"billing_cycle_anchor": {"type": "now"}, "proration_behavior": "create_prorations", "expand": ["latest_invoice"]}
    after = sandbox.call(sandbox.client.v1.subscriptions.update, subscription, params=params)
    about(after.latest_invoice.amount_paid, 350)
    assert after["items"].data[0].current_period_start == after.billing_cycle_anchor > item.current_period_start


def test_a_card_that_refuses_the_difference(sandbox, half_way, plans, switch):
    v1 = sandbox.client.v1
    subscription, item, _ = half_way
    sandbox.call(v1.subscriptions.update, subscription, params={"default_payment_method": "pm_card_chargeDeclined"})
    params = {"items": [{"id": item.id, "price": plans["patron"]}], "proration_behavior": "always_invoice"}
    with pytest.raises(stripe.CardError) as declined:
        v1.subscriptions.update(subscription, {**params, "payment_behavior": "error_if_incomplete"})
    assert declined.value.code == "card_declined"
    assert sandbox.call(v1.subscriptions.retrieve, subscription)["items"].data[0].price.unit_amount == 700
    owed = switch(subscription, item, plans["patron"], proration_behavior="always_invoice", payment_behavior="default_incomplete")
    assert (owed.status, owed.latest_invoice.status, owed.latest_invoice.attempted) == ("past_due", "open", False)
    assert sandbox.call(v1.invoices.mark_uncollectible, owed.latest_invoice.id).status == "uncollectible"
