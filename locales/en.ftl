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
format-money-code = { $code }{ "\u00A0" }{ $amount }
format-list-comma = { ", " }
format-list-or = { $first } or { $last }
format-day = { $day } { $month }
format-day-year = { $day } { $month } { $year }
format-month-year = { $month } { $year }
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
next-payment-sum = { $money } on { $day }
next-payment-free = On { $day } nothing is taken
price-opens = { $money } for { $months ->
    [one] one month
   *[other] { $months } months
}

## Around every page

skip-to-content = Skip to content
nav-label = Membership
nav-campaign = The campaign
nav-account = Your account
nav-sign-in = Sign in
footer-back = Back to { $newsroom }
footer-contact = Write to us: { $email }
footer-privacy = No trackers here. One cookie keeps you signed in, or ties a payment to this browser; another ties a sign-in code to it for 15 minutes.
title-fault = Error: { $title }
faults-title = Something needs another look
faults-line = { $field }: { $fault }
back-to-story = Back to the story
back-to-paper = Read the paper
field-email = Your e-mail address
field-code = Your six-digit code

dev-band-label = Demonstration
dev-band = Demonstration: no money moves.
dev-band-stripe = Stripe’s test mode: no real money moves.
dev-clock = Demo clock: { $day }, moved ahead by you.
dev-mailbox = Mailbox
dev-paper = The paper
dev-sandbox = Payment sandbox
dev-stripe = Payments at Stripe

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
counter-line-ended = The campaign ended with { $count } of { $goal } members.
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
counter-sentence-reached = You did it: { $goal } reached on { $day }. Every member from here on makes room for more reporting.
counter-sentence-reached-dropped = Reached on { $day }. <b data-live="count">{ $count }</b> today: help us stay above { $goal }.
counter-sentence-met = We asked for { $goal }, and you came. Thank you.
counter-sentence-missed = We did not reach { $goal } in time. To the { $count } of you who were with us at the end: thank you. You paid for this reporting, whatever the number.
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

campaign-greeting = You are signed in, but you have no membership that counts here yet.
campaign-greeting-former = Your membership has ended, so you are no longer counted here. You are welcome back.
campaign-greeting-counted = You’re one of <b data-live="count">{ $count }</b>. Thank you.
campaign-greeting-was-counted = You were one of <b data-live="count">{ $count }</b>. Thank you.
campaign-join = Become a member
campaign-join-after = Become a member anyway
campaign-from = from { $price }
campaign-already = Already a member?
campaign-why = Why we are asking
campaign-why-ended = Why we asked
campaign-steps = The way there
campaign-rule = How we count
campaign-rule-ended = How we counted
step-reached = reached on { $day }
step-goal = Our goal
step-stretch = after the goal

rule-paying-total = Everyone who pays for a membership counts once: { $sources }.
rule-paying-joined = Everyone who starts paying for a membership during the campaign counts once: { $sources }.
rule-all-total = Every member with a confirmed address counts once: { $sources }.
rule-all-joined = Everyone who becomes a member with a confirmed address during the campaign counts once: { $sources }.
rule-net = Those who leave are taken off again. Payments that are still settling do not count yet.
rule-gross = Those who join stay counted until the campaign ends. Payments that are still settling do not count yet.
rule-ended-paying-total = Everyone who paid for a membership counted once: { $sources }.
rule-ended-paying-joined = Everyone who started paying for a membership during the campaign counted once: { $sources }.
rule-ended-all-total = Every member with a confirmed address counted once: { $sources }.
rule-ended-all-joined = Everyone who became a member with a confirmed address during the campaign counted once: { $sources }.
rule-ended-net = Those who left were taken off again. Payments that were still settling did not count.
rule-ended-gross = Those who joined stayed counted until the campaign ended. Payments that were still settling did not count.
rule-offset = { $count ->
    [one] One member is counted from another list: { $reason } ({ $author }, { $day }).
   *[other] { $count } members are counted from another list: { $reason } ({ $author }, { $day }).
}
rule-offset-stale = That figure has not been checked since { $day }.
rule-as-of = As of { $moment }.
counting-rule-paying-members-total = Everyone who pays for a membership today counts once.
counting-rule-paying-members-joined-net = Everyone who started paying during the campaign and still pays counts once.
counting-rule-paying-members-joined-gross = Everyone who started paying during the campaign counts once.
counting-rule-all-members-total = Every member with a confirmed address counts once.
counting-rule-all-members-joined-net = Every member who joined during the campaign, confirmed the address and is still here counts once.
counting-rule-all-members-joined-gross = Every member who joined during the campaign and confirmed the address counts once.
source-subscription = paid for here
source-gift = as a gift
source-contribution = paid for once
source-offline = by bank transfer or cash
source-external = through an earlier billing system
source-comp = as our guest
source-group = through a group

## Joining

join-title = Become a member of { $newsroom }
join-heading = Become a member
join-description = Pay for the reporting of { $newsroom }. Cancel any time.
join-currency = Prices in { $currency }.
join-currency-switch = Show { $currency }
join-saving = saves { $money } a year
join-choice = Your choice
join-email-hint = Your receipt goes there, and it is how you sign in. There is no password.
join-email-fixed = Signed in as
join-not-you = Not you?
join-runs-title = “{ $plan }” is open to you until { $day }
join-runs-body = A membership that you begin now is paid from today, beside it. If you would rather wait, we write to you before it ends.
join-already = Already a member?
join-button = Become a member for { $price }
join-button-opens = Pay { $price }
join-button-any = Become a member
join-declined-body = Nothing was taken. Try another card; we kept your choice.
join-cancelled-body = Nothing was taken. We kept your choice, in case you would like to go on.
join-expired-body = The payment page had been open too long. Nothing was taken; we kept your choice.
join-unavailable-body = Nothing was taken. Wait a minute and try again; we kept your choice.
own-amount = Another amount
own-amount-label = Your amount in { $currency }
own-amount-hint = From { $least } to { $most }.
own-amount-from = From { $least }.
own-amount-missing = Type an amount, such as 12 or 12.50.
own-amount-too-small = Choose { $money } or more.
own-amount-too-large = Choose { $money } or less.
join-or-give = Just this once?
give-link = Give once
give-title = Give once to { $newsroom }
give-heading = Give once
give-description = Pay for the reporting of { $newsroom }, once and with no membership.
give-button = Give { $money }
give-button-any = Give
give-or-join = Rather every month?
join-or-gift = For somebody else?
gift-link = Give a membership
gift-title = Give a membership of { $newsroom }
gift-heading = Give a membership
gift-description = Give somebody the reporting of { $newsroom }, paid once, redeemed by a code.
gift-button = Give it: { $price }
gift-button-any = Give a membership
gift-your-address = Your own address
gift-what = What you give
gift-whom = For whom
gift-sender = From you
gift-email-hint = Your receipt goes there.
gift-recipient = Their e-mail address
gift-recipient-hint = Without it, the code comes to you.
gift-on = On which day
gift-on-hint = Without one, as soon as it is paid.
gift-from = Your name, as they know it
gift-message = A few words for them
gift-or-redeem = Did somebody give you one?
gift-redeem-title = Redeem a gift
gift-redeem-standfirst = Type the code from the mail or the card, and everything is open to you.
gift-redeem-first = Sign in first with your own address, so that we know whose gift it is. It takes a minute and needs no password.
gift-redeem-button = Redeem the gift
gift-redeem-or-give = Or give one:
gift-code = The code
gift-code-hint = Sixteen letters and digits. It opens the paper for { $email }.
gift-opened-title = It is yours.
gift-opened = “{ $plan }” is open to you until { $day }. It ends then by itself; nothing is taken for it.
gift-opened-later = “{ $plan }” is open to you from { $from }, when what you have ends, until { $day }. Nothing is taken for it.
promise-month = { $money } today, then { $money } on the { $day } of each month.
promise-month-end = { $money } today, then { $money } on the { $day } of each month, or on its last day.
promise-year = { $money } today, then { $money } every year on { $day }.
promise-once = { $money } today, and nothing after that.
promise-opens = { $money } today, for { $months ->
    [one] one month
   *[other] { $months } months
}. It does not renew.
promise-own-month = The amount you choose today, then the same on the { $day } of each month.
promise-own-month-end = The amount you choose today, then the same on the { $day } of each month, or on its last day.
promise-own-year = The amount you choose today, then the same every year on { $day }.
promise-own-once = The amount you choose today, and nothing after that.
promise-own-opens = The amount you choose today, for { $months ->
    [one] one month
   *[other] { $months } months
}. It does not renew.
promise-any = You will see the exact sum before you pay.
promise-tax-inside = VAT included.
promise-tax-on-top = VAT is added when you pay.
promise-cancel = Cancel any time, no call needed.
promise-stripe = You pay on Stripe’s own page.

already-title = You’re a member already
already-body = Your “{ $plan }” membership is running. To change how you pay, or to cancel, go to your account.
already-account = Go to your account

## Signing in

sign-in-title = Sign in
sign-in-standfirst = Enter your e-mail address and we’ll send you a code and a link. There is no password.
sign-in-button = Send me a code
sign-in-not-member = Not a member yet?
code-title = Check your mail
code-standfirst = We wrote to <b>{ $email }</b>. Type the code here, or press the link in the mail.
code-hint = { $minutes ->
    [one] It works for a minute.
   *[other] It works for { $minutes } minutes.
}
code-button = Sign in
code-nothing = Nothing there? Check the spam folder, or
code-resend = send it again
code-resent = We sent it again: the same code, the same link.
code-wrong-address = Wrong address?
code-correct = Correct it
code-again = Ask for a new code
code-fault-wrong = { $tries ->
    [one] That is not the code in the mail. You have one more try.
   *[other] That is not the code in the mail. You have { $tries } more tries.
}
code-fault-malformed = The code has six digits; it is in the mail.
link-title = Sign in here?
link-standfirst = One press, and you are signed in in this browser.
link-standfirst-for = One press, and you are signed in as <b>{ $email }</b> in this browser.
link-button = Sign in
link-elsewhere = Did you begin in another browser?
link-elsewhere-type = Leave this page and type this code where you began:
link-expired-title = This link is too old
link-used-title = This link has been used
link-unknown-title = This link does not work
link-unknown = Your mail program may have cut it in two. Copy the whole line, or ask for a new one.
sign-out-title = Sign out?
sign-out-body = You are signed in as { $email }.
sign-out-sites = { $minutes ->
    [one] Websites that have read your membership here may know you for up to a minute more.
   *[other] Websites that have read your membership here may know you for up to { $minutes } minutes more.
}
sign-out-button = Sign out
sign-out-stay = Stay
signed-out-title = You are signed out
signed-out-body = This browser is signed out here. Your membership goes on, of course; sign in again whenever you would like to read.

## After payment

welcome-paid-title = You’re in.
welcome-paid-count = There are { $count } of us now. Thank you.
welcome-paid-body = Thank you: you pay for the reporting now.
welcome-not-signed-in-title = Thank you. Now check your mail.
welcome-not-signed-in-body = Press the link in the mail, or type its code, and you can read. Should this address have a running membership, one is enough: we cancel the new one, send the money back, and tell you by mail.
welcome-given-title = Thank you.
welcome-given-body = Your payment has arrived, and nothing more is taken. It pays for reporting that everybody can read.
welcome-gifted-title = Thank you. It is paid.
welcome-gifted-body = The code goes out by mail on its day: to whomever you named, or else to you. Your receipt is on its way.
welcome-given-settling-title = Thank you.
welcome-given-settling-body = Your bank takes a few days to send the payment. Nothing more is taken.
welcome-gift-settling-title = Thank you.
welcome-gift-settling-body = Your bank takes a few days to send the payment. The code goes out by mail once it has arrived, on the day you named or at once.
welcome-duplicate-title = You’re a member already
welcome-duplicate-body = This address already has a membership, so we cancelled the new one and are sending the money back. We wrote to you about it.
welcome-pending-title = Thank you. One moment.
welcome-pending-body = We are waiting for your payment to be confirmed. It takes a few seconds, and there is nothing you need to do.
welcome-waiting = This page will look again by itself.
welcome-settling-title = You’re in. Thank you.
welcome-settling-body = Your bank takes a few days to send the payment. You can read everything now; you are counted once it arrives.
welcome-settling-sign-in-title = Thank you.
welcome-settling-sign-in-body = Your bank takes a few days to send the payment. Sign in with your address to read.
welcome-disputed-title = Your payment is with your bank.
welcome-disputed-body = It was taken, and your bank asks us to give it back. Until the bank has decided, what it paid for is closed. If you did not mean this, tell your bank so.
welcome-sent-back-title = Your payment went back.
welcome-sent-back-body = It was taken and has been sent back to you, so it opens nothing. Nothing more is taken.
welcome-declined-title = Your bank said no.
welcome-declined-body = Nothing was taken. It may be a limit or a slip of the keys; another card often works. We kept your choice.
welcome-cancelled-title = You came back before paying.
welcome-cancelled-body = Nothing was taken. We kept your choice, in case you would like to go on.
welcome-expired-title = The payment page ran out of time.
welcome-expired-body = Nothing was taken. We kept your choice; a new payment page is one press away.
welcome-again = Try again
welcome-code = Type the code
welcome-wrote = We wrote to <b>{ $email }</b>.
welcome-will-write = We write to <b>{ $email }</b> once your bank has paid. There is no mail before that.
welcome-wrong = Wrong?
welcome-correct = Correct it

## The account

account-title = Your account
account-number = Member no. { $number }
account-membership = Your membership
account-none = You have an account, but no membership at the moment.
account-plan = Plan
account-amount = Amount
account-next-payment = Next payment
account-ending = Cancelled, ends on
account-ending-day = { $day }. Nothing more is taken.
account-past-due = Open until
account-past-due-notice = Your last payment did not go through. It happens: cards run out. Please check how you pay; until { $day } nothing changes for you.
account-trial = Free until
account-trial-notice = Until { $day } you pay nothing. If you cancel before that day, nothing is ever taken.
account-paused = Paused
account-paused-until = Open until { $day }. Nothing is taken meanwhile.
account-paused-plain = Nothing is taken meanwhile.
account-suspended = Status
account-suspended-day = Closed while your bank decides
account-suspended-notice = Your bank asked us to give back a payment. Until it has decided, what that payment paid for is closed. If you did not mean this, tell your bank so, and write to us.
account-approve-notice = Your bank wants you to approve the last payment. It takes a minute; until { $day } nothing changes for you.
account-approve = Approve the payment
account-source-gift = A gift
account-source-contribution = Paid once
account-source-offline = Paid by bank transfer or in cash
account-source-external = Billed elsewhere
account-source-comp = Given to you
account-open = Open to you, without an end
account-open-until = Open to you until { $until }
account-open-from = Open to you from { $from }
account-open-between = Open to you from { $from } until { $until }
account-gifts = What you gave
account-gift = “{ $plan }” for { $months ->
    [one] one month
   *[other] { $months } months
}, to hand over yourself.
account-gift-for = “{ $plan }” for { $months ->
    [one] one month
   *[other] { $months } months
}, for { $email }.
account-gift-settling = Your payment is on its way; the code waits for it.
account-gift-soon = The code goes out by mail in a moment.
account-gift-waiting = The code goes out by mail on { $day }.
account-gift-sent = The code went out on { $day }. It can be redeemed until { $until }.
account-gift-redeemed = Redeemed on { $day }.
account-gift-expired = Nobody redeemed it before { $day }.
account-gift-taken-back = Taken back: its code opens nothing any more.
account-settling = Status
account-settling-day = Your first payment is on its way
account-ended = Ended on
account-statement = All payments of { $year }, to print
account-again = Become a member again
account-billing = Change, cancel or see invoices
account-billing-ending = Keep it, change it or see invoices
account-billing-hint = Opens our payment page: plan, card and invoices. It says what a change costs before you make it, and cancelling takes two clicks.
account-change-amount = Change the amount
account-amount-hint = It holds from your next payment on; nothing is taken now.
account-notice-amount = Thank you. The new amount holds from your next payment on.
account-address = Your address
account-pending = We wrote to { $email }. Your address changes once you press the link in that mail.
account-change-address = Change the address
account-new-address = Your new e-mail address
account-new-address-hint = We write to the new address first. Until you answer from there, nothing changes.
account-new-address-button = Confirm by mail
account-history = History
account-notice-signed-in = You are signed in.
account-notice-asked = We wrote to { $email }. Press the link in that mail, and it becomes your address.
account-notice-changed = Your address has changed. Other browsers have been signed out.
history-billed = { $plan } ({ $price })
history-trial = { $plan } began, free until { $day }.
history-trial-ending = We wrote to you that { $plan } is free until { $day } and no longer.
history-joined = You became a member: { $plan }, { $price }.
history-paid-sum = You paid { $money }.
history-paid = You paid { $money } for { $plan }.
history-opened = You paid { $money } for { $plan }, which is open to you until { $day }.
history-contribution-failed = Your payment of { $money } did not arrive.
history-payment-failed = A payment of { $money } did not go through.
history-first-failed = The first payment of { $money } did not arrive. Nothing was taken.
history-approval = Your bank asked you to approve a payment of { $money }.
history-recovered = The missing payment of { $money } came through after all.
history-card = We wrote to you that the card ending in { $last4 } runs out in { $month }.
history-switched = Your membership changed from { $before } to { $after }.
history-price-moved = Your membership was moved from { $before } to { $after }.
history-cancelled = { $plan } was cancelled and ends on { $day }.
history-resumed = The cancellation was taken back. Thank you.
history-paused = { $plan } was paused.
history-unpaused = { $plan } goes on after a pause.
history-refund-failed = Your bank did not take { $money } that we sent back.
history-dispute-opened = Your bank asked us to give back { $money }.
history-dispute-won = Your bank decided that the payment of { $money } stands.
history-dispute-lost = Your bank gave you back { $money }.
history-customer-deleted = Your details were deleted at the payment service.
history-ended-unpaid = { $plan } ended, since a payment did not arrive.
history-right-ending = We wrote to you that { $plan } is open until { $day } and no longer.
history-ended = { $plan } ended.
history-duplicate = Refunded duplicate: { $plan } was bought a second time. We cancelled it, and the money goes back.
history-gift-bought = You paid { $money } for a gift of { $plan }.
history-gift-redeemed = Your gift of { $plan } was redeemed.
history-gift-began = You redeemed a gift: { $plan } is open to you until { $day }.
history-gift-taken-back = Your gift of { $plan } was taken back: its code opens nothing any more.
history-gift-ended = Your gift of { $plan } ended, since its payment went back.
history-refunded = We sent { $money } back to you.
confirm-title = Is this your new address?
confirm-body = Press the button, and it becomes the address of your membership.
confirm-body-for = Press the button, and <b>{ $email }</b> becomes the address of your membership.
confirm-button = Yes, this is mine
confirm-over-title = This link does not work any more
confirm-over-body = It has been used, or it is too old. Your account shows the address that we write to; you can ask for a new link there.

## Cancelling and withdrawing without signing in

footer-cancel = Cancel a membership here
footer-withdraw = Withdraw from a contract here
cancel-title = Cancel or withdraw
cancel-standfirst = You need no account and no password for this. What you send takes effect with us when it arrives, and we confirm it by mail at once.
cancel-what = What would you like to do?
cancel-kind-ordinary = Cancel my membership
cancel-kind-ordinary-hint = It ends when the time that is paid for is over, or later on a day you name.
cancel-kind-for-cause = Cancel at once, for an important reason
cancel-kind-for-cause-hint = Somebody at the newsroom reads your reason and answers you. Until then nothing changes.
cancel-kind-withdrawal = Withdraw from the contract
cancel-kind-withdrawal-hint = Within 14 days of joining: it ends at once, and all your money goes back. For a gift, or what you paid once, somebody at the newsroom sees to it.
cancel-name = Your name
cancel-email-hint = The address of the membership. The confirmation goes there.
cancel-membership = Which membership
cancel-membership-hint = Its plan or your member number, as far as you know them. You can leave this empty.
cancel-on = To end on
cancel-on-hint = Leave this empty for the soonest day possible.
cancel-reason = Your reason
cancel-reason-hint = Needed only when you cancel for an important reason.
cancel-go-on = Go on
cancel-check-title = Is this right?
cancel-check-standfirst = Nothing has been sent yet. Look it over, and press the button.
cancel-confirm = Cancel now
withdraw-confirm = Confirm withdrawal
cancel-change = Change something
cancel-done-title = We have received it
cancel-done-body = We wrote to { $email } just now. That mail says what comes of it; it can take a minute. You can save or print this page too.
cancel-done-again = No mail? Look among unwanted mail, and check the address above. If it is mistyped, declare it again.
cancel-fact-kind = Declaration
cancel-fact-name = Name
cancel-fact-email = E-mail address
cancel-fact-membership = Membership
cancel-fact-on = To end on
cancel-fact-reason = Reason
cancel-fact-received = Received on
cancel-fact-reference = Reference
cancel-soonest = the soonest day possible
account-cancel = Cancel or withdraw
## The yearly statement

statement-title = Your payments in { $year }
statement-of = What { $newsroom } received from { $name }, and what went back.
statement-movements = By date
statement-none = Nothing was paid in this year.
statement-payment = Paid: { $money }
statement-refund = Sent back to you: { $money }
statement-refund-failure = Sent back to you, but did not reach you: { $money }
statement-dispute = Taken back by your bank: { $money }
statement-dispute-reversal = Returned by your bank: { $money }
statement-other = Other: { $money }
statement-totals = Total
statement-total = { $currency }: { $money }
statement-offline = Paid by bank transfer or in cash: { $money }
statement-print = Print this page, or save it as a PDF, for your records.
books-title = Statement { $period }
books-made = Made on { $day }. Amounts are as Stripe booked them. The balances are what all movements up to then come to, after fees; payouts to the bank are not in them.
books-nothing = Nothing moved.
books-what = What
books-rows = Number
books-gross = Gross
books-tax = Of it, tax
books-fees = Fees
books-net = Net
books-plan = Plan
books-currency = Currency
books-rate = Tax rate
books-day = Day
books-ids = Ids
books-reference = Reference
books-opening = Opening balance
books-closing = Closing balance
books-total = Total
books-total-of = Total of { $period }
books-for = For
books-for-months = { $months ->
    [one] { $what }, { $months } month
   *[other] { $what }, { $months } months
}
books-membership = Membership
books-contribution = Contribution
books-gift = Gift
books-member = Member no. { $number }
books-by-rate = By plan, currency and tax rate
books-offline = By bank transfer or in cash
books-offline-note = As staff noted it. This did not pass through Stripe, and is in none of the sums above.
books-movements = Every movement
books-offline-rows = Every payment by bank transfer or in cash
books-no-plan = no plan
books-no-tax = no tax
books-percent = { $percentage } %
books-payment = Payments
books-refund = Refunds
books-refund-failure = Refunds that failed
books-dispute = Disputes
books-dispute-reversal = Disputes won
books-other = Other

## When something is wrong

problems-index-title = Problems and what they mean
problem-home = Go to the campaign
problem-ours = The fault is ours, and it is in our log.
problem-request = If you write to us, please quote
fault-missing = Please fill this in.
fault-malformed = This cannot be right as it stands. Please check it.
fault-email_invalid = Write the whole address, as in name@example.org.
fault-too_long = This is too long.
fault-control_characters = There are characters in it that cannot be seen. Please type it again.
fault-unknown = We do not know this one. Please choose again.
fault-not_allowed = This is not allowed here.
fault-out_of_range = This is too much or too little.
fault-in_past = That day is over. Choose today or a later one.
fault-too_far = That day is too far ahead. Choose an earlier one.
fault-unknown_field = We do not know this field.
fault-currency_fixed = You have paid in another currency before, and your account stays with it. Please choose again.
fault-wrong = This is not right.
fault-no_recipient = A day needs an address to send it to.
fault-gift_unknown = No gift has this code. Please look at it again.
fault-gift_own = You gave this one: somebody else redeems it.
fault-gift_used = This code has been redeemed. It is good for one reader.
fault-gift_expired = The time to redeem this gift is over. Write to us; we would like to help.
fault-gift_taken_back = This gift is no longer good: it was taken back, or its payment was.
fault-gift_covered = Your membership of the same plan goes on by itself, so the gift would be lost on you. End that first, or give the code to somebody else.
problem-invalid-input-title = Something needs another look
problem-invalid-input-detail = One of the values cannot be used. Nothing has been changed.
problem-invalid-json-title = This is not JSON
problem-invalid-json-detail = The body of the request cannot be read as JSON. Nothing has been changed.
problem-unsupported-media-type-title = This kind of content is not accepted
problem-unsupported-media-type-detail = Send the body as application/json. Nothing has been changed.
problem-payload-too-large-title = This is too large
problem-payload-too-large-detail = The body of the request is larger than this address takes. Nothing has been changed.
problem-unknown-price-title = There is no such price
problem-unknown-price-detail = It may have changed. Nothing was taken; choose from the prices that there are now.
problem-unknown-campaign-title = There is no such campaign
problem-unknown-campaign-detail = It may have been renamed, or is not public.
problem-unknown-gate-title = There is no such gate
problem-unknown-gate-detail = No gate has this name.
problem-unknown-site-title = This website is not known here
problem-unknown-site-detail = The website that sent you is not registered with us, so we do not send you back to it.
problem-not-found-title = There is no such page
problem-not-found-detail = The address may be mistyped, or the page has moved.
problem-method-not-allowed-title = That is not possible here
problem-method-not-allowed-detail = This address does not take this kind of request. Nothing has been changed.
problem-sign-in-required-title = Please sign in
problem-sign-in-required-detail = This page is yours alone, so we need to know that it is you.
problem-invalid-token-title = This token is not valid
problem-invalid-token-detail = The access token is malformed, too old, or not ours. Ask for a new one.
problem-entitlement-required-title = This is for members
problem-entitlement-required-detail = Your account holds no membership that opens this.
problem-metrics-token-required-title = The metrics ask for their token
problem-metrics-token-required-detail = Whoever collects the metrics shows the token that is set for them.
problem-code-wrong-title = That is not the code
problem-code-wrong-detail = Look at the mail once more: the code has six digits.
problem-code-expired-title = The code is too old
problem-code-expired-detail = Codes and links work for 15 minutes. Ask for a new one.
problem-code-used-title = The code has been used
problem-code-used-detail = Each code signs in once. Ask for a new one.
problem-link-used-title = The link has been used
problem-link-used-detail = Each link signs in once. Ask for a new one; if the first press was not yours, signing in again ends what it began.
problem-other-browser-title = Begun in another browser
problem-other-browser-detail = A code works only in the browser that asked for it. Type it there, or ask for a new code here.
problem-too-many-attempts-title = Too many tries
problem-too-many-attempts-detail = To keep your account safe, this code no longer works. Use the link in the mail, or ask for a new code.
problem-rate-limited-title = A little slower, please
problem-rate-limited-detail = There were many requests in a short time. Try again later. Nothing has been changed.
problem-rate-limited-detail-after = There were many requests in a short time. Try again in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}. Nothing has been changed.
problem-return-to-not-allowed-title = We cannot send you there
problem-return-to-not-allowed-detail = The address to return to is not registered with us. Go back to the paper, and begin again.
problem-origin-not-allowed-title = Not from this website
problem-origin-not-allowed-detail = The request came from a website that may not do this. Nothing has been changed.
problem-continue-code-invalid-title = This step cannot be repeated
problem-continue-code-invalid-detail = The code is used, too old, or another website’s. Go back to the story, and begin again.
problem-signature-invalid-title = The signature is not right
problem-signature-invalid-detail = The event is not signed with a secret of ours. Nothing has been stored.
problem-event-invalid-title = This is not an event
problem-event-invalid-detail = The signature is right, but the body is not an event with an id and a type. Nothing has been stored.
problem-event-stale-title = The event is too old
problem-event-stale-detail = The signature was made too long ago. Nothing has been stored.
problem-already-member-title = You’re a member already
problem-already-member-detail = You have a running membership, so nothing was taken. How you pay for it is in your account.
problem-link-unknown-title = This is not a link of ours
problem-link-unknown-detail = It may have been cut short on its way. Ask for a new one.
problem-nothing-to-manage-title = There is nothing to manage
problem-nothing-to-manage-detail = No payment of yours went through the payment service, so it has no page for you.
problem-unknown-checkout-title = This page is for the browser that paid
problem-unknown-checkout-detail = If you paid, we wrote to you. Sign in with the address that you paid with, and you can read.
problem-idempotency-mismatch-title = This key was used for another request
problem-idempotency-mismatch-detail = The same Idempotency-Key came with another body. Use a new key for a new request.
problem-payment-service-unavailable-title = The payment service is not answering
problem-payment-service-unavailable-detail = Nothing has been changed. Wait a minute and try again. If you have just paid, your payment will reach us by itself.
problem-not-ready-title = Not ready
problem-not-ready-detail = This process cannot take requests now; the errors say which of its checks failed.
problem-database-unavailable-title = We cannot look things up just now
problem-database-unavailable-detail = Please try again in a minute. If you have just paid, your payment is safe and will reach us by itself.
problem-internal-title = Something went wrong on our side
problem-internal-detail = We could not do what you asked. Please try again; if it stays like this, write to us.

## The demonstration's mailbox

mailbox-title = Mailbox
mailbox-standfirst = In the demonstration no mail leaves this machine. It arrives here instead.
mailbox-empty = No mail yet. Sign in or become a member, and look again.
mailbox-code = code
mailbox-back = All mail
mailbox-html = The mail as a mail program shows it
mailbox-links = Links in it
mailbox-text = Text part

## Mail

mail-sign-in-subject = Sign in to { $newsroom }
mail-sign-in-intro = Someone, we hope you, asked to sign in to { $newsroom } with this address.
mail-sign-in-button = Sign in
mail-paid-sign-in-subject = Your payment has arrived: sign in to { $newsroom }
mail-paid-sign-in-intro = Thank you: your payment for “{ $plan }” ({ $price }) has arrived. We knew your address already, so please show us once that it is yours, and { $newsroom } is open to you.
mail-paid-late-preview = Sign in once, and it is yours.
mail-code-preview = { $minutes ->
    [one] Your code is { $code }. It works for a minute.
   *[other] Your code is { $code }. It works for { $minutes } minutes.
}
mail-code-or = Or type this code where you began:
mail-code-text = Type this code where you began:
mail-link-text = Or open this page, in any browser, and press its button:
mail-code-valid = { $minutes ->
    [one] Link and code work for a minute, once.
   *[other] Link and code work for { $minutes } minutes, once.
}
mail-link-valid = { $minutes ->
    [one] The link works for a minute, once.
   *[other] The link works for { $minutes } minutes, once.
}
mail-sign-in-foot = You did not ask for this? Then do nothing: without the link or the code nobody gets in. Never read the code out to anyone; we will never ask for it.
mail-welcome-subject = You’re in: thank you, from { $newsroom }
mail-welcome-preview-free = { $plan } is yours, and free at first; then { $price }.
mail-welcome-free = Thank you for trying us. Nothing is taken now; we write to you before the first payment.
mail-welcome-preview = Your receipt: { $plan }, { $price }.
mail-welcome-thanks = Thank you. You pay for the reporting now, and everyone who reads us has you to thank for it.
mail-welcome-thanks-count = There are { $count } of us now. Thank you: you pay for the reporting, and everyone who reads us has you to thank for it.
mail-welcome-manage = Change how you pay or your address, see your invoices, or cancel in two clicks:
mail-welcome-foot = You are getting this because you became a member of { $newsroom }. It is your receipt; please keep it.
mail-renewed-subject = Your receipt from { $newsroom }
mail-renewed-preview = { $plan }: { $money } has arrived. Thank you.
mail-renewed-body = Your membership has been renewed. Thank you for staying.
mail-trial-paid-body = Your free time is over and the first payment has arrived: thank you. You pay for the reporting now.
mail-contributed-body = Your payment has arrived. Thank you: it pays for reporting that everybody can read.
mail-contributed-body-opens = Your payment has arrived, and everything is open to you. It is not taken again.
mail-gift-bought-body = Your gift is paid: thank you. The code goes out by mail on its day, to whomever you named or else to you.
mail-gift-redeemed-subject = Your gift of { $newsroom } was redeemed
mail-gift-redeemed-preview = “{ $plan }” is being read.
mail-gift-redeemed-body = Somebody redeemed the gift of “{ $plan }” that you gave. Thank you for it.
mail-gift-began-subject = Your gift is yours: { $newsroom }
mail-gift-began-preview = “{ $plan }” is open to you until { $day }.
mail-gift-began-body = You redeemed a gift of “{ $plan }”. Everything is open to you until { $day }, and it ends then by itself. Nothing is taken for it.
mail-gift-taken-back-subject = Your gift of { $newsroom } was taken back
mail-gift-taken-back-preview = The code of “{ $plan }” opens nothing any more.
mail-gift-taken-back-body = We have taken back the gift of “{ $plan }” that you paid: its code opens nothing any more. When money goes back to you, a mail of its own says so. If you did not ask for this, answer this mail.
mail-gift-ended-subject = Your gift of { $newsroom } has ended
mail-gift-ended-preview = The payment for “{ $plan }” went back.
mail-gift-ended-body = The payment for the gift of “{ $plan }” that you redeemed went back, so it is over. You owe nothing.
mail-gift-subject = A gift for you from a reader of { $newsroom }
mail-gift-subject-from = A gift for you from { $from }
mail-gift-subject-giver = The code of your gift of { $newsroom }
mail-gift-subject-reminder = A gift of { $newsroom } is waiting, and not for long
mail-gift-preview = “{ $plan }” for { $months ->
    [one] one month
   *[other] { $months } months
}.
mail-gift-body = Somebody gives you “{ $plan }” at { $newsroom } for { $months ->
    [one] one month
   *[other] { $months } months
}. It is paid already, and it never renews.
mail-gift-body-from = { $from } gives you “{ $plan }” at { $newsroom } for { $months ->
    [one] one month
   *[other] { $months } months
}. It is paid already, and it never renews.
mail-gift-body-giver = This is the code of the gift that you paid: “{ $plan }” for { $months ->
    [one] one month
   *[other] { $months } months
}. Hand it over however you like.
mail-gift-how = Sign in with an address of your own and type this code: then it is open to you. You have until { $day } to do so.
mail-gift-how-giver = Whoever types this code, signed in with an address of their own, has the gift. It can be redeemed until { $day }.
mail-gift-how-reminder = Nobody has redeemed it yet. That is possible until { $day }, and not after.
mail-gift-writes = They write:
mail-gift-writes-from = { $from } writes:
mail-gift-foot = You are getting this because somebody paid a gift for this address. If you do not want it, do nothing.
mail-gift-foot-giver = You are getting this because you paid for a gift at { $newsroom }.
mail-fact-open = Open to you until
mail-contribution-failed-subject = Your payment to { $newsroom } did not arrive
mail-contribution-failed-preview = { $money } did not leave your account.
mail-contribution-failed-body = Your bank did not pay { $money } for “{ $plan }”. You owe us nothing. If you still want to give it, start again on our page.
mail-recovered-body = Your payment has come through after all, and everything is as it was. Thank you.
mail-trial-subject = Your free time with { $newsroom } ends soon
mail-trial-preview = Free until { $day }, then { $price }.
mail-trial-body = “{ $plan }” is free for you until { $day }. Then it costs { $price }, and the first payment is taken. If you want to stay, there is nothing to do. If not, cancel before that day, and nothing is taken.
mail-account-button = Open your account
mail-failed-preview = Everything stays open to you until { $day }.
mail-failed-subject = Your payment to { $newsroom } did not go through
mail-failed-body = We tried to collect { $money } for “{ $plan }”, and the bank said no. That happens: a card expires, a limit is reached. We try again by ourselves; if your card has changed, enter the new one in your account.
mail-failed-subject-2 = Your payment to { $newsroom } is still missing
mail-failed-body-2 = We could not collect { $money } for “{ $plan }” yet. Another card, or the same one with its new date, can be entered in your account in a minute.
mail-failed-subject-3 = Your membership of { $newsroom } is about to end
mail-failed-body-3 = { $money } for “{ $plan }” has not arrived, and the time for it is nearly over. If you want to stay, pay it from your account now.
mail-failed-after = Until { $day } everything stays open to you. If nothing arrives by then, the membership ends, and you owe us nothing.
mail-failed-button = Mend the payment
mail-first-failed-subject = Your first payment to { $newsroom } did not arrive
mail-first-failed-body = Your bank did not pay { $money } for “{ $plan }”, so it is closed again. You owe us nothing, and it is not tried again. If you still want to read with us, start again on our page; a card or another account may do.
mail-approval-subject = Your bank asks you to approve a payment to { $newsroom }
mail-approval-body = Your bank wants you to approve { $money } for “{ $plan }” before it pays. It takes a minute.
mail-approval-button = Approve the payment
mail-card-subject = Your card at { $newsroom } runs out soon
mail-card-preview = The card ending in { $last4 } is good until the end of { $month }.
mail-card-body = You pay for “{ $plan }” with the card ending in { $last4 }, which is good until the end of { $month }. Once your bank has sent you the new one, enter it in your account. Some banks tell us the new number by themselves; then you need do nothing.
mail-card-button = Change the card
mail-switched-subject = Your membership of { $newsroom } has changed
mail-switched-preview = It is { $plan } now, { $price }.
mail-switched-body = Your membership has changed. This is what it was, and what it is from now on.
mail-moved-subject = The price of your membership of { $newsroom } changes
mail-moved-preview = From your next payment on it is { $price }.
mail-moved-body = The price of “{ $plan }” changes. Your next payment, and every one after it, is { $price }.
mail-moved-rest = The next payment also settles the difference for the rest of the time that you have paid already.
mail-moved-choice = You need not do anything. If you would rather not go on, you can cancel in your account at any time.
mail-arranged-subject = Your membership of { $newsroom } is cancelled
mail-arranged-preview = “{ $plan }” ends on { $day }. Nothing more is taken.
mail-arranged-body = “{ $plan }” is cancelled. Until { $day } everything stays open to you; then it ends, and nothing more is taken.
mail-arranged-undo = If it was a mistake, or you change your mind, open your account.
mail-goes-on-subject = Your membership of { $newsroom } goes on
mail-goes-on-preview = { $plan }, { $price }.
mail-resumed-body = The cancellation is taken back, and “{ $plan }” goes on. Thank you for staying.
mail-paused-subject = Your membership of { $newsroom } is paused
mail-paused-preview = Nothing is taken meanwhile.
mail-paused-body = “{ $plan }” is paused, and nothing is taken meanwhile. What you have paid for stays open to you until { $day }.
mail-paused-body-closed = “{ $plan }” is paused, and nothing is taken meanwhile.
mail-unpaused-body = The pause is over, and “{ $plan }” goes on.
mail-refunded-subject = { $newsroom } has sent you money back
mail-refunded-preview = { $money } is on its way to you.
mail-refunded-body = We have sent { $money } back to where it came from. It takes a few days to arrive.
mail-then-ends = The membership ends with it, and nothing more is taken.
mail-then-goes-on = Your membership goes on as it was.
mail-refund-failed-subject = Your money could not be sent back: { $newsroom }
mail-refund-failed-preview = Your bank did not take { $money }.
mail-refund-failed-body = We sent { $money } back to you, and your bank did not take it. Answer this mail, and we find another way.
mail-dispute-subject = Your bank asks { $newsroom } to give back a payment
mail-dispute-preview = It is about { $money }. Until the bank has decided, what it paid for is closed.
mail-dispute-body = In your name, your bank asks us to give back { $money } for “{ $plan }”. Until it has decided, which can take weeks, what that payment paid for is closed. If you did not mean this, tell your bank so, and answer this mail.
mail-dispute-won-subject = Your payment to { $newsroom } stands
mail-dispute-won-preview = The bank has decided about { $money }.
mail-dispute-won-body = Your bank has decided that the payment of { $money } for “{ $plan }” stands. What it paid for is open to you again.
mail-dispute-lost-subject = Your bank has given you back a payment to { $newsroom }
mail-dispute-lost-preview = { $money } is yours again.
mail-dispute-lost-body = Your bank has decided to give you back { $money } for “{ $plan }”.
mail-deleted-subject = Your details at the payment service of { $newsroom } are deleted
mail-deleted-preview = Nothing more is taken.
mail-deleted-body = Your details at the payment service were deleted, so nothing more can be taken.
mail-ended-body-unpaid = The last payment for “{ $plan }” did not arrive, so it ended on { $day }. If it was only the card, you can be back in a minute.
mail-ended-subject = Your membership of { $newsroom } has ended
mail-ended-preview = “{ $plan }” ended on { $day }.
mail-ended-body = “{ $plan }” ended on { $day }. Nothing more is taken from you. Thank you for the time that you were with us. The door is open.
mail-right-ending-subject = { $newsroom } is open to you until { $day }
mail-right-preview = “{ $plan }”, until { $day }.
mail-right-ending-body = “{ $plan }” is open to you until { $day }, and ends then by itself: no card is charged. If you want to read on, a membership takes a minute.
mail-right-ended-body = “{ $plan }” ended on { $day }, and nothing was taken. Thank you for the time that you were with us; you are welcome back.
mail-right-button = Become a member
mail-ended-button = Become a member again
mail-membership-foot = You are getting this because of a payment or a membership at { $newsroom } under this address.
mail-fact-sum = Paid now
mail-fact-paid = Paid on
mail-fact-tax = Of it, tax
mail-fact-free = Free until
mail-fact-before = Before
mail-fact-now = Now
mail-fact-from-then = From the next payment on
mail-fact-change = Paid for the change
mail-fact-number = Member no.
mail-confirm-subject = Is this your new address? { $newsroom } asks
mail-confirm-preview = One press, and it becomes the address of your membership.
mail-confirm-intro = Someone signed in to { $newsroom } would like to use this address for a membership.
mail-confirm-text = If that was you, open this page and press its button:
mail-confirm-foot = That was not you? Then do nothing, and nothing changes.
mail-changed-subject = Your address at { $newsroom } has changed
mail-changed-preview = If that was not you, answer this mail.
mail-changed-heading = Your address has changed
mail-changed-body = Your membership now belongs to { $email }. Mail goes there, and only that address can sign in. Other browsers have been signed out.
mail-changed-foot = That was not you? Answer this mail at once, and we will look into it.
mail-duplicate-subject = { $newsroom }: your second payment goes back to you
mail-duplicate-preview = You already had a membership. { $money } is on its way back.
mail-duplicate-body = Someone, most likely you, bought “{ $plan }” with this address, which already has a membership. One is enough: we cancelled the new one, and { $money } goes back to where it came from within a few days. Your membership runs on as it was.
mail-duplicate-foot = You are getting this because a payment was made with your address.

mail-cancel-subject = We have your cancellation: { $newsroom }
mail-cancel-subject-withdrawal = We have your withdrawal: { $newsroom }
mail-cancel-preview = Received on { $moment }. Please keep this mail.
mail-cancel-heading = We have received your declaration
mail-cancel-arranged = Your membership is cancelled and ends on { $day }. Until then everything stays open to you, and it is not renewed after that.
mail-cancel-late = The 14 days in which a contract can be withdrawn from are over, so we treat this as an ordinary cancellation: your membership ends on { $day }. Until then everything stays open to you.
mail-cancel-period-end = the last day that is paid for
mail-cancel-withdrawn = The contract is undone. Your membership ends now, nothing more is taken, and everything that was paid goes back to where it came from: within a few days, and within 14 at the latest.
mail-cancel-open = Somebody at the newsroom looks at it and answers you. Until then nothing changes for you.
mail-cancel-unmatched = We found no running membership under this address that is paid through us, so nothing had to be ended. If yours runs under another address, please declare it again with that one. We keep this declaration all the same.
mail-cancel-not-you-arranged = Anybody can type an address, so perhaps this was not you. Then, or if you change your mind, sign in and take the cancellation back; until the membership ends, nothing is lost.
mail-cancel-not-you-withdrawn = Anybody can type an address, so perhaps this was not you. Whoever it was got nothing: the money goes back to whoever paid. Answer this mail, or become a member again.
mail-cancel-not-you = Anybody can type an address, so perhaps this was not you. Then you need do nothing.
mail-cancel-undo = Keep my membership
mail-cancel-foot = You are getting this because somebody declared to { $newsroom } with this address that a contract ends. It is the receipt for that; please keep it.

mail-offline-subject-ahead = Your membership of { $newsroom } ends soon
mail-offline-subject-ended = Your membership of { $newsroom } has ended
mail-offline-ahead = You paid for “{ $plan }” by bank transfer or in cash, and that is paid for until { $day }. It does not renew by itself: pay as you did before, or go on by card in a minute.
mail-offline-ended = You paid for “{ $plan }” by bank transfer or in cash. It ended on { $day }, and nothing was taken. Thank you for the time you were with us; you are welcome back.
mail-offline-preview = { $plan }, until { $day }.
mail-offline-heading-ahead = It ends soon
mail-offline-heading-ended = It has ended
mail-offline-foot = You are getting this because your membership of { $newsroom } was paid by bank transfer or in cash.

## The API's document, as a page

api-docs-title = The HTTP API
api-docs-version = Version { $version } of Masthead, at { $address }
api-docs-document = The same for programs: openapi.json (OpenAPI 3.1)
api-docs-contents = What there is
api-docs-schemas = What goes in and out
api-docs-parameters = Parameters
api-docs-body = Body
api-docs-answers = Answers
api-docs-problems = Problems
api-docs-required = required
api-docs-try = On the command line
api-docs-example = An example
api-docs-security = Who asks: { $ways }

## On other websites: the counter's few words, and the box where a gate falls

widget-text = <b data-live="count">{ $count }</b> of { $goal } members
widget-gate-label = Membership
widget-gate-waiting = One moment …
widget-gate-paid = Reporting like this is paid for by { $count } readers.
widget-gate-paid-plain = Reporting like this is paid for by its readers.
widget-gate-join = Join them to read on.
widget-gate-join-month = Join them to read on, from { $price } a month.
widget-gate-join-year = Join them to read on, from { $price } a year.
widget-gate-join-once = Join them to read on, for { $price }.
widget-gate-read-on = Read on as a member
widget-gate-free = The rest of this story is free.
widget-gate-free-why = It asks only that we know you: an e-mail address, no password and no card.
widget-gate-free-act = Read on with a free sign-in
widget-gate-resting = The rest of this story waits for a moment.
widget-gate-resting-why = We cannot tell just now who may read on. Nothing is wrong with your membership.
widget-gate-again = Try again
