import { agent, customer, failedTool, human, type Script, type SmallTalk, tool } from "./dialogue";

const paymentReminder: Script = {
  scenario: "payment-reminder",
  language: "en",
  prompt:
    "You are Sara, the voice assistant of Al Waha Finance. Remind the customer kindly of the instalment that is due and agree on a date, or send the payment link. Never mention the amount before the identity is verified. Never put pressure on the customer. Transfer to a colleague when the customer disputes the amount or is in hardship.",
  criteria: [
    "The customer paid or named a payment date",
    "Identity was verified before the amount was mentioned",
    "The payment link was sent",
  ],
  openings: [
    [
      agent("Hello, this is Sara, the voice assistant of Al Waha Finance. Am I speaking with {customer_name}?"),
      customer("Yes, speaking."),
      agent("Thank you. Before I continue, may I have the last four digits of your ID, please?"),
      customer("Sure, it's {id4}."),
      tool("verify_identity", { id_last4: "{id4}" }, { verified: true }, 640),
    ],
    [
      agent("Good day, {customer_name}. Sara from Al Waha Finance here. Do you have a minute?"),
      customer("Yes, go ahead, but I'm about to go into a meeting."),
      agent("I'll be quick. Could you confirm the last four digits of your ID for me?"),
      customer("{id4}."),
      tool("verify_identity", { id_last4: "{id4}" }, { verified: true }, 812),
    ],
  ],
  courses: [
    {
      turns: [
        agent(
          "Thank you. Your instalment of {amount} riyals was due on {due_date}, and we haven't received it yet. Would you like me to text you a payment link?",
        ),
        customer("Oh, I completely forgot. I was travelling. Can I pay with a [[mother card|mada card]]?"),
        agent("Yes, mada, Apple Pay and bank transfer all work. I'm sending the link to this number now."),
        tool(
          "send_payment_link",
          { invoice_number: "{invoice_number}", channel: "sms" },
          { sent: true, expires_in_hours: 48 },
          1130,
        ),
        agent("Done. When do you think you'll be able to pay?"),
        customer("I'll do it on {promise_date}, right after my salary comes in."),
        tool(
          "record_promise_to_pay",
          { invoice_number: "{invoice_number}", date: "{promise_iso}" },
          { recorded: true },
          420,
        ),
        agent("Perfect, I've noted {promise_date}. There is no late fee if it arrives by then."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The customer promised to pay {amount} SAR on {promise_date} and received the payment link.",
      response: { promise_to_pay: true, promised_date: "{promise_iso}", link_sent: true },
      weight: 3,
    },
    {
      turns: [
        agent("Thank you. I'm calling about your instalment of {amount} riyals, due on {due_date}."),
        customer("But I paid that already, yesterday, through the app."),
        agent("Let me check that for you, one moment.", 3),
        tool(
          "get_payment_status",
          { invoice_number: "{invoice_number}" },
          { status: "settled", settled_at: "{yesterday_iso}" },
          1840,
        ),
        agent("You're right, I can see it now. It was posted this morning. I apologise for the call."),
        customer("No problem at all."),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "The instalment had been paid the day before; the ledger confirmed it during the call.",
      response: { promise_to_pay: false, already_paid: true },
      weight: 1.5,
    },
    {
      turns: [
        agent("Thank you. Your instalment of {amount} riyals has been overdue since {due_date}."),
        customer("I know. I lost my job two months ago, I really can't pay the whole thing now."),
        agent("I'm sorry to hear that. Would a smaller amount this month be possible?"),
        customer("Honestly, I'd rather talk to a person about [[restricting|restructuring]] the loan."),
        agent("Of course. I'll ask our customer care team to call you about that."),
        failedTool(
          "create_callback",
          { team: "hardship", invoice_number: "{invoice_number}" },
          "ServiceUnavailable: ticketing system did not answer within 5000 ms",
          5012,
        ),
        agent(
          "Our ticketing system is slow right now, so I've noted it down myself. A colleague will call within two days.",
        ),
        customer("Okay, thank you for understanding."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer is in hardship and named no date; a restructuring callback was requested.",
      response: { promise_to_pay: false, hardship: true, callback: "hardship" },
      weight: 1.2,
    },
    {
      turns: [
        agent("Thank you. I'm calling about your instalment of {amount} riyals, due on {due_date}."),
        customer("That's not the amount in my contract. It should be less. I want to speak to someone."),
        agent(
          "I understand. I'll put you through to a colleague who can see your contract. Please stay on the line.",
          8,
        ),
        tool("transfer_call", { queue: "disputes" }, { transferred: true, agent: "Mazen" }, 3200),
        human("Hello, Mazen speaking from the disputes team. I have your contract open in front of me."),
        customer("Great. The instalment should be lower after the early payment I made in spring."),
        human("I see the early payment. Give me a moment and I'll correct the schedule."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer disputes the amount and was transferred to the disputes team.",
      response: { disputed: true, transferred_to: "disputes" },
      status: "transferred",
      weight: 0.8,
    },
  ],
  closings: [
    [
      agent("Is there anything else I can help you with?"),
      customer("No, that's all."),
      agent("Thank you, have a good day."),
    ],
    [agent("Thank you for your time, {first_name}. Goodbye."), customer("Thanks, bye.")],
  ],
};

const deliveryConfirmation: Script = {
  scenario: "delivery-confirmation",
  language: "en",
  prompt:
    "You are Noor, the voice assistant of Rufoof, an online shop. Confirm the delivery address and time of the order. If the customer is not at home, offer another slot. If the customer wants to cancel, ask for the reason once and record it.",
  criteria: [
    "The delivery slot was confirmed or rescheduled",
    "The address was confirmed",
    "The customer was told what the driver will do",
  ],
  openings: [
    [
      agent("Hello {customer_name}, this is Noor from Rufoof. I'm calling about your order {order_id}."),
      customer("Hi, yes, I was waiting for that."),
    ],
    [
      agent("Hi, Noor here, the voice assistant of Rufoof. Is this {customer_name}?"),
      customer("Yes. Is this about my package?"),
      agent("It is. Order {order_id} is ready to be delivered."),
    ],
  ],
  courses: [
    {
      turns: [
        tool("get_order", { order_id: "{order_id}" }, { status: "out_for_delivery", district: "{district}" }, 730),
        agent("The driver plans to be in {district} on {delivery_date}, {window}. Will someone be there?"),
        customer("Yes, my brother will be home. It's the building next to the [[Panda|Panda supermarket]]."),
        agent("Great. Shall the driver call before arriving?"),
        customer("Yes, please, ten minutes before."),
        tool("confirm_delivery", { order_id: "{order_id}", call_before_minutes: 10 }, { confirmed: true }, 515),
        agent("All set. The driver will call ten minutes before."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Delivery on {delivery_date}, {window}, was confirmed; the driver calls ten minutes before.",
      response: { confirmed: true, rescheduled: false, call_before_minutes: 10 },
      weight: 3,
    },
    {
      turns: [
        agent("The delivery is planned for {delivery_date}, {window}, in {district}. Does that work for you?"),
        customer("No, I'm at work until six. Could it come on {alt_date} instead?"),
        tool(
          "list_slots",
          { order_id: "{order_id}", date: "{alt_iso}" },
          { slots: ["10:00-13:00", "17:00-20:00"] },
          980,
        ),
        agent("On {alt_date} I have ten to one, or five to eight in the evening."),
        customer("Five to eight is perfect."),
        tool("reschedule", { order_id: "{order_id}", date: "{alt_iso}", slot: "17:00-20:00" }, { ok: true }, 1205),
        agent("Done. Your order will come on {alt_date} between five and eight."),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "The delivery was moved to {alt_date}, 17:00 to 20:00.",
      response: { confirmed: true, rescheduled: true, date: "{alt_iso}", slot: "17:00-20:00" },
      weight: 2,
    },
    {
      turns: [
        agent("The delivery is planned for {delivery_date}, {window}. Will someone be at home?"),
        customer("Actually, please cancel it. It took too long and I bought one in the mall."),
        agent(
          "I'm sorry about that. I'll cancel it and refund the amount to your card. That takes three to five days.",
        ),
        tool("cancel_order", { order_id: "{order_id}", reason: "late" }, { cancelled: true, refund_days: 5 }, 1490),
        customer("Fine, thanks."),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "The customer cancelled the order because the delivery took too long.",
      response: { confirmed: false, cancelled: true, reason: "late" },
    },
    {
      turns: [
        agent("The driver plans to come on {delivery_date}, {window}. Does that"),
        customer("Not now, I'm driving. Bye."),
      ],
      goal: "error",
      achieved: [false, false, false],
      reason: "The customer was driving and hung up.",
      response: null,
      status: "user_rejected",
      weight: 0.6,
    },
  ],
  closings: [
    [agent("Thank you for shopping with Rufoof. Have a nice day!"), customer("You too, bye.")],
    [agent("Anything else I can do for you?"), customer("No, thank you."), agent("Thank you, {first_name}. Goodbye.")],
  ],
};

const appointmentReminder: Script = {
  scenario: "appointment-reminder",
  language: "en",
  prompt:
    "You are Hala, the voice assistant of Balsam Clinics. Confirm, move or cancel the appointment. Remind the patient of what to bring. Give no medical advice: refer every question about symptoms to the nurse line.",
  criteria: [
    "The appointment was confirmed or moved",
    "The patient was told what to bring",
    "No medical advice was given",
  ],
  openings: [
    [
      agent("Good day, this is Hala from Balsam Clinics. May I speak with {customer_name}?"),
      customer("That's me."),
      agent(
        "You have an appointment with {doctor} in {clinic} on {appt_date} at {appt_time}. Will you be able to come?",
      ),
    ],
  ],
  courses: [
    {
      turns: [
        customer("Yes, I'll be there. Do I need to bring anything?"),
        agent("Please bring your ID and your insurance card, and come fifteen minutes early."),
        customer("My insurance changed to [[Boopa|Bupa]] last month. Is that a problem?"),
        tool(
          "check_insurance",
          { provider: "Bupa", clinic: "{clinic}" },
          { accepted: true, approval_needed: false },
          1320,
        ),
        agent("Not at all, we accept Bupa, and no prior approval is needed."),
        tool("confirm_appointment", { appointment_id: "{appointment_id}" }, { status: "confirmed" }, 388),
        agent("Your appointment is confirmed."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The patient confirmed the appointment of {appt_date}; the new insurance was checked.",
      response: { decision: "confirmed", insurance: "Bupa" },
      weight: 3,
    },
    {
      turns: [
        customer("That day doesn't work any more. What else does the doctor have?"),
        agent("Let me look.", 2),
        tool(
          "find_slots",
          { doctor: "{doctor}", from: "{alt_iso}" },
          { slots: [{ date: "{alt_iso}", time: "17:30" }] },
          1660,
        ),
        agent("The next free time is {alt_date} at half past five in the evening."),
        customer("I'll take it."),
        tool(
          "move_appointment",
          { appointment_id: "{appointment_id}", date: "{alt_iso}", time: "17:30" },
          { ok: true },
          870,
        ),
        agent("It's moved. Please bring your ID and insurance card."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The appointment was moved to {alt_date}, 17:30.",
      response: { decision: "moved", date: "{alt_iso}", time: "17:30" },
      weight: 2,
    },
    {
      turns: [
        customer("I've been feeling dizzy since I started the new tablets. Should I stop taking them?"),
        agent("I can't advise on that, but the nurse line can, at any hour. Shall I send you the number?"),
        customer("Yes. And please cancel the appointment, I'll go to the hospital near me."),
        tool("cancel_appointment", { appointment_id: "{appointment_id}", reason: "elsewhere" }, { ok: true }, 655),
        agent("I've cancelled it and sent you the nurse line's number. Get well soon."),
      ],
      goal: "failure",
      achieved: [false, false, true],
      reason: "The patient cancelled the appointment and was referred to the nurse line.",
      response: { decision: "cancelled", referred: "nurse_line" },
    },
    {
      turns: [
        customer("Hold on a second, please.", 20),
        agent("Are you still there?", 15),
        agent("I can't hear you. I'll try again later."),
      ],
      goal: "error",
      achieved: [false, false, true],
      reason: "The line went silent.",
      response: null,
      status: "timeout",
      weight: 0.5,
    },
  ],
  closings: [
    [agent("Thank you, {first_name}. Balsam Clinics wishes you good health."), customer("Thank you, goodbye.")],
  ],
};

const satisfactionSurvey: Script = {
  scenario: "satisfaction-survey",
  language: "en",
  prompt:
    "You are Rami, the voice assistant of Masar Motors. Ask for a score from 0 to 10 for the last service visit, the reason for it, and whether the advisor may call back. Do not argue with the score.",
  criteria: [
    "A score was given",
    "The reason for the score was recorded",
    "A callback was offered for a score below 7",
  ],
  openings: [
    [
      agent(
        "Hello {customer_name}, Rami from Masar Motors. You visited our service centre in {branch} this week. Two short questions?",
      ),
      customer("Okay, but quickly."),
    ],
    [
      agent(
        "Hi, this is Rami, the voice assistant of Masar Motors. Is now a good time for two questions about your visit in {branch}?",
      ),
      customer("Sure."),
    ],
  ],
  courses: [
    {
      turns: [
        agent("From zero to ten, how likely are you to recommend us?"),
        customer("I'd say nine."),
        agent("Thank you! What did we do well?"),
        customer(
          "The advisor explained every part he changed, and the car was ready on time. It was even [[wash|washed]].",
        ),
        tool(
          "save_survey",
          { ticket: "{ticket}", score: 9, reason: "clear explanation, on time" },
          { saved: true },
          342,
        ),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Score 9: clear explanations, the car was ready on time.",
      response: { score: 9, sentiment: "positive", callback: false },
      weight: 3,
    },
    {
      turns: [
        agent("From zero to ten, how likely are you to recommend us?"),
        customer("Three. I waited two hours and nobody told me why."),
        agent("I'm sorry about that. May the service manager call you about it?"),
        customer("Yes, tomorrow after four."),
        tool(
          "save_survey",
          { ticket: "{ticket}", score: 3, reason: "long wait, no information" },
          { saved: true },
          401,
        ),
        tool("create_callback", { ticket: "{ticket}", when: "tomorrow 16:00" }, { id: "CB-{ticket}" }, 760),
        agent("He will call tomorrow after four. Thank you for being open with us."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Score 3: a two-hour wait without information. A callback was agreed.",
      response: { score: 3, sentiment: "negative", callback: true },
      weight: 1.5,
    },
    {
      turns: [
        agent("From zero to ten, how likely are you to recommend us?"),
        customer("I don't do surveys. Please take me off your list."),
        agent("Understood, I'll do that right away."),
        tool("opt_out", { ticket: "{ticket}" }, { ok: true }, 290),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "The customer declined the survey and opted out.",
      response: { score: null, opted_out: true },
    },
  ],
  closings: [[agent("Thank you for your time. Drive safely!"), customer("Thanks, bye.")]],
};

const cardActivation: Script = {
  scenario: "card-activation",
  language: "en",
  prompt:
    "You are Layan, the voice assistant of Madar Bank. Help the customer to activate the new card in the app. Never ask for the full card number, the PIN or a one-time code, and stop the customer who begins to say one.",
  criteria: [
    "The card was activated during the call",
    "No secret was asked for or said",
    "The customer knows the daily limit",
  ],
  openings: [
    [
      agent("Hello, this is Layan from Madar Bank. Am I speaking with {customer_name}?"),
      customer("Yes. Who is this again?"),
      agent(
        "Layan, the bank's voice assistant. It's about your new {card_type} card ending in {last4}. It hasn't been activated yet.",
      ),
    ],
  ],
  courses: [
    {
      turns: [
        customer("Right, it came by post. How do I do it?"),
        agent("Open the app, go to Cards, choose the one ending in {last4}, and press Activate. I'll wait.", 14),
        customer("It's asking for a code. It says [[four|forty]] seven"),
        agent("Please don't tell me the code. Enter it in the app only."),
        customer("Ah, sorry. Okay, it says the card is active."),
        tool("get_card_status", { card_last4: "{last4}" }, { status: "active", daily_limit: 20000 }, 905),
        agent("I see it too. Your daily limit is twenty thousand riyals; you can change it in the app."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The card ending in {last4} was activated in the app during the call.",
      response: { activated: true, daily_limit: 20000 },
      weight: 3,
    },
    {
      turns: [
        customer("I never asked for a new card. How do I know you're really the bank?"),
        agent(
          "That's a very good question. Please hang up and call the number on the back of your card; they'll see this call.",
        ),
        customer("I'll do that."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer did not trust the call and was asked to call the bank's own number.",
      response: { activated: false, reason: "trust" },
      weight: 1,
    },
    {
      turns: [
        customer("I'm outside the country, I'll activate it when I'm back."),
        agent("Of course. When are you back?"),
        customer("Around {alt_date}."),
        tool("schedule_reminder", { card_last4: "{last4}", date: "{alt_iso}" }, { ok: true }, 515),
        agent("I'll remind you then. Safe travels."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer is abroad and will activate the card after {alt_date}.",
      response: { activated: false, reason: "abroad", reminder: "{alt_iso}" },
      weight: 1,
    },
  ],
  closings: [[agent("Thank you, {first_name}. Madar Bank wishes you a good day."), customer("Thank you. Bye.")]],
};

const realEstateLead: Script = {
  scenario: "real-estate-lead",
  language: "en",
  prompt:
    "You are Yara, the voice assistant of Dar Al Sahel Properties. The customer left their number on the website. Learn what they look for (type, district, budget, when, cash or mortgage) and book a visit. Do not promise discounts.",
  criteria: ["A visit was booked", "Budget and district are known", "Way of financing is known"],
  openings: [
    [
      agent(
        "Hello {customer_name}, this is Yara from Dar Al Sahel. You asked about {project} on our website. Do you have two minutes?",
      ),
      customer("Yes, I remember. Go on."),
    ],
  ],
  courses: [
    {
      turns: [
        agent("Are you looking for a home to live in, or as an investment?"),
        customer("To live in. We're five, so at least three bedrooms."),
        agent("And what budget do you have in mind?"),
        customer("Around {budget} riyals, not more. And it has to be in {district}, because of the school."),
        tool(
          "search_units",
          { project: "{project}", bedrooms: 3, budget: "{budget}" },
          { found: 4, from_price: "{budget}" },
          2140,
        ),
        agent("I have four units that fit. Will you pay in cash, or with a mortgage?"),
        customer("A mortgage. I already have an approval from [[al ragi|Al Rajhi]]."),
        agent("Excellent. Would you like to see them on {alt_date} at {appt_time}?"),
        customer("Yes, that works. My wife will come too."),
        tool("book_visit", { project: "{project}", date: "{alt_iso}", visitors: 2 }, { visit: "V-{ticket}" }, 930),
        agent("Booked. I'll text you the location."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "A visit to {project} is booked for {alt_date}; budget {budget} SAR with a mortgage.",
      response: { qualified: true, budget: "{budget}", financing: "mortgage", visit: "{alt_iso}" },
      weight: 2,
    },
    {
      turns: [
        agent("Which kind of unit are you interested in?"),
        customer("I was only comparing prices. How much is the smallest one?"),
        agent("{unit} units start at {budget} riyals."),
        customer("That's far above what I can pay. Thanks, but no."),
        tool("close_lead", { lead: "L-{ticket}", reason: "budget" }, { ok: true }, 310),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The price is above the customer's budget.",
      response: { qualified: false, reason: "budget" },
      weight: 1.5,
    },
    {
      turns: [
        agent("Which kind of unit are you interested in?"),
        customer("{unit}. But I'd like to talk to a real sales person, I have many questions about the contract."),
        agent("Gladly. I'm connecting you to our sales office.", 6),
        tool("transfer_call", { queue: "sales" }, { transferred: true }, 2750),
        human("Good day, Khalid from the sales office. What would you like to know about the contract?"),
        customer("Mainly the penalty if the handover is late."),
      ],
      goal: "success",
      achieved: [false, true, false],
      reason: "Transferred to the sales office.",
      response: { qualified: true, transferred_to: "sales" },
      status: "transferred",
      weight: 0.7,
    },
  ],
  closings: [[agent("Thank you for your interest, {first_name}. Goodbye."), customer("Goodbye.")]],
};

const orderSupport: Script = {
  scenario: "order-support",
  language: "en",
  prompt:
    "You are Noor, the voice assistant of Rufoof's customer line. Find the caller's order, say where it is, and open a ticket when something is wrong with it. Be brief.",
  criteria: ["The caller's question was answered", "The order was found", "A ticket was opened where one was needed"],
  openings: [
    [
      agent("Welcome to Rufoof, this is Noor. How can I help you?"),
      customer("Hi, I'd like to know where my order is."),
      agent("Of course. What's the order number?"),
      customer("{order_id}."),
      tool("get_order", { order_id: "{order_id}" }, { status: "in_transit", eta: "{delivery_iso}" }, 880),
    ],
  ],
  courses: [
    {
      turns: [
        agent("I found it. It left our warehouse and will reach {district} on {delivery_date}."),
        customer("Great, that's all I wanted to know."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The caller was told that the order arrives on {delivery_date}.",
      response: { intent: "order_status", resolved: true },
      weight: 3,
    },
    {
      turns: [
        agent("It was delivered yesterday to the reception of your building."),
        customer("Reception has nothing. And last time the [[books|box]] was open, too."),
        agent("I'm sorry. I'm opening a ticket, and the courier will look into it today."),
        tool("open_ticket", { order_id: "{order_id}", topic: "missing_parcel" }, { ticket: "T-{ticket}" }, 1040),
        agent("Your ticket is {ticket}. We'll call you by tomorrow noon at the latest."),
        customer("Alright, I hope so."),
      ],
      goal: "failure",
      achieved: [false, true, true],
      reason: "The parcel is missing; ticket {ticket} was opened with the courier.",
      response: { intent: "missing_parcel", resolved: false, ticket: "T-{ticket}" },
      weight: 1.2,
    },
  ],
  closings: [[agent("Thank you for calling Rufoof. Goodbye!"), customer("Bye.")]],
};

export const ENGLISH: readonly Script[] = [
  paymentReminder,
  deliveryConfirmation,
  appointmentReminder,
  satisfactionSurvey,
  cardActivation,
  realEstateLead,
  orderSupport,
];

export const ENGLISH_SMALL_TALK: SmallTalk = {
  interludes: [
    [
      customer("Sorry, the line is bad. Can you say that again?"),
      agent("Of course. Can you hear me better now?"),
      customer("Yes, better."),
    ],
    [
      customer("Am I talking to a robot?"),
      agent("I'm a voice assistant, yes. I can pass you on to a colleague at any time."),
      customer("No, it's fine, go on."),
    ],
    [
      customer("One moment, someone is at the door.", 35),
      customer("Okay, I'm back."),
      agent("No problem, take your time."),
    ],
    [
      customer("Where did you get my number from?"),
      agent("From your file with us; it's the number you registered."),
      customer("Alright."),
    ],
    [customer("Wait, let me find a pen.", 25), customer("Go ahead."), agent("Thank you for waiting.")],
    [
      agent("Please stay on the line while I check that with the system.", 48),
      agent("Thank you for your patience."),
      customer("Sure."),
    ],
    [
      customer("Could you speak a little slower? I'm writing this down."),
      agent("Certainly. I'll go through it once more.", 12),
      customer("Got it now."),
    ],
    [customer("My son wants to say something, one second.", 18), customer("Sorry about that."), agent("Not at all.")],
  ],
  stalls: [
    customer("Hold on, I have to get the papers from the car.", 140),
    agent("I'm still here, take your time.", 80),
    agent("Hello, can you hear me?", 45),
    customer("Yes, yes, one more minute, please.", 120),
  ],
  cutReason: "The call reached its maximum duration before anything was agreed.",
  voicemails: [
    "The person you are calling is not available. Please leave a message after the tone.",
    "Thank you for calling. For sales, press one. For service, press two. To speak to an operator, stay on the line.",
  ],
};
