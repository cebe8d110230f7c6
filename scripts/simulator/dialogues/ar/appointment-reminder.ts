import { agent, customer, type Script, tool } from "../dialogue";

export const appointmentReminder: Script = {
  scenario: "appointment-reminder",
  language: "ar",
  prompt:
    "أنتِ هالة، المساعدة الصوتية لعيادات بلسم. أكّدي الموعد أو غيّريه أو ألغيه بحسب رغبة المراجع، وذكّريه بما يحضره معه. لا تقدّمي أي نصيحة طبية، وأحيلي كل سؤال عن الأعراض إلى خط التمريض.",
  criteria: ["تم تأكيد الموعد أو تغييره", "عرف المراجع ما يحضره معه", "لم تُقدَّم أي نصيحة طبية"],
  openings: [
    [
      agent("السلام عليكم، معك هالة من عيادات بلسم. هل أتكلم مع {customer_name}؟"),
      customer("وعليكم السلام، نعم أنا."),
      agent("عندك موعد مع {doctor} في {clinic} يوم {appt_date} {appt_time}. بتقدر{|ين} تحضر{|ين}؟"),
    ],
    [
      agent(
        "مرحبًا {first_name}، معك هالة المساعدة الصوتية من عيادات بلسم، أتصل للتذكير بموعدك يوم {appt_date} {appt_time} مع {doctor}.",
      ),
      customer("إي نعم، ذكّرتيني الله يعافيك."),
      agent("هل الموعد ما زال مناسبًا لك؟"),
    ],
  ],
  courses: [
    {
      turns: [
        customer("إن شاء الله بحضر. لازم أجيب شي معي؟"),
        agent("أحضر{|ي} معك الهوية وبطاقة التأمين، ويفضّل الحضور قبل الموعد بربع ساعة."),
        customer("تأميني تغير الشهر الماضي إلى [[بوبة|بوبا]]، يعني فيه مشكلة؟"),
        tool(
          "check_insurance",
          { provider: "Bupa", clinic: "{clinic}" },
          { accepted: true, approval_needed: false },
          1320,
        ),
        agent("لا أبدًا، نقبل تأمين بوبا، وما يحتاج موافقة مسبقة."),
        tool("confirm_appointment", { appointment_id: "{appointment_id}" }, { status: "confirmed" }, 388),
        agent("موعدك مؤكد."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "أكّد المراجع موعد يوم {appt_date}، وتم التحقق من التأمين الجديد.",
      response: { decision: "confirmed", insurance: "Bupa" },
      weight: 3,
    },
    {
      turns: [
        customer("والله ما عاد يناسبني هذا اليوم. وش المتاح عند الدكتور غيره؟"),
        agent("لحظة أشوف لك.", 2),
        tool(
          "find_slots",
          { doctor: "{doctor}", from: "{alt_iso}" },
          { slots: [{ date: "{alt_iso}", time: "17:30" }] },
          1660,
        ),
        agent("أقرب موعد متاح {alt_date} الساعة خمس ونصف مساءً."),
        customer("تمام، احجزيه لي."),
        tool(
          "move_appointment",
          { appointment_id: "{appointment_id}", date: "{alt_iso}", time: "17:30" },
          { ok: true },
          870,
        ),
        agent("تم نقل الموعد. لا تنس{|ي} الهوية وبطاقة التأمين."),
      ],
      goal: "success",
      achieved: [true, true, true],
      reason: "نُقل الموعد إلى {alt_date} الساعة 5:30 مساءً.",
      response: { decision: "moved", date: "{alt_iso}", time: "17:30" },
      weight: 2,
    },
    {
      turns: [
        customer("من يوم بديت الحبوب الجديدة وأنا أحس [[بدوحة|بدوخة]]، أوقفها؟"),
        agent("ما أقدر أفيدك في هذا الموضوع، لكن خط التمريض متاح على مدار الساعة. أرسل لك الرقم؟"),
        customer("إي أرسليه. والموعد ألغيه، بروح المستشفى القريب مني."),
        tool("cancel_appointment", { appointment_id: "{appointment_id}", reason: "elsewhere" }, { ok: true }, 655),
        agent("ألغيت الموعد وأرسلت لك رقم خط التمريض. ما تشوف{|ين} شر."),
      ],
      goal: "failure",
      achieved: [false, false, true],
      reason: "ألغى المراجع الموعد وأُحيل إلى خط التمريض.",
      response: { decision: "cancelled", referred: "nurse_line" },
    },
    {
      turns: [
        customer("لحظة شوي لو سمحتي.", 20),
        agent("هل ما زلت معي؟", 15),
        agent("ما أسمعك، راح أعاود الاتصال لاحقًا."),
      ],
      goal: "error",
      achieved: [false, false, true],
      reason: "انقطع صوت المراجع.",
      response: null,
      status: "timeout",
      weight: 0.5,
    },
  ],
  closings: [
    [agent("شكرًا لك {first_name}، وعيادات بلسم تتمنى لك دوام الصحة."), customer("الله يعافيك، مع السلامة.")],
    [agent("نراك على خير إن شاء الله."), customer("إن شاء الله، شكرًا.")],
  ],
};
