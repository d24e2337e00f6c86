"""Trials and standstills: how a subscription begins without paying, stands still, and goes on."""

import pytest
import stripe

HOUR = 60 * 60
DAY = 24 * HOUR


def test_a_trial_starts_in_a_running_subscription(sandbox, timed_member):
    v1 = sandbox.client.v1
    session, move = timed_member()
    start = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_start
    params = {"trial_end": start + 20 * DAY, "proration_behavior": "none", "expand": ["latest_invoice"]}
    trial = sandbox.call(v1.subscriptions.update, session.subscription, params=params)
    assert (trial.status, trial.billing_cycle_anchor, trial.latest_invoice.total) == ("trialing", start + 20 * DAY, 0)
    move(trial.trial_end - 3 * DAY)
    sandbox.mailbox.wait_for("customer.subscription.trial_will_end", trial.id)
    running = sandbox.call(v1.subscriptions.update, trial.id, params={"trial_end": "now", "expand": ["latest_invoice"]})
    assert (running.status, running.latest_invoice.amount_paid) == ("active", 700)


def test_a_standstill_ends_at_the_old_anchor(sandbox, timed_member):
    v1 = sandbox.client.v1
    session, move = timed_member()
    before = sandbox.call(v1.subscriptions.retrieve, session.subscription)
    params = {"type": "subscription", "bill_for": {"unused_time_from": {"type": "now"}}, "invoicing_behavior": "invoice"}
    paused = sandbox.call(v1.subscriptions.pause, session.subscription, params=params)
    assert paused.status == "paused"
    sandbox.mailbox.wait_for("customer.subscription.paused", paused.id)
    move(before["items"].data[0].current_period_end + 15 * DAY)
    params = {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "always_invoice", "expand": ["latest_invoice"]}
    running = sandbox.call(v1.subscriptions.resume, session.subscription, params=params)
    assert (running.status, running.billing_cycle_anchor) == ("active", before.billing_cycle_anchor)
    assert running["items"].data[0].current_period_start == before["items"].data[0].current_period_end
    assert 0 < running.latest_invoice.total < 700 and running.latest_invoice.lines.data[0].parent.subscription_item_details.proration
    sandbox.mailbox.wait_for("customer.subscription.resumed", running.id)
    with pytest.raises(stripe.InvalidRequestError, match="Only a paused subscription"):
        v1.subscriptions.resume(session.subscription)


def test_collection_pauses(sandbox, timed_member):
    v1 = sandbox.client.v1
    session, move = timed_member()
    paused = sandbox.call(v1.subscriptions.update, session.subscription, params={"pause_collection": {"behavior": "void"}})
    assert (paused.status, paused.pause_collection.behavior) == ("active", "void")
    move(paused["items"].data[0].current_period_end + HOUR)
    renewed = sandbox.call(v1.subscriptions.retrieve, paused.id, params={"expand": ["latest_invoice"]})
    assert renewed.latest_invoice.status == "void"
    assert sandbox.call(v1.subscriptions.update, paused.id, params={"pause_collection": ""}).pause_collection is None


def test_clocks_are_listed_and_deleted(sandbox):
    clocks = sandbox.client.v1.test_helpers.test_clocks
    made = sandbox.call(clocks.create, params={"frozen_time": 1_800_000_000, "name": "Next year"})
    customer = sandbox.call(sandbox.client.v1.customers.create, params={"email": "c@example.com", "test_clock": made.id})
    assert customer.test_clock == made.id
    assert sandbox.call(clocks.retrieve, made.id).frozen_time == 1_800_000_000
    assert made.id in [one.id for one in sandbox.call(clocks.list, params={"limit": 3}).data]
    assert sandbox.call(clocks.delete, made.id).deleted
