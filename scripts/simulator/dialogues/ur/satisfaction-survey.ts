import { agent, customer, type Script, tool } from "../dialogue";

export const satisfactionSurvey: Script = {
  scenario: "satisfaction-survey",
  language: "ur",
  prompt:
    "آپ رامی ہیں، مسار موٹرز کے وائس اسسٹنٹ۔ صارف سے آخری سروس وزٹ کے لیے صفر سے دس تک نمبر، اس کی وجہ، اور یہ پوچھیں کہ کیا سروس ایڈوائزر انہیں کال کر سکتا ہے۔ نمبر پر بحث نہ کریں۔",
  criteria: [
    "A score was given",
    "The reason for the score was recorded",
    "A callback was offered for a score below 7",
  ],
  openings: [
    [
      agent(
        "السلام علیکم {customer_name}، میں مسار موٹرز سے رامی بول رہا ہوں۔ آپ اس ہفتے ہماری {branch} برانچ {آئے تھے|آئی تھیں}۔ کیا دو مختصر سوال پوچھ سکتا ہوں؟",
      ),
      customer("وعلیکم السلام، جی پوچھیں۔"),
    ],
  ],
  courses: [
    {
      turns: [
        agent("صفر سے دس تک، آپ ہمیں کتنے نمبر دیں گے؟"),
        customer("میں نو دوں گ{ا|ی}۔"),
        agent("بہت شکریہ! آپ کو سب سے اچھی بات کیا لگی؟"),
        customer("کام وقت پر ہوا، اور مستری نے ہر [[پردہ|پرزہ]] دکھا کر سمجھایا۔"),
        tool(
          "save_survey",
          { ticket: "{ticket}", score: 9, reason: "on time, clear explanation" },
          { saved: true },
          355,
        ),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Score 9: on time, every part was explained.",
      response: { score: 9, sentiment: "positive", callback: false },
      weight: 3,
    },
    {
      turns: [
        agent("صفر سے دس تک، آپ ہمیں کتنے نمبر دیں گے؟"),
        customer("چار۔ میں نے دو گھنٹے انتظار کیا اور کسی نے کچھ نہیں بتایا۔"),
        agent("ہم معذرت خواہ ہیں۔ کیا ہمارے مینیجر آپ کو کال کر سکتے ہیں؟"),
        customer("جی، کل شام چار بجے کے بعد۔"),
        tool("create_callback", { ticket: "{ticket}", when: "tomorrow 16:00" }, { id: "CB-{ticket}" }, 740),
        agent("وہ کل چار بجے کے بعد آپ کو کال کریں گے۔ صاف بات کرنے کا شکریہ۔"),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Score 4: a two-hour wait without information. A callback was agreed.",
      response: { score: 4, sentiment: "negative", callback: true },
      weight: 1.4,
    },
    {
      turns: [
        agent("صفر سے دس تک، آپ ہمیں کتنے نمبر دیں گے؟"),
        customer("مجھے سروے کے لیے کال نہ کیا کریں، میرا نمبر نکال دیں۔"),
        agent("جی بہتر، میں ابھی نکال دیتا ہوں۔"),
        tool("opt_out", { ticket: "{ticket}" }, { ok: true }, 300),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "The customer declined the survey and opted out.",
      response: { score: null, opted_out: true },
    },
    {
      turns: [
        agent("صفر سے دس تک، آپ ہمیں کتنے نمبر دیں گے؟"),
        customer("گاڑی تو میرے بھائی لے کر گئے تھے، مجھے معلوم نہیں۔"),
        agent("جی بہتر، ہم ان سے رابطہ کر لیں گے۔"),
      ],
      goal: "error",
      achieved: [false, false, false],
      reason: "Another member of the family had made the visit.",
      response: { score: null },
      weight: 0.6,
    },
  ],
  closings: [[agent("آپ کے وقت کا شکریہ، اللہ حافظ۔"), customer("اللہ حافظ۔")]],
};
