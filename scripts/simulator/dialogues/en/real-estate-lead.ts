import { agent, customer, human, type Script, tool } from "../dialogue";

export const realEstateLead: Script = {
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
        customer("Yes, that works. My {wife|husband} will come too."),
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
