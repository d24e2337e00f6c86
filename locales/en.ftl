# Every sentence that a reader sees, in English.
#
# Another language is a file beside this one, named by its tag (uk.ftl, pt-PT.ftl). What it leaves out is said in English.
# Whole numbers ({ $count }) are written with `format-thousands` between thousands; sums, dates and places arrive finished.
# Tags such as <b data-live="count"> stay as they are: they mark the number that the page keeps current.

## How this language writes numbers, money and dates

format-direction = ltr
format-thousands = ,
format-decimal = .
format-number = { $number }
format-money = { $symbol }{ $amount }
format-money-code = { $code } { $amount }
format-list-comma = { ", " }
format-list-or = { $first } or { $last }
format-day = { $day } { $month }
format-day-year = { $day } { $month } { $year }
format-time = { $hour }:{ $minute }
format-moment = { $day }, { $time } { $place }
format-deadline-midnight = { $day }, midnight { $place }
format-place = in { $city }
format-day-of-month = { $day ->
    [one] { $day }st
    [two] { $day }nd
    [few] { $day }rd
   *[other] { $day }th
}
place-utc = UTC
month-january = January
month-february = February
month-march = March
month-april = April
month-may = May
month-june = June
month-july = July
month-august = August
month-september = September
month-october = October
month-november = November
month-december = December

price-month = { $money } a month
price-year = { $money } a year
price-once = { $money } once

## Around every page

skip-to-content = Skip to the content
nav-label = Membership
nav-campaign = The campaign
nav-account = Your account
nav-sign-in = Sign in
footer-back = Back to { $newsroom }
footer-privacy = No trackers here: one cookie while you are signed in, and none that follows you.
back-to-story = Back to the story
back-to-paper = Read the paper
field-email = Your e-mail address
field-code = Your six-digit code

dev-band-label = Demonstration
dev-band = Demonstration: no money moves.
dev-mailbox = Mailbox
dev-paper = The paper
dev-sandbox = Payment sandbox

## The counter

counter-number = <b data-live="count">{ $count }</b>
counter-of = of { $goal } members
counter-members = { $count ->
    [one] member
   *[other] members
}
counter-nearly = <b data-live="remaining">{ $remaining }</b> to go.
counter-upcoming = Starts on { $day }.
counter-remaining = { $remaining } to go
counter-line = { $count } of { $goal } members so far. Be the next one.
counter-line-nearly = { $remaining } to go: { $count } of { $goal } members so far.
counter-accessible = { $count } of { $goal } members
counter-spoken = Now {"{count}"} members.
counter-sentence-upcoming = { $who ->
    [all] <b data-live="count">{ $count }</b> readers are members of this newsroom today.
   *[paying] <b data-live="count">{ $count }</b> readers pay for this newsroom today.
} We are setting out to be { $goal } by { $deadline }.
counter-sentence-upcoming-open = { $who ->
    [all] <b data-live="count">{ $count }</b> readers are members of this newsroom today.
   *[paying] <b data-live="count">{ $count }</b> readers pay for this newsroom today.
} We are setting out to be { $goal }.
counter-sentence-live = { $who ->
    [all] <b data-live="count">{ $count }</b> readers are members of this newsroom.
   *[paying] <b data-live="count">{ $count }</b> readers pay for this newsroom.
} Help us reach { $goal } by { $deadline }.
counter-sentence-live-open = { $who ->
    [all] <b data-live="count">{ $count }</b> readers are members of this newsroom.
   *[paying] <b data-live="count">{ $count }</b> readers pay for this newsroom.
} Help us reach { $goal }.
counter-sentence-reached = We asked for { $goal }, and you came: reached on { $day }. Every further member makes room for more reporting.
counter-sentence-reached-dropped = Reached on { $day }. <b data-live="count">{ $count }</b> today: help us stay above { $goal }.
counter-sentence-met = We asked for { $goal }, and you came. Thank you.
counter-sentence-missed = We did not get to { $goal } in time. To the { $count } who are here: thank you. You pay for the reporting, whatever the number.
counter-next = Next: { $goal }. { $title }
counter-settling = { $settling ->
    [one] One more payment is settling and not counted yet.
   *[other] { $settling } more payments are settling and not counted yet.
}
counter-settling-final = { $settling ->
    [one] One payment is still settling; final figure on { $day }.
   *[other] { $settling } payments are still settling; final figure on { $day }.
}
counter-bar-start = { $count } on { $day }
counter-bar-goal = { $goal }
counter-bar-goal-passed = Goal { $goal }

## The campaign page

campaign-greeting = You are signed in, and not counted here yet.
campaign-greeting-counted = You’re one of <b data-live="count">{ $count }</b>. Thank you.
campaign-join = Become a member
campaign-join-after = Become a member all the same
campaign-from = from { $price }
campaign-already = Already a member?
campaign-why = Why we ask
campaign-steps = The way there
campaign-rule = How we count
step-reached = reached on { $day }
step-goal = Our goal
step-stretch = after the goal

rule-paying-total = Everybody who pays for a membership now is counted, once: { $sources }.
rule-paying-joined = Everybody who began to pay for a membership during the campaign is counted, once: { $sources }.
rule-all-total = Every member with a confirmed address is counted, once: { $sources }.
rule-all-joined = Everybody who became a member with a confirmed address during the campaign is counted, once: { $sources }.
rule-net = Who leaves is taken off again. Payments that are still settling are not counted yet.
rule-gross = Who joined stays counted until the campaign ends. Payments that are still settling are not counted yet.
rule-offset = { $count ->
    [one] One member is in this number without being on our own list: { $reason }. Counted by { $author } on { $day }.
   *[other] { $count } members are in this number without being on our own list: { $reason }. Counted by { $author } on { $day }.
}
rule-offset-stale = That figure has not been checked since { $day }.
rule-as-of = As of { $moment }.
source-subscription = paid here
source-gift = given by somebody else
source-offline = paid by bank transfer or in cash
source-external = billed by an earlier system
source-comp = given by us
source-group = part of a group

## Joining

join-title = Become a member of { $newsroom }
join-heading = Become a member
join-description = Pay for the reporting of { $newsroom }. Cancel any time.
join-saving = saves { $money } a year
join-email-hint = Your receipt goes there, and it is how you sign in: there is no password.
join-email-fixed = Signed in as
join-not-you = Not you?
join-already = Already a member?
join-button = Become a member for { $price }
join-button-any = Become a member
join-declined-body = Nothing was taken. Try another card; we kept your choice.
join-cancelled-body = Nothing was taken. We kept your choice, should you like to go on.
join-expired-body = The payment page had been open for too long. Nothing was taken, and we kept your choice.
promise-month = { $money } today, then { $money } on the { $day } of each month.
promise-month-end = { $money } today, then { $money } on the { $day } of each month, or on its last day.
promise-year = { $money } today, then { $money } each year on { $day }.
promise-once = { $money } today, and never again.
promise-any = You see the exact sum before you pay.
promise-tax-inside = VAT included.
promise-tax-on-top = VAT is added when you pay.
promise-cancel = Cancel any time, no call needed.
promise-methods = Payment by { $methods }, through Stripe.
method-card = card
method-apple_pay = Apple Pay
method-google_pay = Google Pay
method-bank_debit = bank debit
method-paypal = PayPal

already-title = You’re a member already
already-body = Your membership “{ $plan }” is running. To change it, or the way you pay, go to your account.
already-account = Go to your account

## Signing in

sign-in-title = Sign in
sign-in-standfirst = Type your e-mail address. We send you a code and a link; you need no password.
sign-in-button = Send me a code
sign-in-not-member = Not a member yet?
code-title = Look into your mail
code-standfirst = We wrote to <b>{ $email }</b>. Type the code here, or press the link in the mail.
code-hint = { $minutes ->
    [one] It holds for a minute.
   *[other] It holds for { $minutes } minutes.
}
code-button = Sign in
code-nothing = Nothing there? Look into the spam folder, or
code-resend = send it again
code-resent = We sent it again: the same code, the same link.
code-wrong-address = Wrong address?
code-correct = Correct it
code-again = Send me a new code
code-fault-wrong = { $tries ->
    [one] That is not the code in the mail. You have one more try.
   *[other] That is not the code in the mail. You have { $tries } more tries.
}
code-fault-malformed = The code is six digits, as in the mail.
link-title = Sign in here?
link-standfirst = One press, and you are signed in in this browser.
link-standfirst-for = One press, and you are signed in as <b>{ $email }</b> in this browser.
link-button = Sign in
link-elsewhere = Started elsewhere?
link-elsewhere-type = Leave this page, and type this code where you began:
link-expired-title = This link is too old
link-used-title = This link has been used
link-unknown-title = This link does not work
link-unknown = It may have been cut in two by the mail program. Copy the whole line, or ask for a new one.
sign-out-title = Sign out?
sign-out-body = You are signed in as { $email }.
sign-out-button = Sign out
sign-out-stay = Stay
signed-out-title = You are signed out
signed-out-body = Your membership goes on, of course. Sign in again whenever you like to read.

## After payment

welcome-paid-title = You’re in.
welcome-paid-count = There are { $count } of us now, and you are member no. { $number }. Thank you.
welcome-paid-body = You are member no. { $number }. Thank you.
welcome-not-signed-in-title = You’re in. Now look into your mail.
welcome-not-signed-in-body = Thank you. We wrote to you: press the link in the mail, or type its code, and you can read.
welcome-duplicate-title = You’re a member already
welcome-duplicate-body = This address has a membership, so we cancelled the new one and are sending the money back. We wrote to you about it.
welcome-pending-title = Thank you. One moment.
welcome-pending-body = We are waiting for the payment to be confirmed. This takes a few seconds; there is nothing for you to do.
welcome-waiting = This page looks again by itself.
welcome-settling-title = You’re in. Thank you.
welcome-settling-body = Your bank takes some days to send the payment. You can read everything now; you are counted when it has arrived.
welcome-declined-title = Your bank said no.
welcome-declined-body = Nothing was taken. It may be a limit, or a typing slip; another card often works. We kept your choice.
welcome-cancelled-title = You came back before paying.
welcome-cancelled-body = Nothing was taken. We kept your choice, should you like to go on.
welcome-expired-title = The payment page ran out of time.
welcome-expired-body = Nothing was taken. We kept your choice; a new payment page is one press away.
welcome-again = Try again
welcome-code = Type the code
welcome-wrote = We wrote to <b>{ $email }</b>.
welcome-wrong = Wrong?
welcome-correct = Correct it

## The account

account-title = Your account
account-number = Member no. { $number }
account-membership = Your membership
account-none = You have an account, and no membership at the moment.
account-plan = Plan
account-amount = Amount
account-next = Next
account-next-payment = Next payment on { $day }
account-ending = Cancelled. You can read until { $day }; nothing more is taken.
account-past-due = Payment open; you can read until { $day }
account-past-due-notice = Your last payment did not go through. It happens: cards run out. Please look at the way you pay; until { $day } nothing changes for you.
account-given = Given to you, without an end
account-given-until = Paid for until { $day }
account-settling = Your first payment is on its way
account-ended = Ended on { $day }
account-billing = Change, pay or cancel
account-billing-hint = Opens our payment page: card, invoices, plan, and cancelling in two clicks.
account-address = Your address
account-pending = We wrote to { $email }. Your address changes when you press the link in that mail.
account-change-address = Change the address
account-new-address = Your new e-mail address
account-new-address-hint = We write to the new address first. Until you answer from there, nothing changes.
account-new-address-button = Write to the new address
account-history = What has been
account-notice-signed-in = You are signed in.
account-notice-asked = We wrote to { $email }. Press the link in that mail, and the address is yours.
account-notice-changed = Your address has changed. Other browsers have been signed out.
history-joined = You became a member: { $plan }.
history-paid = You paid { $money } for { $plan }.
history-payment-failed = A payment of { $money } did not go through.
history-cancelled = You cancelled { $plan }.
history-resumed = You took the cancellation back. Thank you.
history-ended = { $plan } ended.
history-refunded = We sent { $money } back to you.
confirm-title = Is this your new address?
confirm-body = Press the button, and it is the address of your membership.
confirm-body-for = Press the button, and <b>{ $email }</b> is the address of your membership.
confirm-button = Yes, this is mine
confirm-over-title = This link does not work any more
confirm-over-body = It was used, or it is too old. Your address is what it was; ask for a new link in your account.

## When something is wrong

problem-home = To the campaign
problem-ours = The fault is ours, and it is in our log.
problem-request = If you write to us, name this:
fault-missing = Please fill this in.
fault-malformed = This does not look right. Please check it.
fault-too_long = This is too long.
fault-control_characters = There are characters in it that cannot be seen. Please type it again.
fault-unknown = We do not know this one. Please choose again.
fault-not_allowed = This is not allowed here.
fault-out_of_range = This is too much or too little.
fault-unknown_field = We do not know this field.
fault-wrong = This is not right.
problem-invalid_input-title = Something needs another look
problem-invalid_input-detail = One of the values cannot be used. Nothing has been changed.
problem-invalid_json-title = This is not JSON
problem-invalid_json-detail = The body of the request cannot be read as JSON. Nothing has been changed.
problem-unsupported_media_type-title = This kind of content is not accepted
problem-unsupported_media_type-detail = Send the body as application/json. Nothing has been changed.
problem-payload_too_large-title = This is too large
problem-payload_too_large-detail = The body of the request is larger than this address takes. Nothing has been changed.
problem-unknown_plan-title = There is no such plan
problem-unknown_plan-detail = It may have been replaced. Look at the plans that there are now.
problem-unknown_price-title = There is no such price
problem-unknown_price-detail = It may have changed. Nothing was taken; choose from the prices that there are now.
problem-unknown_campaign-title = There is no such campaign
problem-unknown_campaign-detail = It may have been renamed, or is not public.
problem-unknown_gate-title = There is no such gate
problem-unknown_gate-detail = No gate has this name.
problem-unknown_site-title = This website is not known here
problem-unknown_site-detail = The website that sent you is not registered with us, so we do not send you back to it.
problem-not_found-title = There is no such page
problem-not_found-detail = The address may be mistyped, or the page has moved.
problem-method_not_allowed-title = That is not possible here
problem-method_not_allowed-detail = This address does not take this kind of request. Nothing has been changed.
problem-sign_in_required-title = Please sign in
problem-sign_in_required-detail = This page is yours alone, so we need to know that it is you.
problem-code_wrong-title = That is not the code
problem-code_wrong-detail = Look at the mail once more: the code is six digits.
problem-code_expired-title = The code is too old
problem-code_expired-detail = Codes and links hold for 15 minutes. Ask for a new one.
problem-code_used-title = The code has been used
problem-code_used-detail = Each code signs in once. Ask for a new one.
problem-link_used-title = The link has been used
problem-link_used-detail = Each link signs in once. If that was not you, ask for a new one: it ends what the old one began.
problem-other_browser-title = Begun in another browser
problem-other_browser-detail = A code works only in the browser that asked for it. Type it there, or ask for a new one here.
problem-too_many_attempts-title = Too many tries
problem-too_many_attempts-detail = To keep your account safe, this code is closed now. Ask for a new one.
problem-rate_limited-title = A little slower, please
problem-rate_limited-detail = There were many requests in a short time. Wait a minute, and try again. Nothing has been changed.
problem-return_to_not_allowed-title = We cannot send you there
problem-return_to_not_allowed-detail = The address to return to is not registered with us. Go back to the paper, and begin again.
problem-origin_not_allowed-title = Not from this website
problem-origin_not_allowed-detail = The request came from a website that may not do this. Nothing has been changed.
problem-continue_code_invalid-title = This step cannot be repeated
problem-continue_code_invalid-detail = The code is used, too old, or another website’s. Go back to the story, and begin again.
problem-signature_invalid-title = The signature is not right
problem-signature_invalid-detail = The event is not signed with a secret of ours. Nothing has been stored.
problem-event_stale-title = The event is too old
problem-event_stale-detail = The signature was made too long ago. Nothing has been stored.
problem-already_member-title = You’re a member already
problem-already_member-detail = You have a running membership, so nothing was taken. You can change it in your account.
problem-link_unknown-title = This is not a link of ours
problem-link_unknown-detail = It may have been cut short on its way. Ask for a new one.
problem-nothing_to_manage-title = There is nothing to manage
problem-nothing_to_manage-detail = No payment of yours went through the payment service, so it has no page for you.
problem-unknown_checkout-title = This page is for the browser that paid
problem-unknown_checkout-detail = If you paid, we wrote to you: the link in the mail signs you in here.
problem-idempotency_mismatch-title = This key was used for another request
problem-idempotency_mismatch-detail = The same Idempotency-Key came with another body. Use a new key for a new request.
problem-idempotency_in_progress-title = Still at it
problem-idempotency_in_progress-detail = The first request with this key is not finished. Ask again in a moment, with the same key.
problem-payment_service_unavailable-title = The payment service does not answer
problem-payment_service_unavailable-detail = Nothing was taken. Wait a minute, and try again; we kept your choice.
problem-database_unavailable-title = We cannot look things up just now
problem-database_unavailable-detail = Nothing was taken or changed. Please try again in a minute.
problem-internal-title = Something went wrong on our side
problem-internal-detail = Nothing was taken. Please try again; if it stays, write to us.

## The demonstration's mailbox

mailbox-title = Mailbox
mailbox-standfirst = In the demonstration no mail leaves this machine. It arrives here.
mailbox-empty = No mail yet. Sign in or become a member, and look again.
mailbox-code = code
mailbox-back = All mail
mailbox-html = The mail as a mail program shows it
mailbox-links = Links in it
mailbox-text = Text part

## Mail

mail-sign-in-subject = Sign in to { $newsroom }
mail-sign-in-intro = Here is your way in to { $newsroom }.
mail-sign-in-button = Sign in
mail-paid-sign-in-subject = Your payment has arrived: sign in to { $newsroom }
mail-paid-sign-in-intro = Thank you: your payment for “{ $plan }” has arrived. We know your address from before, so please show us once that it is you, and { $newsroom } is open to you.
mail-code-preview = { $minutes ->
    [one] Your code is { $code }. It holds for a minute.
   *[other] Your code is { $code }. It holds for { $minutes } minutes.
}
mail-code-or = Or type this code where you began:
mail-code-text = Type this code where you began:
mail-link-text = Or open this page, in any browser, and press its button:
mail-code-valid = { $minutes ->
    [one] Link and code hold for a minute, and work once.
   *[other] Link and code hold for { $minutes } minutes, and work once.
}
mail-link-valid = { $minutes ->
    [one] The link holds for a minute, and works once.
   *[other] The link holds for { $minutes } minutes, and works once.
}
mail-sign-in-foot = You did not ask for this? Then do nothing: without the link or the code nobody gets in. Never read the code out to anybody; we do not ask for it.
mail-welcome-subject = You’re in: thank you, from { $newsroom }
mail-welcome-preview = Your receipt: { $plan }, { $price }.
mail-welcome-thanks = Thank you. You pay for the reporting now, and everybody who reads us has you to thank for it.
mail-welcome-thanks-count = There are { $count } of us now. Thank you: you pay for the reporting, and everybody who reads us has you to thank for it.
mail-welcome-manage = Change your membership, the way you pay or your address, and cancel in two clicks:
mail-welcome-foot = You get this because you became a member of { $newsroom }. Please keep it as your receipt.
mail-fact-paid = Paid on
mail-fact-next = Next payment
mail-fact-number = Member no.
mail-confirm-subject = Is this your new address? { $newsroom } asks
mail-confirm-preview = One press, and it is the address of your membership.
mail-confirm-intro = Somebody who is signed in to { $newsroom } wants to use this address for a membership.
mail-confirm-text = If that was you, open this page and press its button:
mail-confirm-foot = That was not you? Then do nothing, and nothing changes.
mail-changed-subject = Your address at { $newsroom } has changed
mail-changed-preview = If that was not you, answer this mail.
mail-changed-heading = Your address has changed
mail-changed-body = Your membership belongs to { $email } from now on. Mail goes there, and signing in works with that address alone. Other browsers have been signed out.
mail-changed-foot = That was not you? Answer this mail at once, and we look into it.
mail-duplicate-subject = { $newsroom }: your second payment goes back to you
mail-duplicate-preview = You had a membership already. { $money } are on their way back.
mail-duplicate-body = Somebody, most likely you, bought “{ $plan }” with this address, which has a running membership. One is enough: we cancelled the new one, and { $money } go back to the card they came from within a few days. Your membership runs on as it was.
mail-duplicate-foot = You get this because a payment was made with your address.
