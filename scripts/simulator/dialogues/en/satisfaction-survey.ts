import { agent, customer, type Script, tool } from "../dialogue";

export const satisfactionSurvey: Script = {
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
