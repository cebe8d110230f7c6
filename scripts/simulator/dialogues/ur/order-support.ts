import { agent, customer, type Script, tool } from "../dialogue";

export const orderSupport: Script = {
  scenario: "order-support",
  language: "ur",
  prompt:
    "آپ نور ہیں، رفوف کی کسٹمر لائن کی وائس اسسٹنٹ۔ کال کرنے والے کا آرڈر تلاش کریں، بتائیں کہ وہ کہاں ہے، اور کوئی مسئلہ ہو تو ٹکٹ کھولیں۔ مختصر بات کریں۔",
  criteria: ["The caller's question was answered", "The order was found", "A ticket was opened where one was needed"],
  openings: [
    [
      agent("رفوف میں خوش آمدید، میں نور ہوں۔ میں آپ کی کیا مدد کر سکتی ہوں؟"),
      customer("السلام علیکم، مجھے اپنے آرڈر کا پوچھنا تھا کہ کہاں ہے۔"),
      agent("وعلیکم السلام، جی ضرور۔ آرڈر نمبر بتا دیجیے۔"),
      customer("{order_id}۔"),
      tool("get_order", { order_id: "{order_id}" }, { status: "in_transit", eta: "{delivery_iso}" }, 900),
    ],
  ],
  courses: [
    {
      turns: [
        agent("آپ کا آرڈر گودام سے نکل چکا ہے اور {delivery_date} کو {district} پہنچ جائے گا۔"),
        customer("بہت اچھا، بس یہی معلوم کرنا تھا۔"),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The caller was told that the order arrives on {delivery_iso}.",
      response: { intent: "order_status", resolved: true },
      weight: 3,
    },
    {
      turns: [
        agent("ریکارڈ کے مطابق آپ کا پارسل کل عمارت کے استقبالیہ پر دے دیا گیا تھا۔"),
        customer("استقبالیہ پر کچھ نہیں ہے۔ پچھلی بار بھی [[ڈبا کھیلا|ڈبا کھلا]] ہوا تھا۔"),
        agent("معذرت چاہتی ہوں۔ میں ٹکٹ کھول رہی ہوں، کوریئر آج ہی اسے دیکھے گا۔"),
        tool("open_ticket", { order_id: "{order_id}", topic: "missing_parcel" }, { ticket: "T-{ticket}" }, 990),
        agent("آپ کا ٹکٹ نمبر {ticket} ہے۔ ہم کل دوپہر تک آپ کو کال کریں گے۔"),
        customer("ٹھیک ہے، میں انتظار کروں گ{ا|ی}۔"),
      ],
      goal: "failure",
      achieved: [false, true, true],
      reason: "The parcel is missing; ticket {ticket} was opened with the courier.",
      response: { intent: "missing_parcel", resolved: false, ticket: "T-{ticket}" },
      weight: 1.2,
    },
  ],
  closings: [[agent("رفوف کو کال کرنے کا شکریہ، اللہ حافظ۔"), customer("اللہ حافظ۔")]],
};
