"""Customers, products, prices, webhook endpoints: making, reading, paging, changing, deleting."""

import pytest
import stripe


def test_a_customer_lives(sandbox):
    customers = sandbox.client.v1.customers
    made = sandbox.call(customers.create, params={"email": "a@example.com", "name": "A", "metadata": {"x": "1", "y": "2"}, "address": {"country": "UA"}})
    assert made.id.startswith("cus_") and made.email == "a@example.com" and made.address.country == "UA"
    assert sandbox.mailbox.wait_for("customer.created", made.id).request.id == made.last_response.request_id
    changed = sandbox.call(customers.update, made.id, params={"metadata": {"x": "", "z": "3"}, "name": "B"})
    assert changed.metadata.to_dict() == {"y": "2", "z": "3"}
    event = sandbox.mailbox.wait_for("customer.updated", made.id)
    assert event.data.previous_attributes.to_dict() == {"name": "A", "metadata": {"x": "1", "z": None}}
    assert sandbox.call(customers.retrieve, made.id).name == "B"
    assert sandbox.call(customers.delete, made.id).deleted
    assert sandbox.call(customers.retrieve, made.id).deleted
    sandbox.mailbox.wait_for("customer.deleted", made.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        customers.update(made.id, {"name": "C"})


def test_lists_page_forwards_and_backwards(sandbox):
    customers = sandbox.client.v1.customers
    made = [sandbox.call(customers.create, params={"email": "page@example.com"}).id for _ in range(7)]
    newest_first = made[::-1]
    first = sandbox.call(customers.list, params={"email": "page@example.com", "limit": 3})
    assert [one.id for one in first.data] == newest_first[:3] and first.has_more
    second = sandbox.call(customers.list, params={"email": "page@example.com", "limit": 3, "starting_after": first.data[-1].id})
    assert [one.id for one in second.data] == newest_first[3:6] and second.has_more
    back = sandbox.call(customers.list, params={"email": "page@example.com", "limit": 3, "ending_before": second.data[0].id})
    assert [one.id for one in back.data] == newest_first[:3] and not back.has_more
    assert [one.id for one in first.auto_paging_iter()] == newest_first
    now = first.data[0].created
    assert sandbox.call(customers.list, params={"email": "page@example.com", "created": {"gt": now + 60}}).data == []


def test_products_and_prices(sandbox, price):
    products, prices = sandbox.client.v1.products, sandbox.client.v1.prices
    product = sandbox.call(products.create, params={"name": "Patron", "description": "More", "images": []})
    assert sandbox.call(products.update, product.id, params={"description": ""}).description is None
    assert product.id in [one.id for one in sandbox.call(products.list, params={"active": True}).data]
    year = sandbox.call(
        prices.create,
        params={"product": product.id, "currency": "eur", "unit_amount": 15000, "recurring": {"interval": "year"}, "tax_behavior": "inclusive", "nickname": "yearly"},
    )
    assert (year.type, year.unit_amount, year.recurring.interval) == ("recurring", 15000, "year")
    assert [one.id for one in sandbox.call(prices.list, params={"lookup_keys": ["supporter-month"]}).data] == [price.id]
    assert [one.id for one in sandbox.call(prices.list, params={"product": product.id}).data] == [year.id]
    assert not sandbox.call(prices.update, year.id, params={"active": False}).active
    assert sandbox.call(prices.retrieve, year.id, params={"expand": ["product"]}).product.name == "Patron"
    assert sandbox.mailbox.wait_for("price.updated", year.id).data.previous_attributes.to_dict() == {"active": True}
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        prices.create({"product": product.id, "currency": "eur", "unit_amount": 1, "lookup_key": "supporter-month"})


def test_a_webhook_endpoint_shows_its_secret_once(sandbox):
    endpoints = sandbox.client.v1.webhook_endpoints
    params = {"url": "http://127.0.0.1:9/none", "enabled_events": ["product.deleted"], "api_version": "2026-09-30.endive"}
    made = sandbox.call(endpoints.create, params=params)
    assert made.secret.startswith("whsec_")
    assert getattr(sandbox.call(endpoints.retrieve, made.id), "secret", None) is None
    changed = sandbox.call(endpoints.update, made.id, params={"enabled_events": ["product.created", "product.deleted"]})
    assert changed.enabled_events == ["product.created", "product.deleted"]
    assert made.id in [one.id for one in sandbox.call(endpoints.list).data]
    assert changed.api_version == "2026-09-30.endive" and changed.status == "enabled"
    assert sandbox.call(endpoints.update, made.id, params={"disabled": True}).status == "disabled"
    with pytest.raises(stripe.InvalidRequestError, match="not a valid event"):
        endpoints.create({"url": "http://127.0.0.1:9/none", "enabled_events": ["everything"]})
    assert sandbox.call(endpoints.delete, made.id).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        endpoints.retrieve(made.id)


def test_the_account_tells_whose_key_it_is(sandbox):
    account = sandbox.call(sandbox.client.v1.accounts.retrieve_current)
    assert account.id.startswith("acct_") and account.charges_enabled


def test_the_portal_is_configured(sandbox):
    configurations = sandbox.client.v1.billing_portal.configurations
    params = {
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["address", "tax_id"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {"enabled": False},
        },
        "default_return_url": "http://127.0.0.1:9/account",
        "metadata": {"kind": "members"},
    }
    made = sandbox.call(configurations.create, params=params)
    assert not made.is_default and made.features.subscription_cancel.mode == "at_period_end"
    assert made.features.customer_update.allowed_updates == ["address", "tax_id"]
    listed = sandbox.call(configurations.list, params={"active": True})
    assert made.id in [one.id for one in listed.data] and any(one.is_default for one in listed.data)
    off = sandbox.call(configurations.update, made.id, params={"active": False, "metadata": {"kind": ""}})
    assert not off.active and off.metadata.to_dict() == {}
    sandbox.mailbox.wait_for("billing_portal.configuration.updated", made.id)
    customer = sandbox.call(sandbox.client.v1.customers.create, params={"email": "portal@example.com"})
    session = sandbox.call(
        sandbox.client.v1.billing_portal.sessions.create,
        params={"customer": customer.id, "return_url": "http://127.0.0.1:9/account", "configuration": made.id},
    )
    assert session.configuration == made.id
