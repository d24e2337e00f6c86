"""The strict check itself: a good object passes, and each way of being wrong is found."""

import copy
import json

import pytest
import stripe

import strict


@pytest.fixture
def invoice(sandbox, member):
    session = member()
    answer = sandbox.client.v1.invoices.retrieve(session.invoice, {"expand": ["payments"]})
    good = json.loads(answer.last_response.body)
    strict.check_answer(good)
    return good


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda it: it.pop("amount_due"), "lacks the field amount_due"),
        (lambda it: it.update(colour="red"), "has the unknown field colour"),
        (lambda it: it.update(amount_due="700"), "not a whole number"),
        (lambda it: it.update(amount_due=True), "not a whole number"),
        (lambda it: it.update(status="settled"), "none of"),
        (lambda it: it.update(livemode=None), "not a boolean"),
        (lambda it: it["parent"]["subscription_details"].pop("subscription"), "lacks the field subscription"),
        (lambda it: it["lines"]["data"][0]["period"].update(end="soon"), "not a whole number"),
        (lambda it: it["lines"].pop("has_more"), "no list envelope"),
        (lambda it: it["payments"]["data"][0]["payment"].update(kind="card"), "unknown field kind"),
        (lambda it: it["status_transitions"].update(paid_at="now"), "not a whole number"),
    ],
)
def test_finds_what_is_wrong(invoice, spoil, words):
    bad = copy.deepcopy(invoice)
    spoil(bad)
    with pytest.raises(strict.Mismatch, match=words):
        strict.check_answer(bad)


@pytest.mark.parametrize(
    "params, words",
    [
        ({"colour": "red"}, "has no parameter colour"),
        ({"email": 7}, "not a text"),
        ({"invoice_settings": {"shade": "1"}}, "has no parameter shade"),
        ({"tax_exempt": "perhaps"}, "none of"),
    ],
)
def test_finds_wrong_parameters(params, words):
    with pytest.raises(strict.Mismatch, match=words):
        strict.check_params(params, stripe.params.CustomerCreateParams, "create")


def test_finds_missing_parameters():
    with pytest.raises(strict.Mismatch, match="lacks the parameter currency"):
        strict.check_params({"unit_amount": 1}, stripe.params.PriceCreateParams, "create")
