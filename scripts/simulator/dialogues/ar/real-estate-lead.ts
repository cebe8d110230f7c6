import { agent, customer, human, type Script, tool } from "../dialogue";

export const realEstateLead: Script = {
  scenario: "real-estate-lead",
  language: "ar",
  prompt:
    "أنتِ يارا، المساعدة الصوتية لشركة دار الساحل العقارية. ترك العميل رقمه على الموقع. اعرفي ما يبحث عنه (النوع والحي والميزانية والوقت، ونقدًا أم تمويلًا) واحجزي له زيارة. لا تعدي بأي خصم.",
  criteria: ["حُجزت زيارة", "عُرفت الميزانية والحي", "عُرفت طريقة الدفع"],
  openings: [
    [
      agent(
        "السلام عليكم {customer_name}، معك يارا من دار الساحل. سجّلت{|ِ} اهتمامك في {project} على موقعنا، عندك دقيقتين؟",
      ),
      customer("وعليكم السلام، إي نعم تذكرت، تفضلي."),
    ],
  ],
  courses: [
    {
      turns: [
        agent("{تبحث|تبحثين} عن سكن أو استثمار؟"),
        customer("سكن. إحنا خمسة، يعني أقل شي ثلاث غرف نوم."),
        agent("وكم الميزانية تقريبًا؟"),
        customer("في حدود {budget} ريال مو أكثر، ولازم يكون قريب من {district} عشان المدرسة."),
        tool(
          "search_units",
          { project: "{project}", bedrooms: 3, budget: "{budget}" },
          { found: 4, from_price: "{budget}" },
          2140,
        ),
        agent("عندي أربع وحدات تناسبك. الدفع نقدًا أو تمويل؟"),
        customer("تمويل، وعندي موافقة مبدئية من [[الراجعي|الراجحي]]."),
        agent("ممتاز. يناسبك تشوفها يوم {alt_date} {appt_time}؟"),
        customer("إي يناسبنا، بنجي كلنا."),
        tool("book_visit", { project: "{project}", date: "{alt_iso}", visitors: 2 }, { visit: "V-{ticket}" }, 930),
        agent("تم الحجز، وأرسل لك الموقع برسالة."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "حُجزت زيارة إلى {project} يوم {alt_date}، والميزانية {budget} ريال بتمويل عقاري.",
      response: { qualified: true, budget: "{budget}", financing: "mortgage", visit: "{alt_iso}" },
      weight: 2,
    },
    {
      turns: [
        agent("أي نوع من الوحدات يهمك؟"),
        customer("والله كنت أقارن الأسعار بس. كم أصغر وحدة؟"),
        agent("{unit}: تبدأ من {budget} ريال."),
        customer("لا، بعيد عن ميزانيتي. مشكورة."),
        tool("close_lead", { lead: "L-{ticket}", reason: "budget" }, { ok: true }, 310),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "السعر أعلى من ميزانية العميل.",
      response: { qualified: false, reason: "budget" },
      weight: 1.5,
    },
    {
      turns: [
        agent("أي نوع من الوحدات يهمك؟"),
        customer("{unit}، بس أفضّل أكلم موظف مبيعات، عندي أسئلة كثيرة عن العقد."),
        agent("على الرحب والسعة، أحوّلك الآن على مكتب المبيعات.", 6),
        tool("transfer_call", { queue: "sales" }, { transferred: true }, 2750),
        human("يا هلا، معك خالد من مكتب المبيعات. وش حاب{|ة} تعرف{|ين} عن العقد؟"),
        customer("أهم شي غرامة التأخير في التسليم."),
      ],
      goal: "success",
      achieved: [false, true, false],
      reason: "حُوّلت المكالمة إلى مكتب المبيعات.",
      response: { qualified: true, transferred_to: "sales" },
      status: "transferred",
      weight: 0.7,
    },
  ],
  closings: [[agent("شكرًا لاهتمامك {first_name}، مع السلامة."), customer("مع السلامة.")]],
};
