import { agent, customer, type Script, tool } from "../dialogue";

export const orderSupport: Script = {
  scenario: "order-support",
  language: "ar",
  prompt:
    "أنتِ نور، المساعدة الصوتية لخدمة عملاء متجر رفوف. ابحثي عن طلب المتصل، وأخبريه أين هو، وافتحي تذكرة إذا كان فيه خلل. كوني مختصرة.",
  criteria: ["أُجيب عن سؤال المتصل", "عُثر على الطلب", "فُتحت تذكرة عند الحاجة"],
  openings: [
    [
      agent("أهلًا بك في رفوف، معك نور. كيف أقدر أخدمك؟"),
      customer("السلام عليكم، أبغى أعرف وين طلبي."),
      agent("وعليكم السلام، أبشر{|ي}. كم رقم الطلب؟"),
      customer("{order_id}."),
      tool("get_order", { order_id: "{order_id}" }, { status: "in_transit", eta: "{delivery_iso}" }, 880),
    ],
  ],
  courses: [
    {
      turns: [
        agent("لقيته. طلع من المستودع، ويوصل {district} يوم {delivery_date}."),
        customer("حلو، هذا اللي كنت أبغى أعرفه."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "أُخبر المتصل بأن الطلب يصل يوم {delivery_date}.",
      response: { intent: "order_status", resolved: true },
      weight: 3,
    },
    {
      turns: [
        agent("مكتوب عندي إنه تسلّم أمس لاستقبال العمارة."),
        customer("الاستقبال ما عندهم شي، والمرة الماضية كان [[الكراتون|الكرتون]] مفتوح بعد."),
        agent("أعتذر منك. أفتح لك تذكرة، وشركة الشحن تتابعها اليوم."),
        tool("open_ticket", { order_id: "{order_id}", topic: "missing_parcel" }, { ticket: "T-{ticket}" }, 1040),
        agent("رقم التذكرة {ticket}، ونتصل فيك قبل ظهر بكرة بالكثير."),
        customer("إن شاء الله خير."),
      ],
      goal: "failure",
      achieved: [false, true, true],
      reason: "الشحنة مفقودة، وفُتحت التذكرة {ticket} لدى شركة الشحن.",
      response: { intent: "missing_parcel", resolved: false, ticket: "T-{ticket}" },
      weight: 1.2,
    },
    {
      turns: [
        agent("لقيته، وهو الآن مع المندوب."),
        customer("طيب أبغى أرجّع قطعة منه، المقاس ما طلع [[مناسف|مناسب]]."),
        tool(
          "create_return",
          { order_id: "{order_id}", reason: "size" },
          { return_id: "R-{ticket}", label: "sms" },
          1215,
        ),
        agent("سجّلت طلب الإرجاع، ووصلتك رسالة فيها بوليصة الشحن. سلّم{|ي}ها لأي نقطة استلام خلال سبعة أيام."),
        customer("سهلة، الله يعطيك العافية."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "سُجّل طلب إرجاع بسبب المقاس، وأُرسلت بوليصة الشحن.",
      response: { intent: "return", resolved: true, return_id: "R-{ticket}" },
      weight: 1.5,
    },
  ],
  closings: [[agent("شكرًا لاتصالك برفوف، مع السلامة."), customer("مع السلامة.")]],
};
