import { agent, customer, type Script, tool } from "../dialogue";

export const appointmentReminder: Script = {
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
