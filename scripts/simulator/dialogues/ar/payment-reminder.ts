import { agent, customer, failedTool, human, type Script, tool } from "../dialogue";

export const paymentReminder: Script = {
  scenario: "payment-reminder",
  language: "ar",
  prompt:
    "أنتِ سارة، المساعدة الصوتية لشركة الواحة للتمويل. ذكّري العميل بلطف بالقسط المستحق واتفقي معه على موعد للسداد، أو أرسلي له رابط الدفع. لا تذكري المبلغ قبل التحقق من الهوية، ولا تضغطي على العميل أبدًا. حوّلي المكالمة إلى موظف مختص إذا اعترض العميل على المبلغ أو كان متعثرًا.",
  criteria: ["سدّد العميل أو حدّد موعدًا للسداد", "تم التحقق من الهوية قبل ذكر المبلغ", "أُرسل رابط الدفع"],
  openings: [
    [
      agent("السلام عليكم ورحمة الله، معك سارة المساعدة الصوتية من الواحة للتمويل. هل أتكلم مع {customer_name}؟"),
      customer("وعليكم السلام، نعم معك."),
      agent("حياك الله. قبل ما نكمل، ممكن تعطيني آخر أربعة أرقام من هويتك؟"),
      customer("تفضلي، {id4}."),
      tool("verify_identity", { id_last4: "{id4}" }, { verified: true }, 640),
    ],
    [
      agent("مساء الخير {أستاذ|أستاذة} {first_name}، معك سارة من الواحة للتمويل. عندك دقيقة؟"),
      customer("هلا، نعم تفضلي، بس أنا {داخل|داخلة} على اجتماع."),
      agent("ما راح أطوّل عليك. ممكن تأكيد آخر أربعة أرقام من الهوية؟"),
      customer("{id4}."),
      tool("verify_identity", { id_last4: "{id4}" }, { verified: true }, 812),
    ],
  ],
  courses: [
    {
      turns: [
        agent(
          "شكرًا لك. عندك قسط بقيمة {amount} ريال كان مستحقًا يوم {due_date} وما وصلنا إلى الآن. {تحب|تحبين} أرسل لك رابط الدفع برسالة نصية؟",
        ),
        customer("أوه والله نسيته تمامًا، كنت {مسافر|مسافرة}. أقدر أدفع ببطاقة [[مدة|مدى]]؟"),
        agent("أكيد، مدى وأبل باي والتحويل البنكي كلها متاحة. أرسل لك الرابط الآن على هذا الرقم."),
        tool(
          "send_payment_link",
          { invoice_number: "{invoice_number}", channel: "sms" },
          { sent: true, expires_in_hours: 48 },
          1130,
        ),
        agent("تم الإرسال. متى تتوقع{|ين} يكون السداد؟"),
        customer("إن شاء الله يوم {promise_date}، أول ما ينزل الراتب."),
        tool(
          "record_promise_to_pay",
          { invoice_number: "{invoice_number}", date: "{promise_iso}" },
          { recorded: true },
          420,
        ),
        agent("ممتاز، سجلت لك يوم {promise_date}، وما فيه أي رسوم تأخير إذا وصل السداد في هذا الموعد."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "وعد العميل بسداد {amount} ريال يوم {promise_date}، واستلم رابط الدفع.",
      response: { promise_to_pay: true, promised_date: "{promise_iso}", link_sent: true },
      weight: 3,
    },
    {
      turns: [
        agent("شكرًا لك. أتصل بخصوص قسط بقيمة {amount} ريال كان مستحقًا يوم {due_date}."),
        customer("بس أنا سددته أمس عن طريق التطبيق، وعندي [[الاعصار|الإشعار]]."),
        agent("خليني أتأكد لك، لحظة من فضلك.", 3),
        tool(
          "get_payment_status",
          { invoice_number: "{invoice_number}" },
          { status: "settled", settled_at: "{yesterday_iso}" },
          1840,
        ),
        agent("معك حق، العملية ظهرت عندي الآن وتم قيدها صباح اليوم. أعتذر لك عن الإزعاج."),
        customer("ولا يهمك، ما فيه مشكلة."),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "القسط مسدّد قبل المكالمة بيوم، وتم التأكد من ذلك في النظام أثناء المكالمة.",
      response: { promise_to_pay: false, already_paid: true },
      weight: 1.5,
    },
    {
      turns: [
        agent("شكرًا لك. عندك قسط متأخر بقيمة {amount} ريال من يوم {due_date}."),
        customer("أدري والله، بس أنا تركت العمل من شهرين، وما أقدر أسدد المبلغ كامل الآن."),
        agent("الله يفرّجها عليك. هل يناسبك تسدد{|ين} جزءًا منه هذا الشهر؟"),
        customer("بصراحة أفضّل أكلم موظف بخصوص [[إعادة الجدول|إعادة الجدولة]]."),
        agent("أبشر{|ي}، أطلب من فريق العناية بالعملاء يتواصل معك."),
        failedTool(
          "create_callback",
          { team: "hardship", invoice_number: "{invoice_number}" },
          "ServiceUnavailable: ticketing system did not answer within 5000 ms",
          5012,
        ),
        agent("النظام بطيء حاليًا، لكني سجلت طلبك عندي، وراح يتصل فيك أحد الزملاء خلال يومي عمل."),
        customer("تمام، شكرًا على تفهمك."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "العميل متعثر ولم يحدد موعدًا للسداد، وطلب التواصل معه بخصوص إعادة الجدولة.",
      response: { promise_to_pay: false, hardship: true, callback: "hardship" },
      weight: 1.2,
    },
    {
      turns: [
        agent("شكرًا لك. أتصل بخصوص قسط بقيمة {amount} ريال كان مستحقًا يوم {due_date}."),
        customer("هذا مو المبلغ اللي في العقد، المفروض أقل من كذا. أبغى أكلم موظف."),
        agent("فاهمة عليك. أحوّلك الآن على زميل يقدر يشوف العقد، خليك معي على الخط.", 8),
        tool("transfer_call", { queue: "disputes" }, { transferred: true, agent: "Mazen" }, 3200),
        human("السلام عليكم، معك مازن من قسم الاعتراضات، والعقد مفتوح قدامي الآن."),
        customer("وعليكم السلام. القسط المفروض ينقص بعد السداد المبكر اللي سويته قبل كم شهر."),
        human("صحيح، أشوف السداد المبكر عندي. أعطني دقيقة وأصحح لك الجدول."),
      ],
      goal: "failure",
      achieved: [false, true, false],
      reason: "العميل يعترض على المبلغ، وتم تحويله إلى قسم الاعتراضات.",
      response: { disputed: true, transferred_to: "disputes" },
      status: "transferred",
      weight: 0.8,
    },
    {
      openings: [
        [
          agent("السلام عليكم، معك سارة من الواحة للتمويل. هل أتكلم مع {customer_name}؟"),
          customer("لا والله، الرقم غلط. هذا الرقم معي من سنة."),
        ],
      ],
      turns: [
        agent("أعتذر منك، وراح أطلب تحديث الرقم عندنا حتى ما نزعجك مرة ثانية."),
        tool("flag_wrong_number", { invoice_number: "{invoice_number}" }, { flagged: true }, 365),
      ],
      goal: "error",
      achieved: [false, false, false],
      reason: "الرقم ليس للعميل، وتم تعليمه كرقم خاطئ.",
      response: { wrong_number: true },
      weight: 0.6,
    },
  ],
  closings: [
    [agent("تأمر{|ين} على شيء ثاني؟"), customer("لا، سلامتك."), agent("شكرًا لوقتك، مع السلامة.")],
    [agent("شكرًا لك {first_name}، في أمان الله."), customer("مع السلامة.")],
  ],
};
