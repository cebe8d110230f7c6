import { agent, customer, type SmallTalk } from "../dialogue";

export const smallTalk: SmallTalk = {
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
