import { agent, customer, type Script, tool } from "../dialogue";

export const deliveryConfirmation: Script = {
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
        agent("The driver plans to be in {district} on {delivery_date}, {window}. Will someone be there?"),
        customer("Mister, no English. Hindi? You speak Hindi?"),
        agent("I'm sorry, I can't continue in Hindi. A colleague who can will call you."),
        tool("create_callback", { order_id: "{order_id}", language: "hi" }, { id: "CB-{ticket}" }, 705),
      ],
      goal: "error",
      achieved: [false, false, false],
      reason: "The agent and the customer had no language in common; a callback in Hindi was requested.",
      response: { confirmed: null, callback: "hi" },
      weight: 0.5,
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
