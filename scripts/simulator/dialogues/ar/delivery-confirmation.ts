import { agent, customer, type Script, tool } from "../dialogue";

export const deliveryConfirmation: Script = {
  scenario: "delivery-confirmation",
  language: "ar",
  prompt:
    "أنتِ نور، المساعدة الصوتية لمتجر رفوف. أكّدي عنوان التوصيل وموعده. إذا لم يكن العميل في المنزل فاعرضي عليه موعدًا آخر. وإذا أراد إلغاء الطلب فاسأليه عن السبب مرة واحدة وسجّليه.",
  criteria: ["تم تأكيد موعد التوصيل أو تغييره", "تم تأكيد العنوان", "عرف العميل ما سيفعله المندوب"],
  openings: [
    [
      agent("السلام عليكم {customer_name}، معك نور من متجر رفوف بخصوص طلبك رقم {order_id}."),
      customer("وعليكم السلام، إي والله كنت {منتظر|منتظرة} اتصالكم."),
    ],
    [
      agent("يا هلا، معك نور المساعدة الصوتية من متجر رفوف. هل معي {customer_name}؟"),
      customer("نعم، خير؟ بخصوص الشحنة؟"),
      agent("صحيح، طلبك رقم {order_id} جاهز للتوصيل."),
    ],
  ],
  courses: [
    {
      turns: [
        tool("get_order", { order_id: "{order_id}" }, { status: "out_for_delivery", district: "{district}" }, 730),
        agent("المندوب راح يكون في {district} يوم {delivery_date} {window}. يكون فيه أحد في البيت؟"),
        customer("نعم، أخوي موجود. العمارة جنب [[بندر|بنده]]، الدور الثاني."),
        agent("ممتاز. {تحب|تحبين} المندوب يتصل قبل ما يوصل؟"),
        customer("إي لو سمحتي، قبلها بعشر دقايق."),
        tool("confirm_delivery", { order_id: "{order_id}", call_before_minutes: 10 }, { confirmed: true }, 515),
        agent("تم، راح يتصل فيك المندوب قبل وصوله بعشر دقايق."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "تم تأكيد التوصيل يوم {delivery_date} {window}، وسيتصل المندوب قبل وصوله بعشر دقائق.",
      response: { confirmed: true, rescheduled: false, call_before_minutes: 10 },
      weight: 3,
    },
    {
      turns: [
        agent("التوصيل مجدول يوم {delivery_date} {window} في {district}. يناسبك؟"),
        customer("لا والله، أنا في الدوام إلى ست. ينفع يجي {alt_date}؟"),
        tool(
          "list_slots",
          { order_id: "{order_id}", date: "{alt_iso}" },
          { slots: ["10:00-13:00", "17:00-20:00"] },
          980,
        ),
        agent("يوم {alt_date} عندي من عشر الصباح إلى وحدة، أو من خمس إلى ثمان مساءً."),
        customer("من خمس إلى ثمان ممتاز."),
        tool("reschedule", { order_id: "{order_id}", date: "{alt_iso}", slot: "17:00-20:00" }, { ok: true }, 1205),
        agent("تم. طلبك يوصلك يوم {alt_date} بين الخامسة والثامنة مساءً."),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "نُقل موعد التوصيل إلى {alt_date} بين الخامسة والثامنة مساءً.",
      response: { confirmed: true, rescheduled: true, date: "{alt_iso}", slot: "17:00-20:00" },
      weight: 2,
    },
    {
      turns: [
        agent("التوصيل يوم {delivery_date} {window}. يكون فيه أحد في البيت؟"),
        customer("بصراحة أبغى ألغي الطلب، تأخر كثير واشتريت غيره من [[المول|المحل]]."),
        agent("نعتذر لك عن التأخير. ألغيه لك الآن، ويرجع المبلغ على بطاقتك خلال ثلاثة إلى خمسة أيام عمل."),
        tool("cancel_order", { order_id: "{order_id}", reason: "late" }, { cancelled: true, refund_days: 5 }, 1490),
        customer("تمام، يعطيك العافية."),
      ],
      goal: "failure",
      achieved: [false, false, false],
      reason: "ألغى العميل الطلب بسبب تأخر التوصيل.",
      response: { confirmed: false, cancelled: true, reason: "late" },
    },
    {
      turns: [
        agent("التوصيل في {district} يوم {delivery_date} {window}. العنوان صحيح؟"),
        customer("لا، أنا نقلت إلى بيت ثاني. أرسل لكم اللوكيشن على الواتساب؟"),
        agent("نعم، أرسلت لك رسالة الآن، رد{ّ|ّي} عليها بالموقع.", 9),
        tool(
          "await_location",
          { order_id: "{order_id}", channel: "whatsapp" },
          { received: true, changed: true },
          7400,
        ),
        agent("وصلني الموقع، شكرًا لك. الموعد نفسه يناسبك؟"),
        customer("إي يناسبني."),
        tool("confirm_delivery", { order_id: "{order_id}", address: "updated" }, { confirmed: true }, 560),
      ],
      goal: "success",
      achieved: [true, true, false],
      reason: "تم تحديث العنوان عن طريق الواتساب وتأكيد الموعد يوم {delivery_date}.",
      response: { confirmed: true, address_changed: true },
      weight: 1.2,
    },
    {
      turns: [agent("المندوب راح يمر عليك يوم {delivery_date} {window}، هل"), customer("أنا أسوق الحين، بعدين بعدين.")],
      goal: "error",
      achieved: [false, false, false],
      reason: "كان العميل يقود السيارة وأنهى المكالمة.",
      response: null,
      status: "user_rejected",
      weight: 0.6,
    },
  ],
  closings: [
    [agent("شكرًا لتسوقك من رفوف، يومك سعيد."), customer("الله يسعدك، مع السلامة.")],
    [agent("أي خدمة ثانية؟"), customer("لا، مشكورة."), agent("العفو {first_name}، مع السلامة.")],
  ],
};
