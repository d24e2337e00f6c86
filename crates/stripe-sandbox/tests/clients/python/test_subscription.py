"""The life of a subscription: checkout, renewal, failure, cancelling, refunds."""

import pytest
import stripe

DAY = 24 * 60 * 60


def test_checkout_to_money(sandbox, member, price):
    v1 = sandbox.client.v1
    session = member(customer_email="ada@example.com")
    assert (session.status, session.payment_status, session.client_reference_id) == ("complete", "paid", "ref-1")
    assert session.url is None and session.customer_details.email == "ada@example.com"
    expand = ["latest_invoice.payments.data.payment.payment_intent", "customer", "default_payment_method"]
    subscription = sandbox.call(v1.subscriptions.retrieve, session.subscription, params={"expand": expand})
    assert subscription.status == "active" and subscription.metadata["b"] == "2"
    assert subscription.default_payment_method.card.last4 == "4242"
    item = subscription["items"].data[0]
    assert item.price.id == price.id and item.current_period_end > item.current_period_start
    invoice = subscription.latest_invoice
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 700, "subscription_create")
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata["b"] == "2"
    line = invoice.lines.data[0]
    assert (line.period.start, line.period.end) == (item.current_period_start, item.current_period_end)
    intent = invoice.payments.data[0].payment.payment_intent
    assert intent.status == "succeeded"
    charge = sandbox.call(v1.charges.retrieve, intent.latest_charge, params={"expand": ["balance_transaction", "customer"]})
    assert charge.paid and charge.customer.id == subscription.customer.id
    booked = charge.balance_transaction
    assert (booked.amount, booked.fee, booked.net) == (700, 36, 664)
    for event, about in [
        ("checkout.session.completed", session.id),
        ("customer.created", session.customer),
        ("customer.subscription.created", subscription.id),
        ("customer.subscription.updated", subscription.id),
        ("invoice.created", invoice.id),
        ("invoice.finalized", invoice.id),
        ("invoice.updated", invoice.id),
        ("invoice.paid", invoice.id),
        ("invoice.payment_succeeded", invoice.id),
        ("invoice_payment.paid", invoice.payments.data[0].id),
        ("payment_intent.created", intent.id),
        ("payment_intent.succeeded", intent.id),
        ("charge.succeeded", charge.id),
        ("payment_method.attached", subscription.default_payment_method.id),
    ]:
        sandbox.mailbox.wait_for(event, about)


def test_every_list_about_a_payment(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    customer = session.customer
    assert [one.id for one in sandbox.call(v1.subscriptions.list, params={"customer": customer, "status": "all"}).data] == [session.subscription]
    invoices = sandbox.call(v1.invoices.list, params={"subscription": session.subscription, "expand": ["data.payments"]})
    assert [one.id for one in invoices.data] == [session.invoice]
    payments = sandbox.call(v1.invoice_payments.list, params={"invoice": session.invoice})
    assert payments.data[0].status == "paid"
    assert sandbox.call(v1.invoice_payments.retrieve, payments.data[0].id).amount_paid == 700
    intents = sandbox.call(v1.payment_intents.list, params={"customer": customer})
    assert intents.data[0].id == payments.data[0].payment.payment_intent
    assert sandbox.call(v1.payment_intents.retrieve, intents.data[0].id).amount_received == 700
    charges = sandbox.call(v1.charges.list, params={"customer": customer, "expand": ["data.balance_transaction"]})
    booked = sandbox.call(v1.balance_transactions.list, params={"source": charges.data[0].id, "expand": ["data.source"]})
    assert booked.data[0].source.id == charges.data[0].id
    assert sandbox.call(v1.balance_transactions.retrieve, booked.data[0].id).net == 664
    assert sandbox.call(v1.payment_methods.list, params={"customer": customer, "type": "card"}).data[0].card.last4 == "4242"
    lines = sandbox.call(v1.checkout.sessions.line_items.list, session.id)
    assert lines.data[0].amount_total == 700 and lines.data[0].description == "Supporter"
    assert sandbox.call(v1.checkout.sessions.list, params={"subscription": session.subscription}).data[0].id == session.id
    items = sandbox.call(v1.subscription_items.list, params={"subscription": session.subscription})
    assert sandbox.call(v1.subscription_items.retrieve, items.data[0].id).subscription == session.subscription
    assert sandbox.call(v1.invoices.line_items.list, session.invoice).data[0].subscription == session.subscription
    found = sandbox.call(v1.customers.retrieve, customer, params={"expand": ["subscriptions"]})
    assert found.subscriptions.data[0].id == session.subscription


def test_a_declined_card_leaves_the_session_open(sandbox, open_session):
    session = open_session(customer_email="no@example.com")
    for number, sentence in [("4000000000000002", "Your card was declined."), ("4000000000009995", "insufficient funds")]:
        status, body, _ = sandbox.pay(session, number, name="Kept Name")
        assert status == 402 and sentence in body and "Nothing was taken" in body
        assert "Kept Name" in body and number not in body
    again = sandbox.call(sandbox.client.v1.checkout.sessions.retrieve, session.id)
    assert (again.status, again.payment_status, again.subscription, again.customer) == ("open", "unpaid", None, None)
    assert sandbox.pay(session, "1234")[0] == 422
    assert sandbox.pay(session)[0] == 303


def test_authentication_is_asked_for(sandbox, open_session):
    session = open_session()
    status, _, headers = sandbox.pay(session, "4000002500003155")
    assert status == 303 and headers["location"].endswith("/authenticate")
    address = sandbox.url + headers["location"]
    assert sandbox.submit(address, outcome="fail")[0] == 402
    assert sandbox.pay(session, "4000002500003155")[0] == 303
    status, _, headers = sandbox.submit(address, outcome="approve")
    assert status == 303 and headers["location"] == f"http://127.0.0.1:9/welcome?s={session.id}"
    assert sandbox.call(sandbox.client.v1.checkout.sessions.retrieve, session.id).payment_status == "paid"


def test_a_renewal_comes_when_the_clock_gets_there(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    end = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_end
    sandbox.control("/_sandbox/clock/advance", to=end)
    draft = sandbox.call(v1.invoices.list, params={"subscription": session.subscription, "status": "draft"}).data[0]
    assert draft.billing_reason == "subscription_cycle" and draft.created == end
    sandbox.control("/_sandbox/clock/advance", seconds=3600)
    paid = sandbox.call(v1.invoices.retrieve, draft.id)
    assert paid.status == "paid" and paid.status_transitions.paid_at == end + 3600
    sandbox.mailbox.wait_for("invoice.paid", draft.id)
    item = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0]
    assert item.current_period_start == end


def test_a_failing_renewal_ends_the_subscription_at_last(sandbox, member):
    v1 = sandbox.client.v1
    session = member(card="4000000000000341")
    end = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_end
    sandbox.control("/_sandbox/clock/advance", to=end + 3600)
    subscription = sandbox.call(v1.subscriptions.retrieve, session.subscription)
    assert subscription.status == "past_due"
    invoice = sandbox.call(v1.invoices.retrieve, subscription.latest_invoice)
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == ("open", 1, end + 3600 + 3 * DAY)
    sandbox.mailbox.wait_for("invoice.payment_failed", invoice.id)
    with pytest.raises(stripe.CardError) as declined:
        v1.invoices.pay(invoice.id)
    assert (declined.value.code, declined.value.http_status) == ("card_declined", 402)
    sandbox.control("/_sandbox/clock/advance", to=end + 3600 + 16 * DAY)
    ended = sandbox.call(v1.subscriptions.retrieve, session.subscription)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    sandbox.mailbox.wait_for("customer.subscription.deleted", session.subscription)


def test_a_failed_renewal_is_paid_by_another_card(sandbox, member):
    v1 = sandbox.client.v1
    session = member(card="4000000000000341")
    end = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_end
    sandbox.control("/_sandbox/clock/advance", to=end + 3600)
    card = sandbox.call(v1.payment_methods.attach, "pm_card_visa", params={"customer": session.customer})
    invoice = sandbox.call(v1.subscriptions.retrieve, session.subscription).latest_invoice
    assert sandbox.call(v1.invoices.pay, invoice, params={"payment_method": card.id}).status == "paid"
    assert sandbox.call(v1.subscriptions.retrieve, session.subscription).status == "active"


def test_cancelling_at_the_end_and_taking_it_back(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    end = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_end
    cancelled = sandbox.call(v1.subscriptions.update, session.subscription, params={"cancel_at_period_end": True})
    assert cancelled.cancel_at == end and cancelled.canceled_at
    event = sandbox.mailbox.wait_for("customer.subscription.updated", session.subscription)
    resumed = sandbox.call(v1.subscriptions.update, session.subscription, params={"cancel_at_period_end": False, "metadata": {"c": "3"}})
    assert (resumed.cancel_at, resumed.canceled_at, resumed.metadata.to_dict()) == (None, None, {"b": "2", "c": "3"})
    sandbox.call(v1.subscriptions.update, session.subscription, params={"cancel_at_period_end": True})
    sandbox.control("/_sandbox/clock/advance", to=end)
    ended = sandbox.call(v1.subscriptions.retrieve, session.subscription)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert event.api_version == "2026-09-30.endive"


def test_cancelling_now(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    params = {"cancellation_details": {"comment": "moved", "feedback": "other"}}
    ended = sandbox.call(v1.subscriptions.cancel, session.subscription, params=params)
    assert (ended.status, ended.cancellation_details.comment) == ("canceled", "moved")
    assert sandbox.call(v1.subscriptions.list, params={"customer": session.customer}).data == []
    assert len(sandbox.call(v1.subscriptions.list, params={"customer": session.customer, "status": "ended"}).data) == 1
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.subscriptions.cancel(session.subscription)
    assert missing.value.http_status == 404


def test_refunds_in_part_and_in_full(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    intent = sandbox.call(v1.payment_intents.list, params={"customer": session.customer}).data[0]
    part = sandbox.call(v1.refunds.create, params={"payment_intent": intent.id, "amount": 200, "metadata": {"why": "late"}})
    charge = sandbox.call(v1.charges.retrieve, intent.latest_charge, params={"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded, charge.refunds.data[0].id) == (200, False, part.id)
    sandbox.mailbox.wait_for("refund.created", part.id)
    sandbox.mailbox.wait_for("charge.refunded", charge.id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        v1.refunds.create({"charge": charge.id, "amount": 600})
    rest = sandbox.call(v1.refunds.create, params={"charge": charge.id, "reason": "requested_by_customer", "expand": ["balance_transaction"]})
    assert (rest.amount, rest.balance_transaction.amount, rest.balance_transaction.fee) == (500, -500, 0)
    assert sandbox.call(v1.charges.retrieve, charge.id).refunded
    assert len(sandbox.call(v1.refunds.list, params={"charge": charge.id}).data) == 2
    assert sandbox.call(v1.refunds.retrieve, part.id).amount == 200
    with pytest.raises(stripe.InvalidRequestError) as twice:
        v1.refunds.create({"charge": charge.id})
    assert twice.value.code == "charge_already_refunded"


def test_the_portal_cancels_and_keeps(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    portal = sandbox.call(v1.billing_portal.sessions.create, params={"customer": session.customer, "return_url": "http://127.0.0.1:9/account"})
    assert sandbox.submit(f"{portal.url}/cancel/{session.subscription}")[0] == 303
    assert sandbox.call(v1.subscriptions.retrieve, session.subscription).cancel_at_period_end
    assert sandbox.submit(f"{portal.url}/resume/{session.subscription}")[0] == 303
    assert not sandbox.call(v1.subscriptions.retrieve, session.subscription).cancel_at_period_end
    configuration = sandbox.call(v1.billing_portal.configurations.list, params={"is_default": True}).data[0]
    assert portal.configuration == configuration.id


def test_a_session_expires(sandbox, open_session):
    v1 = sandbox.client.v1
    first, second = open_session(), open_session()
    assert sandbox.call(v1.checkout.sessions.expire, first.id).status == "expired"
    sandbox.mailbox.wait_for("checkout.session.expired", first.id)
    sandbox.control("/_sandbox/clock/advance", to=second.expires_at)
    assert sandbox.call(v1.checkout.sessions.retrieve, second.id).status == "expired"
    sandbox.mailbox.wait_for("checkout.session.expired", second.id)
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status"):
        v1.checkout.sessions.expire(first.id)


def test_a_one_time_payment(sandbox):
    v1 = sandbox.client.v1
    params = {
        "mode": "payment",
        "line_items": [{"price_data": {"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Gift"}}, "quantity": 2}],
        "success_url": "http://127.0.0.1:9/thanks",
        "payment_intent_data": {"metadata": {"gift": "yes"}},
    }
    session = sandbox.call(v1.checkout.sessions.create, params=params)
    assert sandbox.pay(session)[0] == 303
    paid = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["payment_intent", "line_items"]})
    assert (paid.payment_status, paid.customer, paid.payment_intent.amount) == ("paid", None, 5000)
    assert paid.payment_intent.metadata["gift"] == "yes" and paid.line_items.data[0].quantity == 2
