import { agent, customer, type Script, tool } from "../dialogue";

export const orderSupport: Script = {
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
