import { agent, customer, type Script, tool } from "../dialogue";

export const deliveryConfirmation: Script = {
  scenario: "delivery-confirmation",
  language: "ur",
  prompt:
    "آپ نور ہیں، آن لائن اسٹور رفوف کی وائس اسسٹنٹ۔ آرڈر کا پتہ اور وقت کنفرم کریں۔ اگر صارف گھر پر نہ ہو تو کوئی اور وقت تجویز کریں۔ اگر صارف آرڈر منسوخ کرنا چاہے تو وجہ ایک بار پوچھ کر درج کریں۔",
  criteria: [
    "The delivery slot was confirmed or rescheduled",
    "The address was confirmed",
    "The customer was told what the driver will do",
  ],
  openings: [
    [
      agent("السلام علیکم {customer_name}، میں رفوف سے نور بول رہی ہوں، آپ کے آرڈر {order_id} کے بارے میں۔"),
      customer("وعلیکم السلام، جی میں انتظار ہی کر {رہا|رہی} تھ{ا|ی}۔"),
    ],
    [
      agent("السلام علیکم، میں نور ہوں، رفوف کی وائس اسسٹنٹ۔ کیا {customer_name} سے بات ہو رہی ہے؟"),
      customer("جی، کیا میرے پارسل کی بات ہے؟"),
      agent("جی ہاں، آپ کا آرڈر {order_id} ڈیلیوری کے لیے تیار ہے۔"),
    ],
  ],
  courses: [
    {
      turns: [
        tool("get_order", { order_id: "{order_id}" }, { status: "out_for_delivery", district: "{district}" }, 760),
        agent("ہمارا رائیڈر {delivery_date} کو {window} {district} میں ہوگا۔ کیا اس وقت گھر پر کوئی ہوگا؟"),
        customer("جی، میرے بھائی گھر پر ہوں گے۔ ہماری عمارت [[مسجد کی سامنے|مسجد کے سامنے]] ہے۔"),
        agent("بہت اچھا۔ کیا رائیڈر پہنچنے سے پہلے کال کرے؟"),
        customer("جی، دس منٹ پہلے کال کر دے۔"),
        tool("confirm_delivery", { order_id: "{order_id}", call_before_minutes: 10 }, { confirmed: true }, 540),
        agent("ٹھیک ہے، رائیڈر دس منٹ پہلے آپ کو کال کرے گا۔"),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "Delivery on {delivery_iso} was confirmed; the driver calls ten minutes before.",
      response: { confirmed: true, rescheduled: false, call_before_minutes: 10 },
      weight: 3,
    },
    {
      turns: [
        agent("ڈیلیوری {delivery_date} کو {window} ہے۔ کیا یہ وقت آپ کے لیے مناسب ہے؟"),
        customer("نہیں، میں چھ بجے تک ڈیوٹی پر ہوت{ا|ی} ہوں۔ کیا {alt_date} کو ہو سکتی ہے؟"),
        tool(
          "list_slots",
          { order_id: "{order_id}", date: "{alt_iso}" },
          { slots: ["10:00-13:00", "17:00-20:00"] },
          1010,
        ),
        agent("جی، {alt_date} کو صبح دس سے ایک، یا شام پانچ سے آٹھ بجے کے درمیان ہو سکتی ہے۔"),
        customer("شام پانچ سے آٹھ ٹھیک ہے۔"),
        tool("reschedule", { order_id: "{order_id}", date: "{alt_iso}", slot: "17:00-20:00" }, { ok: true }, 1180),
        agent("ہو گیا۔ آپ کا آرڈر {alt_date} کو شام پانچ سے آٹھ بجے کے درمیان پہنچے گا۔"),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "The delivery was moved to {alt_iso}, 17:00 to 20:00.",
      response: { confirmed: true, rescheduled: true, date: "{alt_iso}", slot: "17:00-20:00" },
      weight: 2,
    },
    {
      turns: [
        agent("ڈیلیوری {delivery_date} کو {window} ہوگی۔ کیا گھر پر کوئی ہوگا؟"),
        customer("دراصل مجھے آرڈر منسوخ کرانا ہے، بہت دیر ہو گئی ہے۔"),
        agent("معذرت چاہتی ہوں۔ میں ابھی منسوخ کر دیتی ہوں، رقم تین سے پانچ دن میں آپ کے کارڈ پر واپس آ جائے گی۔"),
        tool("cancel_order", { order_id: "{order_id}", reason: "late" }, { cancelled: true, refund_days: 5 }, 1370),
        customer("ٹھیک ہے، شکریہ۔"),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "The customer cancelled the order because the delivery took too long.",
      response: { confirmed: false, cancelled: true, reason: "late" },
    },
  ],
  closings: [
    [agent("رفوف سے خریداری کا شکریہ۔ آپ کا دن اچھا گزرے۔"), customer("شکریہ، اللہ حافظ۔")],
    [agent("کوئی اور خدمت؟"), customer("نہیں جی، بس۔"), agent("شکریہ، اللہ حافظ۔")],
  ],
};
