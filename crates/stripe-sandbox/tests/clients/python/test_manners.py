"""Errors by class and code, idempotent replay, expansion, events."""

import json

import pytest
import stripe

from conftest import KEY


def refused(call):
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value


def test_errors_have_their_class_status_code_and_parameter(sandbox):
    v1 = sandbox.client.v1
    cases = [
        (lambda: v1.customers.retrieve("cus_none"), 404, "resource_missing", "id"),
        (lambda: v1.customers.create({"colour": "red"}), 400, "parameter_unknown", "colour"),
        (lambda: v1.prices.create({"unit_amount": 1}), 400, "parameter_missing", "currency"),
        (lambda: v1.customers.list({"limit": 0}), 400, "parameter_invalid_integer", "limit"),
        (lambda: v1.customers.list({"limit": "x"}), 400, "parameter_invalid_integer", "limit"),
        (lambda: v1.customers.create({"email": "nobody"}), 400, "email_invalid", "email"),
        (lambda: v1.customers.list({"starting_after": "cus_none"}), 400, "resource_missing", "starting_after"),
        (lambda: v1.refunds.create({"charge": "ch_none"}), 400, "resource_missing", "charge"),
        (lambda: v1.products.create({"name": ""}), 400, "parameter_invalid_empty", "name"),
        (lambda: v1.customers.create({"invoice_settings": {"shade": "1"}}), 400, "parameter_unknown", "invoice_settings[shade]"),
        (lambda: v1.checkout.sessions.create({"mode": "subscription", "success_url": "http://a.example/"}), 400, "parameter_missing", "line_items"),
    ]
    for call, status, code, param in cases:
        error = refused(call)
        assert isinstance(error, stripe.InvalidRequestError), error
        assert (error.http_status, error.code, error.param) == (status, code, param), error
        assert error.request_id.startswith("req_") and error.error.type == "invalid_request_error"


def test_a_wrong_key_is_refused(sandbox):
    client = stripe.StripeClient("sk_test_wrong", base_addresses={"api": sandbox.url})
    error = refused(lambda: client.v1.customers.list())
    assert isinstance(error, stripe.AuthenticationError) and error.http_status == 401
    assert "sk_test_wrong" not in str(error)


def test_another_version_is_refused(sandbox):
    client = stripe.StripeClient(KEY, base_addresses={"api": sandbox.url}, stripe_version="2020-08-27")
    assert "2020-08-27" in str(refused(lambda: client.v1.customers.list()))


def test_the_same_key_gives_the_same_answer(sandbox):
    customers = sandbox.client.v1.customers
    options = {"idempotency_key": "once-only"}
    first = sandbox.call(customers.create, params={"email": "once@example.com"}, options=options)
    again = sandbox.call(customers.create, params={"email": "once@example.com"}, options=options)
    assert first.id == again.id and first.last_response.body == again.last_response.body
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert len(sandbox.call(customers.list, params={"email": "once@example.com"}).data) == 1
    assert isinstance(refused(lambda: customers.create({"email": "two@example.com"}, options)), stripe.IdempotencyError)
    assert isinstance(refused(lambda: sandbox.client.v1.products.create({"name": "x"}, options)), stripe.IdempotencyError)


def test_a_refusal_of_the_parameters_is_not_kept(sandbox):
    customers = sandbox.client.v1.customers
    options = {"idempotency_key": "second-try"}
    refused(lambda: customers.create({"colour": "red"}, options))
    assert sandbox.call(customers.create, params={"email": "second@example.com"}, options=options).id


def test_expansion(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    listed = sandbox.call(v1.subscriptions.list, params={"customer": session.customer, "expand": ["data.latest_invoice.payments", "data.customer"]})
    assert listed.data[0].latest_invoice.payments.data[0].status == "paid"
    assert listed.data[0].customer.object == "customer"
    error = refused(lambda: v1.subscriptions.retrieve(session.subscription, {"expand": ["status"]}))
    assert "cannot be expanded" in str(error) and error.param == "expand"
    plain = sandbox.call(v1.invoices.retrieve, session.invoice)
    assert "payments" not in json.loads(plain.last_response.body)


def test_events_are_listed_and_read(sandbox, member):
    v1 = sandbox.client.v1
    session = member()
    events = sandbox.call(v1.events.list, params={"types": ["checkout.session.completed"], "limit": 5})
    found = next(event for event in events.data if event.data.object["id"] == session.id)
    assert sandbox.call(v1.events.retrieve, found.id).type == "checkout.session.completed"
    everything = sandbox.call(v1.events.list, params={"limit": 100})
    assert len(everything.data) > 20
    ids = [event.id for event in everything.auto_paging_iter()]
    assert len(ids) == len(set(ids))
    sandbox.mailbox.events.clear()
    sandbox.control(f"/_sandbox/events/{found.id}/resend")
    assert sandbox.mailbox.wait_for("checkout.session.completed", session.id).id == found.id


def test_a_forged_webhook_is_not_believed(sandbox, member):
    session = member()
    event = sandbox.mailbox.wait_for("checkout.session.completed", session.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(json.dumps({"id": event.id}), "t=1,v1=00", "whsec_clients")


def test_arranged_refusals_are_of_their_kind(sandbox):
    customers = sandbox.client.v1.customers
    wanted = [{"path": "/v1/customers", "method": "GET", "status": 403, "permission": "rak_customer_read"}]
    sandbox.control_list("/_sandbox/refusals", wanted)
    error = refused(lambda: customers.list())
    assert isinstance(error, stripe.PermissionError) and "rak_customer_read" in str(error)
    sandbox.control_list("/_sandbox/refusals", [{"path": "/v1/customers", "status": 429, "times": 1}])
    assert isinstance(refused(lambda: customers.list()), stripe.RateLimitError)
    sandbox.call(customers.list)
    sandbox.control_list("/_sandbox/refusals", [])
