"""Changes that hold only once their invoice is paid."""

import pytest
import stripe


@pytest.fixture
def patron(sandbox):
    product = sandbox.call(sandbox.client.v1.products.create, params={"name": "Patron"})
    params = {"product": product.id, "currency": "eur", "unit_amount": 1500, "recurring": {"interval": "month"}}
    return sandbox.call(sandbox.client.v1.prices.create, params=params)


@pytest.fixture
def waiting(sandbox, timed_member, patron):
    """A subscription whose change waits for a card that pays, and what moves its clock."""
    v1 = sandbox.client.v1
    session, move = timed_member(card="4000000000000341")
    item = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0]
    move((item.current_period_start + item.current_period_end) // 2)
    params = {
        "items": [{"id": item.id, "price": patron.id}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
        "metadata": {"plan": "patron"},
        "cancel_at_period_end": True,
        "expand": ["latest_invoice"],
    }
    return sandbox.call(v1.subscriptions.update, session.subscription, params=params), move


def test_it_waits_and_is_applied(sandbox, waiting, patron):
    v1 = sandbox.client.v1
    waiting, _ = waiting
    pending = waiting.pending_update
    assert waiting["items"].data[0].price.unit_amount == 700 and waiting.status == "active"
    assert pending.subscription_items[0].price.id == patron.id and pending.metadata["plan"] == "patron"
    assert pending.cancel_at_period_end and waiting.latest_invoice.status == "open"
    sandbox.call(v1.invoices.pay, waiting.latest_invoice.id, params={"payment_method": "pm_card_visa"})
    after = sandbox.call(v1.subscriptions.retrieve, waiting.id)
    assert (after["items"].data[0].price.id, after.pending_update, after.metadata["plan"]) == (patron.id, None, "patron")
    sandbox.mailbox.wait_for("customer.subscription.pending_update_applied", waiting.id)


def test_it_lapses_with_its_invoice(sandbox, waiting):
    v1 = sandbox.client.v1
    waiting, move = waiting
    move(waiting.pending_update.expires_at)
    after = sandbox.call(v1.subscriptions.retrieve, waiting.id, params={"expand": ["latest_invoice"]})
    assert (after.pending_update, after.latest_invoice.status) == (None, "void")
    assert after["items"].data[0].price.unit_amount == 700
    sandbox.mailbox.wait_for("customer.subscription.pending_update_expired", waiting.id)


def test_only_some_parameters_can_wait(sandbox, waiting):
    params = {"payment_behavior": "pending_if_incomplete", "description": "More"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.client.v1.subscriptions.update(waiting[0].id, params)
    assert refused.value.param == "description"
