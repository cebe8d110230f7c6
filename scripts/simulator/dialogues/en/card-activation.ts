import { agent, customer, type Script, tool } from "../dialogue";

export const cardActivation: Script = {
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
