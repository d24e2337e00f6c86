"""Credit notes, and the customer's balance that they add to: every object, event and request is checked strictly."""

import pytest
import stripe

HOUR = 60 * 60


def open_invoice(sandbox, timed_member):
    """The invoice of a renewal that the card refused."""
    v1 = sandbox.client.v1
    session, move = timed_member(card="4000000000000341")
    end = sandbox.call(v1.subscriptions.retrieve, session.subscription)["items"].data[0].current_period_end
    move(end + HOUR)
    return sandbox.call(v1.subscriptions.retrieve, session.subscription, params={"expand": ["latest_invoice"]}).latest_invoice


def test_less_is_owed_of_an_open_invoice(sandbox, timed_member):
    v1 = sandbox.client.v1
    invoice = open_invoice(sandbox, timed_member)
    line = {"type": "invoice_line_item", "invoice_line_item": invoice.lines.data[0].id, "amount": 200}
    wanted = {"invoice": invoice.id, "lines": [line], "reason": "order_change", "memo": "Two weeks were missing.", "metadata": {"by": "desk"}}
    shown = sandbox.call(v1.credit_notes.preview, params=wanted)
    assert sandbox.call(v1.credit_notes.preview_lines.list, params=wanted).data[0].amount == shown.amount == 200
    note = sandbox.call(v1.credit_notes.create, params=wanted)
    assert (note.type, note.pre_payment_amount, note.number) == ("pre_payment", 200, f"{invoice.number}-CN-01")
    assert sandbox.call(v1.credit_notes.line_items.list, note.id).data[0].invoice_line_item == invoice.lines.data[0].id
    less = sandbox.call(v1.invoices.retrieve, invoice.id)
    assert (less.amount_remaining, less.pre_payment_credit_notes_amount) == (500, 200)
    assert sandbox.call(v1.credit_notes.update, note.id, params={"memo": "One week."}).memo == "One week."
    assert sandbox.call(v1.credit_notes.void_credit_note, note.id).status == "void"
    assert sandbox.call(v1.credit_notes.retrieve, note.id).voided_at
    assert sandbox.call(v1.invoices.retrieve, invoice.id).amount_remaining == 700
    for event in ("credit_note.created", "credit_note.updated", "credit_note.voided"):
        sandbox.mailbox.wait_for(event, note.id)
    custom = {"type": "custom_line_item", "description": "For the trouble", "unit_amount": 350, "quantity": 2}
    rest = sandbox.call(v1.credit_notes.create, params={"invoice": invoice.id, "lines": [custom]})
    assert sandbox.call(v1.invoices.retrieve, invoice.id).status == "paid"
    listed = sandbox.call(v1.credit_notes.list, params={"invoice": invoice.id, "limit": 1})
    assert listed.data[0].id == rest.id and [one.id for one in listed.auto_paging_iter()] == [rest.id, note.id]
    with pytest.raises(stripe.InvalidRequestError, match="while its invoice is open"):
        v1.credit_notes.void_credit_note(rest.id)


def test_money_goes_back_of_a_paid_invoice(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    params = {"invoice": session.invoice, "amount": 500, "refund_amount": 200, "credit_amount": 250, "out_of_band_amount": 50}
    expand = ["refunds.refund", "customer_balance_transaction", "invoice"]
    note = sandbox.call(v1.credit_notes.create, params={**params, "expand": expand})
    assert (note.type, note.post_payment_amount, note.out_of_band_amount) == ("post_payment", 500, 50)
    assert note.refunds[0].refund.amount == 200 and note.invoice.post_payment_credit_notes_amount == 500
    assert (note.customer_balance_transaction.amount, note.customer_balance_transaction.type) == (-250, "credit_note")
    sandbox.mailbox.wait_for("refund.created", note.refunds[0].refund.id)
    sandbox.mailbox.wait_for("customer.updated", session.customer)
    balance = v1.customers.balance_transactions
    booked = sandbox.call(balance.list, session.customer, params={"limit": 5, "expand": ["data.credit_note"]}).data[0]
    assert booked.credit_note.id == note.id
    assert sandbox.call(balance.retrieve, session.customer, booked.id).ending_balance == -250
    refund = sandbox.call(v1.refunds.create, params={"charge": note.refunds[0].refund.charge, "amount": 100})
    linked = sandbox.call(v1.credit_notes.create, params={"invoice": session.invoice, "amount": 100, "refunds": [{"refund": refund.id}]})
    assert linked.refunds[0].amount_refunded == 100
    with pytest.raises(stripe.InvalidRequestError, match="cannot exceed what is left"):
        v1.credit_notes.create({"invoice": session.invoice, "amount": 101, "credit_amount": 101})
    with pytest.raises(stripe.InvalidRequestError, match="must equal what is credited after payment"):
        v1.credit_notes.create({"invoice": session.invoice, "amount": 50})


def test_discount_and_tax_are_credited_in_part(sandbox, open_session):
    v1 = sandbox.client.v1
    coupon = sandbox.call(v1.coupons.create, params={"percent_off": 50, "duration": "once"})
    session = open_session(automatic_tax={"enabled": True}, billing_address_collection="required", discounts=[{"coupon": coupon.id}])
    assert sandbox.pay(session, country="DE")[0] == 303
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["invoice"]})
    line = {"type": "invoice_line_item", "invoice_line_item": done.invoice.lines.data[0].id, "quantity": 1}
    expand = ["discount_amounts.discount", "lines.data.discount_amounts.discount"]
    params = {"invoice": done.invoice.id, "lines": [line], "refund_amount": 350, "expand": expand}
    note = sandbox.call(v1.credit_notes.create, params=params)
    assert (note.subtotal, note.discount_amount, note.total, note.total_taxes[0].amount) == (700, 350, 350, 56)
    assert note.discount_amounts[0].discount.source.coupon == coupon.id
