import { agent, customer, type Script, tool } from "../dialogue";

export const satisfactionSurvey: Script = {
  scenario: "satisfaction-survey",
  language: "ar",
  prompt:
    "أنت رامي، المساعد الصوتي لشركة مسار للسيارات. اسأل العميل عن تقييمه لآخر زيارة لمركز الصيانة من صفر إلى عشرة، وعن سبب التقييم، وهل يرغب في أن يتصل به مستشار الخدمة. لا تجادل العميل في تقييمه.",
  criteria: ["أعطى العميل تقييمًا", "سُجّل سبب التقييم", "عُرض الاتصال لكل تقييم أقل من 7"],
  openings: [
    [
      agent(
        "السلام عليكم {customer_name}، معك رامي من مسار للسيارات. زرت{|ِ} مركز الصيانة في {branch} هذا الأسبوع، ممكن سؤالين سريعين؟",
      ),
      customer("تفضل، بس بسرعة."),
    ],
    [
      agent("يا هلا، معك رامي المساعد الصوتي لمسار للسيارات. وقتك يسمح بسؤالين عن زيارتك لفرع {branch}؟"),
      customer("إي تفضل."),
    ],
  ],
  courses: [
    {
      turns: [
        agent("من صفر إلى عشرة، كم تعطينا؟"),
        customer("والله تسعة."),
        agent("شكرًا لك! وش أكثر شي أعجبك؟"),
        customer("المستشار شرح لي كل قطعة غيّرها، والسيارة طلعت في وقتها، وبعد [[مقسولة|مغسولة]]."),
        tool("save_survey", { ticket: "{ticket}", score: 9, reason: "شرح واضح، التزام بالوقت" }, { saved: true }, 342),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "التقييم 9: شرح واضح والسيارة جاهزة في وقتها.",
      response: { score: 9, sentiment: "positive", callback: false },
      weight: 3,
    },
    {
      turns: [
        agent("من صفر إلى عشرة، كم تعطينا؟"),
        customer("ثلاثة. انتظرت ساعتين ومحد قال لي ليش."),
        agent("نعتذر منك. تسمح{|ين} لمدير الصيانة يتصل فيك؟"),
        customer("إي، بكرة بعد الساعة أربع العصر."),
        tool("save_survey", { ticket: "{ticket}", score: 3, reason: "انتظار طويل بلا توضيح" }, { saved: true }, 401),
        tool("create_callback", { ticket: "{ticket}", when: "tomorrow 16:00" }, { id: "CB-{ticket}" }, 760),
        agent("راح يتصل فيك بكرة بعد الرابعة عصرًا. شكرًا على صراحتك."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "التقييم 3: انتظار ساعتين بلا توضيح، واتُّفق على اتصال من مدير الصيانة.",
      response: { score: 3, sentiment: "negative", callback: true },
      weight: 1.5,
    },
    {
      turns: [
        agent("من صفر إلى عشرة، كم تعطينا؟"),
        customer("سبعة. الشغل ممتاز بس السعر [[غال شوي|غالي شوي]] مقارنة بغيركم."),
        agent("ملاحظتك وصلت. فيه شي ثاني تحب{|ين} نحسّنه؟"),
        customer("مواعيد المساء، ليتها أكثر."),
        tool("save_survey", { ticket: "{ticket}", score: 7, reason: "السعر، مواعيد المساء" }, { saved: true }, 377),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "التقييم 7: جودة ممتازة، والسعر مرتفع ومواعيد المساء قليلة.",
      response: { score: 7, sentiment: "neutral", callback: false },
      weight: 1.5,
    },
    {
      turns: [
        agent("من صفر إلى عشرة، كم تعطينا؟"),
        customer("أنا ما أرد على الاستبيانات، شيلوا رقمي من القائمة لو سمحتوا."),
        agent("أبشر{|ي}، الحين أشيله."),
        tool("opt_out", { ticket: "{ticket}" }, { ok: true }, 290),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "رفض العميل الاستبيان وطلب حذف رقمه من القائمة.",
      response: { score: null, opted_out: true },
    },
  ],
  closings: [[agent("شكرًا لوقتك، وقيادة آمنة إن شاء الله."), customer("حياك الله.")]],
};
