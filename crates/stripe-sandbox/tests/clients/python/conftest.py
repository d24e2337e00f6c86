"""A sandbox of its own for the run, a place for its webhooks, and a client that checks whatever goes in and out."""

import http.server
import inspect
import json
import os
import subprocess
import threading
import time
import typing
import urllib.error
import urllib.parse
import urllib.request

import pytest
import stripe

import strict

KEY = "sk_test_clients"
SECRET = "whsec_clients"


class Mailbox(http.server.ThreadingHTTPServer):
    """Receives webhooks; every one is verified by the official library and checked against the official types."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver)
        self.events, self.faults = [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, body, signature):
        try:
            event = stripe.Webhook.construct_event(body, signature, SECRET)
            strict.check_answer(json.loads(body))
            self.events.append(event)
        except Exception as fault:  # the test reads it
            self.faults.append(fault)

    def wait_for(self, event_type, about):
        """The event of this type about this object; waits up to five seconds for it."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for event in list(self.events):
                if event.type == event_type and event.data.object["id"] == about:
                    return event
            time.sleep(0.01)
        raise AssertionError(f"no {event_type} about {about}; of it there are {[event.type for event in self.events if event.data.object.get('id') == about]}")


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.take(body, self.headers["stripe-signature"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Sandbox:
    """The running binary, its official client, and its hosted pages as a browser without scripts sees them."""

    def __init__(self, url, mailbox):
        self.url, self.mailbox, self.called = url, mailbox, set()
        self.client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)

    def call(self, method, *ids, params=None, options=None):
        """Calls a method of the official client; its parameters and its answer are checked strictly."""
        declared = inspect.signature(method).parameters.get("params")
        if params is not None:
            module = method.__func__.__module__
            annotation = strict.resolve(declared.annotation, module)
            arms = [strict.resolve(arm, module) for arm in typing.get_args(annotation) or (annotation,)]
            strict.check_params(params, next(arm for arm in arms if arm is not type(None)), method.__qualname__)
        self.called.add(method.__qualname__)
        arguments = {name: value for name, value in (("params", params), ("options", options)) if value is not None}
        answer = method(*ids, **arguments)
        strict.check_answer(json.loads(answer.last_response.body))
        return answer

    def submit(self, address, **fields):
        """Sends a hosted page's form; (status, body, headers) without following where it leads."""
        body = urllib.parse.urlencode(fields).encode()
        opener = urllib.request.build_opener(Stay)
        try:
            with opener.open(urllib.request.Request(address, data=body), timeout=5) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode(), answer.headers

    def control(self, path, **params):
        return self.control_list(path, params)

    def control_list(self, path, body):
        request = urllib.request.Request(self.url + path, data=json.dumps(body).encode(), headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def pay(self, session, card="4242424242424242", **typed):
        fields = {"card_number": card, "card_expiry": "12/34", "card_cvc": "123", "name": "Ada Reader", "email": "ada@example.com", **typed}
        return self.submit(session.url, **fields)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_named):
        return None


@pytest.fixture(scope="session")
def sandbox():
    mailbox = Mailbox()
    command = [os.environ["SANDBOX_BINARY"], "--listen", "127.0.0.1:0", "--api-key", KEY, "--seed", "7"]
    command += ["--webhook-url", f"http://127.0.0.1:{mailbox.server_port}/hook", "--webhook-secret", SECRET]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    sandbox = Sandbox(process.stdout.readline().strip(), mailbox)
    yield sandbox
    process.terminate()
    process.wait(timeout=5)
    # Whatever the tests asked for: no event was badly signed or badly shaped.
    assert mailbox.faults == []
    assert mailbox.events
    assert len(sandbox.called) >= int(os.environ.get("LEAST_CALLS", 0)), sorted(sandbox.called)


@pytest.fixture(scope="session")
def price(sandbox):
    product = sandbox.call(sandbox.client.v1.products.create, params={"name": "Supporter", "metadata": {"kind": "membership"}})
    params = {"product": product.id, "currency": "eur", "unit_amount": 700, "recurring": {"interval": "month"}, "lookup_key": "supporter-month"}
    return sandbox.call(sandbox.client.v1.prices.create, params=params)


@pytest.fixture
def open_session(sandbox, price):
    """Makes checkout sessions."""

    def make(**more):
        params = {
            "mode": "subscription",
            "line_items": [{"price": price.id, "quantity": 1}],
            "success_url": "http://127.0.0.1:9/welcome?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/join",
            "client_reference_id": "ref-1",
            "metadata": {"a": "1"},
            "subscription_data": {"metadata": {"b": "2"}},
            **more,
        }
        return sandbox.call(sandbox.client.v1.checkout.sessions.create, params=params)

    return make


@pytest.fixture
def member(sandbox, open_session):
    """Somebody who has just subscribed: the completed session."""

    def make(card="4242424242424242", **more):
        session = open_session(**more)
        status, body, _ = sandbox.pay(session, card)
        assert status == 303, body
        return sandbox.call(sandbox.client.v1.checkout.sessions.retrieve, session.id)

    return make


@pytest.fixture
def timed_member(sandbox, member):
    """Somebody who has just subscribed and lives by a test clock: the completed session, and what moves that clock to a time."""

    def make(card="4242424242424242", **more):
        v1 = sandbox.client.v1
        clock = sandbox.call(v1.test_helpers.test_clocks.create, params={"frozen_time": int(time.time()), "name": "A member's"})
        customer = sandbox.call(v1.customers.create, params={"email": "ada@example.com", "test_clock": clock.id})
        session = member(card, customer=customer.id, **more)

        def move(to):
            sandbox.call(v1.test_helpers.test_clocks.advance, clock.id, params={"frozen_time": to})

        return session, move

    return make
