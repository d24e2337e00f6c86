"""Disputes: found, answered, staged, won, lost, given up; what they do to the charge and the balance."""

import pytest
import stripe

DAY = 24 * 60 * 60


@pytest.fixture
def disputed(sandbox, member):
    """A charge that its bank disputes, and the dispute."""

    def make():
        v1 = sandbox.client.v1
        session = member(card="4000000000000259")
        charge = sandbox.call(v1.charges.list, params={"customer": session.customer}).data[0]
        return charge, sandbox.call(v1.disputes.list, params={"charge": charge.id}).data[0]

    return make


def test_a_dispute_takes_the_money(sandbox, disputed):
    v1 = sandbox.client.v1
    charge, dispute = disputed()
    assert (dispute.amount, dispute.reason, dispute.status) == (700, "fraudulent", "needs_response")
    assert dispute.payment_method_details.card.case_type == "chargeback"
    whole = sandbox.call(v1.disputes.retrieve, dispute.id, params={"expand": ["charge", "payment_intent"]})
    assert whole.charge.disputed and whole.payment_intent.latest_charge == charge.id
    booked = whole.balance_transactions[0]
    assert (booked.amount, booked.fee, booked.reporting_category) == (-700, 1500, "dispute")
    assert sandbox.call(v1.balance_transactions.retrieve, booked.id).source == dispute.id
    for event in ("charge.dispute.created", "charge.dispute.funds_withdrawn"):
        sandbox.mailbox.wait_for(event, dispute.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"


def test_evidence_is_staged_handed_in_and_wins(sandbox, disputed):
    v1 = sandbox.client.v1
    _, dispute = disputed()
    words = {"customer_name": "Ada Reader", "product_description": "A newspaper", "service_date": "2026-11-01"}
    staged = sandbox.call(v1.disputes.update, dispute.id, params={"evidence": words, "submit": False, "metadata": {"by": "desk"}})
    assert (staged.status, staged.evidence_details.has_evidence, staged.metadata["by"]) == ("needs_response", True, "desk")
    assert staged.evidence_details.submission_count == 0 and staged.evidence.customer_name == "Ada Reader"
    cleared = sandbox.call(v1.disputes.update, dispute.id, params={"evidence": {"service_date": ""}, "submit": False})
    assert cleared.evidence.service_date is None
    seen = sandbox.call(v1.disputes.update, dispute.id, params={"submit": True, "evidence": {"access_activity_log": "Daily."}})
    assert (seen.status, seen.evidence_details.submission_count) == ("under_review", 1)
    won = sandbox.call(v1.disputes.update, dispute.id, params={"evidence": {"uncategorized_text": "winning_evidence"}})
    assert won.status == "won"
    assert [one.reporting_category for one in won.balance_transactions] == ["dispute", "dispute_reversal"]
    for event in ("charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated"):
        sandbox.mailbox.wait_for(event, dispute.id)
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "more"}})


def test_evidence_loses(sandbox, disputed):
    v1 = sandbox.client.v1
    _, dispute = disputed()
    lost = sandbox.call(v1.disputes.update, dispute.id, params={"evidence": {"uncategorized_text": "losing_evidence"}})
    assert lost.status == "lost" and len(lost.balance_transactions) == 1


def test_giving_up_loses(sandbox, disputed):
    v1 = sandbox.client.v1
    _, dispute = disputed()
    assert sandbox.call(v1.disputes.close, dispute.id).status == "lost"
    sandbox.mailbox.wait_for("charge.dispute.closed", dispute.id)
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        v1.disputes.close(dispute.id)


def test_saying_nothing_loses(sandbox, disputed):
    v1 = sandbox.client.v1
    _, dispute = disputed()
    sandbox.control("/_sandbox/clock/advance", to=dispute.evidence_details.due_by)
    over = sandbox.call(v1.disputes.retrieve, dispute.id)
    assert (over.status, over.evidence_details.past_due) == ("lost", True)


def test_disputes_are_listed_by_page_and_by_payment(sandbox, disputed, member):
    v1 = sandbox.client.v1
    made = [disputed()[1] for _ in range(3)][::-1]
    first = sandbox.call(v1.disputes.list, params={"limit": 2})
    assert [one.id for one in first.data] == [made[0].id, made[1].id] and first.has_more
    second = sandbox.call(v1.disputes.list, params={"limit": 2, "starting_after": first.data[-1].id})
    assert second.data[0].id == made[2].id
    back = sandbox.call(v1.disputes.list, params={"limit": 2, "ending_before": second.data[0].id})
    assert [one.id for one in back.data] == [made[0].id, made[1].id]
    assert made[2].id in [one.id for one in first.auto_paging_iter()]
    by_payment = sandbox.call(v1.disputes.list, params={"payment_intent": made[1].payment_intent})
    assert [one.id for one in by_payment.data] == [made[1].id]
    assert sandbox.call(v1.disputes.list, params={"created": {"gt": made[0].created + 2 * DAY}}).data == []
    with pytest.raises(stripe.InvalidRequestError) as missing:
        v1.disputes.retrieve("du_none")
    assert (missing.value.code, missing.value.http_status) == ("resource_missing", 404)


def test_a_dispute_for_another_reason(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    charge = sandbox.call(v1.charges.list, params={"customer": session.customer}).data[0]
    opened = sandbox.control("/_sandbox/disputes", charge=charge.id, reason="subscription_canceled")
    dispute = sandbox.call(v1.disputes.retrieve, opened["id"])
    assert (dispute.reason, dispute.network_reason_code) == ("subscription_canceled", "13.2")
    sandbox.control(f"/_sandbox/disputes/{dispute.id}/close", status="won")
    refund = sandbox.call(v1.refunds.create, params={"charge": charge.id, "amount": 100})
    assert sandbox.call(v1.refunds.update, refund.id, params={"metadata": {"a": "1"}}).metadata["a"] == "1"


def test_a_bank_warns_of_fraud(sandbox, member):
    v1 = sandbox.client.v1
    session = member(card="4000000000005423")
    charge = sandbox.call(v1.charges.list, params={"customer": session.customer}).data[0]
    warning = sandbox.call(v1.radar.early_fraud_warnings.list, params={"charge": charge.id, "limit": 1}).data[0]
    sandbox.mailbox.wait_for("radar.early_fraud_warning.created", warning.id)
    sandbox.call(v1.refunds.create, params={"charge": charge.id, "reason": "fraudulent"})
    params = {"expand": ["charge", "payment_intent"]}
    after = sandbox.call(v1.radar.early_fraud_warnings.retrieve, warning.id, params=params)
    assert (after.actionable, after.charge.refunded, after.payment_intent.id) == (False, True, charge.payment_intent)
    sandbox.mailbox.wait_for("radar.early_fraud_warning.updated", warning.id)
