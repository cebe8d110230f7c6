import { agent, customer, human, type Script, tool } from "../dialogue";

export const paymentReminder: Script = {
  scenario: "payment-reminder",
  language: "ur",
  prompt:
    "آپ سارہ ہیں، الواحہ فنانس کی وائس اسسٹنٹ۔ صارف کو واجب الادا قسط کی شائستگی سے یاد دہانی کرائیں اور ادائیگی کی تاریخ طے کریں یا ادائیگی کا لنک بھیجیں۔ شناخت کی تصدیق سے پہلے رقم ہرگز نہ بتائیں اور صارف پر دباؤ نہ ڈالیں۔",
  criteria: [
    "The customer paid or named a payment date",
    "Identity was verified before the amount was mentioned",
    "The payment link was sent",
  ],
  openings: [
    [
      agent(
        "السلام علیکم، میں سارہ بول رہی ہوں، الواحہ فنانس کی وائس اسسٹنٹ۔ کیا میری بات {customer_name} سے ہو رہی ہے؟",
      ),
      customer("وعلیکم السلام، جی بول {رہا|رہی} ہوں۔"),
      agent("شکریہ۔ تصدیق کے لیے براہِ کرم اپنے اقامے کے آخری چار ہندسے بتا دیجیے۔"),
      customer("جی، {id4}۔"),
      tool("verify_identity", { id_last4: "{id4}" }, { verified: true }, 690),
    ],
  ],
  courses: [
    {
      turns: [
        agent(
          "شکریہ۔ آپ کی {amount} ریال کی قسط {due_date} کو واجب الادا تھی اور ابھی تک موصول نہیں ہوئی۔ کیا میں آپ کو ادائیگی کا لنک بھیج دوں؟",
        ),
        customer("جی میں بھول {گیا|گئی} تھ{ا|ی}۔ کیا [[مدد کارڈ|مدیٰ کارڈ]] سے ادائیگی ہو جائے گی؟"),
        agent("جی بالکل، مدیٰ، ایپل پے اور بینک ٹرانسفر تینوں ہو سکتے ہیں۔ میں ابھی اسی نمبر پر لنک بھیج رہی ہوں۔"),
        tool(
          "send_payment_link",
          { invoice_number: "{invoice_number}", channel: "sms" },
          { sent: true, expires_in_hours: 48 },
          1090,
        ),
        agent("لنک بھیج دیا گیا ہے۔ آپ کب تک ادائیگی کر سکیں {گے|گی}؟"),
        customer("تنخواہ آتے ہی، {promise_date} کو کر دوں گ{ا|ی}۔"),
        tool(
          "record_promise_to_pay",
          { invoice_number: "{invoice_number}", date: "{promise_iso}" },
          { recorded: true },
          450,
        ),
        agent("بہت شکریہ، میں نے {promise_date} نوٹ کر لی ہے۔ اس تاریخ تک کوئی جرمانہ نہیں ہوگا۔"),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "The customer promised to pay {amount} SAR on {promise_iso} and received the payment link.",
      response: { promise_to_pay: true, promised_date: "{promise_iso}", link_sent: true },
      weight: 3,
    },
    {
      turns: [
        agent("شکریہ۔ آپ کی {amount} ریال کی قسط {due_date} سے باقی ہے۔"),
        customer("مجھے معلوم ہے، لیکن دو مہینے سے تنخواہ نہیں ملی۔ اس وقت پوری رقم دینا ممکن نہیں۔"),
        agent("مجھے یہ سن کر افسوس ہوا۔ کیا آپ اس مہینے کچھ حصہ ادا کر {سکتے|سکتی} ہیں؟"),
        customer("بہتر ہے کہ آپ میری بات کسی [[نمائش|نمائندے]] سے کرا دیں۔"),
        tool("create_callback", { team: "hardship", invoice_number: "{invoice_number}" }, { id: "CB-{ticket}" }, 930),
        agent("جی ضرور، ہمارے نمائندے دو دن کے اندر آپ کو کال کریں گے۔"),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer is in hardship and named no date; a callback was requested.",
      response: { promise_to_pay: false, hardship: true, callback: "hardship" },
      weight: 1.4,
    },
    {
      turns: [
        agent("شکریہ۔ آپ کی {amount} ریال کی قسط {due_date} کو واجب الادا تھی۔"),
        customer("یہ رقم غلط ہے، میرے معاہدے میں کم لکھی ہے۔ کسی نمائندے سے بات کرائیں۔"),
        agent("جی ضرور، میں آپ کی کال متعلقہ شعبے کو منتقل کر رہی ہوں، لائن پر رہیے۔", 7),
        tool("transfer_call", { queue: "disputes" }, { transferred: true, agent: "Kamran" }, 2900),
        human("السلام علیکم، میں شکایات کے شعبے سے کامران بات کر رہا ہوں۔ آپ کا معاہدہ میرے سامنے ہے۔"),
        customer("وعلیکم السلام، میں نے پہلے سے کچھ رقم ادا کی تھی، وہ کم نہیں ہوئی۔"),
        human("جی مجھے نظر آ رہی ہے، ایک منٹ دیجیے، میں درست کر دیتا ہوں۔"),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "The customer disputes the amount and was transferred.",
      response: { disputed: true, transferred_to: "disputes" },
      status: "transferred",
      weight: 0.8,
    },
  ],
  closings: [
    [
      agent("کیا میں آپ کی کوئی اور مدد کر سکتی ہوں؟"),
      customer("نہیں، شکریہ۔"),
      agent("آپ کے وقت کا شکریہ، اللہ حافظ۔"),
    ],
    [agent("بہت شکریہ، اللہ حافظ۔"), customer("اللہ حافظ۔")],
  ],
};
