-- What is next in a queue is read in the order of its index: thousands may be due at the same moment (events after an outage, members
-- whose time ends on one day, mails about a price), and none of them is sorted anew for each that is taken.
DROP INDEX webhook_event_due;
CREATE INDEX webhook_event_due ON webhook_event (due_at, id) WHERE state = 'pending';
DROP INDEX notice_due;
CREATE INDEX notice_due ON notice (due_at, key) WHERE done_at IS NULL;
DROP INDEX member_recount_at;
CREATE INDEX member_recount_at ON member (recount_at, id);
