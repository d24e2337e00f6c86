"""What is sold besides plain subscriptions, and paid by other means than cards: every object and event is checked strictly."""

import pytest
import stripe

DAY = 24 * 60 * 60


@pytest.fixture
def coupon(sandbox):
    def make(**params):
        return sandbox.call(sandbox.client.v1.coupons.create, params=params)

    return make


def test_coupons_and_promotion_codes(sandbox, coupon, open_session):
    v1 = sandbox.client.v1
    made = coupon(percent_off=25, duration="repeating", duration_in_months=2, name="Spring", metadata={"a": "1"})
    assert made.valid and made.percent_off == 25
    changed = sandbox.call(v1.coupons.update, made.id, params={"name": "Summer"})
    assert sandbox.call(v1.coupons.retrieve, made.id).name == changed.name == "Summer"
    assert made.id in [one.id for one in sandbox.call(v1.coupons.list).data]
    restrictions = {"first_time_transaction": True, "minimum_amount": 500, "minimum_amount_currency": "eur"}
    params = {"promotion": {"type": "coupon", "coupon": made.id}, "code": "SUMMER", "max_redemptions": 1, "restrictions": restrictions}
    code = sandbox.call(v1.promotion_codes.create, params=params)
    assert code.restrictions.minimum_amount == 500
    assert sandbox.call(v1.promotion_codes.list, params={"code": "SUMMER", "active": True}).data[0].id == code.id
    sandbox.call(v1.promotion_codes.update, code.id, params={"metadata": {"b": "2"}})
    session = open_session(allow_promotion_codes=True)
    status, body, _ = sandbox.pay(session, code="summer", shown="700")
    assert status == 200, body  # the sum of the page was another one
    assert sandbox.pay(session, code="summer", shown="525")[0] == 303
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["discounts", "invoice", "line_items"]})
    assert (done.amount_total, done.discounts[0].promotion_code, done.total_details.amount_discount) == (525, code.id, 175)
    expand = ["discounts", "discounts.promotion_code", "latest_invoice.discounts"]
    subscription = sandbox.call(v1.subscriptions.retrieve, done.subscription, params={"expand": expand})
    assert subscription.discounts[0].source.coupon == made.id and subscription.discounts[0].promotion_code.id == code.id
    invoice = subscription.latest_invoice
    assert (invoice.subtotal, invoice.total, invoice.total_discount_amounts[0].amount) == (700, 525, 175)
    assert invoice.lines.data[0].discount_amounts[0].discount == subscription.discounts[0].id
    assert not sandbox.call(v1.promotion_codes.retrieve, code.id).active
    for event, about in [
        ("coupon.created", made.id),
        ("coupon.updated", made.id),
        ("promotion_code.created", code.id),
        ("promotion_code.updated", code.id),
        ("customer.discount.created", subscription.discounts[0].id),
    ]:
        sandbox.mailbox.wait_for(event, about)
    assert sandbox.call(v1.coupons.delete, made.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as gone:
        v1.checkout.sessions.create({**session_params(subscription), "discounts": [{"coupon": made.id}]})
    assert (gone.value.code, gone.value.param) == ("resource_missing", "discounts[0][coupon]")


def session_params(subscription):
    price = subscription["items"].data[0].price.id
    return {"mode": "subscription", "line_items": [{"price": price, "quantity": 1}], "success_url": "http://127.0.0.1:9/"}


def test_discounts_by_the_api(sandbox, coupon, member):
    v1 = sandbox.client.v1
    session = member()
    off = coupon(amount_off=200, currency="eur", duration="forever")
    params = {"discounts": [{"coupon": off.id}], "expand": ["discounts"]}
    assert sandbox.call(v1.subscriptions.update, session.subscription, params=params).discounts[0].source.coupon == off.id
    taken = sandbox.call(v1.subscriptions.update, session.subscription, params={"discounts": ""})
    assert taken.discounts == []


def test_a_bank_debit_settles_days_later(sandbox, open_session):
    v1 = sandbox.client.v1
    session = open_session(allowed_payment_method_types=["sepa_debit"])
    typed = {"pay_by": "sepa_debit", "iban": "DE89370400440532013000", "name": "Ada", "email": "ada@example.com"}
    assert sandbox.submit(session.url, **typed)[0] == 303
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["invoice.payments"]})
    assert (done.status, done.payment_status) == ("complete", "unpaid")
    intent = sandbox.call(v1.payment_intents.retrieve, done.invoice.payments.data[0].payment.payment_intent, params={"expand": ["latest_charge", "payment_method"]})
    assert (intent.status, intent.latest_charge.status, intent.payment_method.type) == ("processing", "pending", "sepa_debit")
    mandate = sandbox.call(v1.mandates.retrieve, intent.latest_charge.payment_method_details.sepa_debit.mandate)
    assert mandate.payment_method == intent.payment_method.id
    assert sandbox.call(v1.payment_methods.list, params={"customer": done.customer, "type": "sepa_debit"}).data[0].id == intent.payment_method.id
    sandbox.mailbox.wait_for("payment_intent.processing", intent.id)
    sandbox.mailbox.wait_for("charge.pending", intent.latest_charge.id)
    sandbox.control("/_sandbox/clock/advance", seconds=3 * DAY)
    sandbox.mailbox.wait_for("checkout.session.async_payment_succeeded", session.id)
    assert sandbox.call(v1.charges.retrieve, intent.latest_charge.id, params={"expand": ["balance_transaction"]}).balance_transaction.amount == 700
    refund = sandbox.call(v1.refunds.create, params={"payment_intent": intent.id, "amount": 100})
    sandbox.mailbox.wait_for("refund.created", refund.id)


def test_a_bank_debit_fails_days_later(sandbox, open_session):
    v1 = sandbox.client.v1
    session = open_session()
    typed = {"pay_by": "sepa_debit", "iban": "DE62370400440532013001", "name": "Ada", "email": "ada@example.com"}
    assert sandbox.submit(session.url, **typed)[0] == 303
    sandbox.control("/_sandbox/clock/advance", seconds=3 * DAY)
    sandbox.mailbox.wait_for("checkout.session.async_payment_failed", session.id)
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["subscription", "invoice"]})
    assert (done.payment_status, done.subscription.status, done.invoice.status) == ("unpaid", "past_due", "open")
    sandbox.mailbox.wait_for("invoice.payment_failed", done.invoice.id)


def test_an_own_amount_with_its_invoice(sandbox):
    v1 = sandbox.client.v1
    own = {"enabled": True, "minimum": 500, "maximum": 100000, "preset": 2000}
    price = sandbox.call(v1.prices.create, params={"product_data": {"name": "Gift"}, "currency": "eur", "custom_unit_amount": own})
    assert price.unit_amount is None and price.custom_unit_amount.preset == 2000
    params = {
        "mode": "payment",
        "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": "http://127.0.0.1:9/thanks",
        "invoice_creation": {"enabled": True, "invoice_data": {"description": "A gift", "metadata": {"kind": "gift"}}},
        "payment_intent_data": {"metadata": {"gift": "yes"}},
    }
    session = sandbox.call(v1.checkout.sessions.create, params=params)
    assert sandbox.pay(session, amount="12.50")[0] == 303
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["invoice.payments", "customer", "payment_intent"]})
    assert (done.amount_total, done.payment_intent.amount_received, done.invoice.amount_paid) == (1250, 1250, 1250)
    assert done.invoice.customer == done.customer.id and done.invoice.metadata["kind"] == "gift"
    sandbox.mailbox.wait_for("invoice.paid", done.invoice.id)


def test_tax_by_country_and_vat_id(sandbox, open_session):
    v1 = sandbox.client.v1
    session = open_session(automatic_tax={"enabled": True}, tax_id_collection={"enabled": True}, billing_address_collection="required")
    assert sandbox.pay(session, country="DE")[0] == 303
    done = sandbox.call(v1.checkout.sessions.retrieve, session.id, params={"expand": ["invoice", "line_items"]})
    tax = done.invoice.total_taxes[0]
    assert (done.total_details.amount_tax, tax.amount, tax.taxable_amount) == (112, 112, 588)
    rate = sandbox.call(v1.tax_rates.retrieve, tax.tax_rate_details.tax_rate)
    assert (rate.percentage, rate.country) == (19, "DE") and rate.id in [one.id for one in sandbox.call(v1.tax_rates.list).data]
    tax_ids = v1.customers.tax_ids
    made = sandbox.call(tax_ids.create, done.customer, params={"type": "eu_vat", "value": "FR12345678901"})
    assert sandbox.call(tax_ids.list, done.customer).data[0].id == made.id
    assert sandbox.call(tax_ids.retrieve, done.customer, made.id).value == "FR12345678901"
    sandbox.mailbox.wait_for("customer.tax_id.created", made.id)
    assert sandbox.call(tax_ids.delete, done.customer, made.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        tax_ids.create(done.customer, {"type": "eu_vat", "value": "nothing"})
    assert wrong.value.code == "tax_id_invalid"
    preview = sandbox.call(v1.invoices.create_preview, params={"subscription": done.subscription})
    assert preview.total_taxes[0].amount == 112
