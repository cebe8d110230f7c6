import { workingDayFrom, isoDate, spokenDate } from "./calendar";
import type { Language } from "./contract";
import type { Customer } from "./customers";
import type { ScenarioId } from "./dialogues/dialogue";
import type { Random } from "./random";
import type { Facts } from "./template";

/** The same list in each language: an index has the same meaning in every list. */
type Words = Record<Language, readonly string[]>;

const DISTRICTS: Words = {
  ar: ["حي الياسمين", "حي الملقا", "حي النرجس", "حي العليا", "حي الصحافة", "حي الروضة", "حي قرطبة", "حي الحمراء"],
  en: ["Al Yasmin", "Al Malqa", "Al Narjis", "Al Olaya", "Al Sahafah", "Al Rawdah", "Qurtubah", "Al Hamra"],
  ur: ["الیاسمین", "الملقا", "النرجس", "العلیا", "الصحافہ", "الروضہ", "قرطبہ", "الحمراء"],
};
const BRANCHES: Words = {
  ar: ["الرياض", "جدة", "الدمام", "المدينة المنورة", "أبها"],
  en: ["Riyadh", "Jeddah", "Dammam", "Madinah", "Abha"],
  ur: ["ریاض", "جدہ", "دمام", "مدینہ منورہ", "ابہا"],
};
const DOCTORS: Words = {
  ar: ["الدكتورة هند السالم", "الدكتور وليد الناصر", "الدكتورة ريما قاسم", "الدكتور سامي حداد"],
  en: ["Dr Hind Al Salem", "Dr Waleed Al Nasser", "Dr Reema Qasim", "Dr Sami Haddad"],
  ur: ["ڈاکٹر ہند السالم", "ڈاکٹر ولید الناصر", "ڈاکٹر ریما قاسم", "ڈاکٹر سامی حداد"],
};
const CLINICS: Words = {
  ar: ["عيادة الأسنان", "عيادة الجلدية", "عيادة العيون", "عيادة الأطفال"],
  en: ["the dental clinic", "the dermatology clinic", "the eye clinic", "the children's clinic"],
  ur: ["دانتوں کے کلینک", "جلد کے کلینک", "آنکھوں کے کلینک", "بچوں کے کلینک"],
};
const PROJECTS: Words = {
  ar: ["مشروع واجهة الساحل", "مشروع تلال النخيل", "مشروع سرايا الواحة"],
  en: ["Sahel Waterfront", "Nakheel Hills", "Saraya Oasis"],
  ur: ["ساحل واٹر فرنٹ", "نخیل ہلز", "سرایا اویسس"],
};
const UNITS: Words = {
  ar: ["شقة غرفتين", "شقة ثلاث غرف", "تاون هاوس", "فيلا دوبلكس"],
  en: ["Two-bedroom apartment", "Three-bedroom apartment", "Townhouse", "Duplex villa"],
  ur: ["دو کمروں کا اپارٹمنٹ", "تین کمروں کا اپارٹمنٹ", "ٹاؤن ہاؤس", "ڈوپلیکس ولا"],
};
const CARDS: Words = {
  ar: ["الائتمانية البلاتينية", "مدى", "الائتمانية الذهبية"],
  en: ["Platinum credit", "mada debit", "Gold credit"],
  ur: ["پلاٹینم کریڈٹ", "مدی ڈیبٹ", "گولڈ کریڈٹ"],
};
const WINDOWS: Words = {
  ar: ["بين العاشرة صباحًا والواحدة ظهرًا", "بين الرابعة والسابعة مساءً", "بين الخامسة والثامنة مساءً"],
  en: ["between ten and one", "between four and seven in the afternoon", "between five and eight in the evening"],
  ur: ["صبح دس سے دوپہر ایک بجے کے درمیان", "شام چار سے سات بجے کے درمیان", "شام پانچ سے آٹھ بجے کے درمیان"],
};
const WINDOW_CODES = ["10:00-13:00", "16:00-19:00", "17:00-20:00"] as const;
const TIMES: Words = {
  ar: ["الساعة 10:15 صباحًا", "الساعة 11:30 صباحًا", "الساعة 4:30 مساءً", "الساعة 6:00 مساءً"],
  en: ["10:15 in the morning", "11:30 in the morning", "4:30 in the afternoon", "6:00 in the evening"],
  ur: ["صبح 10:15 بجے", "صبح 11:30 بجے", "شام 4:30 بجے", "شام 6:00 بجے"],
};
const TIME_CODES = ["10:15", "11:30", "16:30", "18:00"] as const;

/** Draws the facts of one call: the facts for its texts, in the call's language, and the `variables` that the API returns. */
export function callFacts(
  draw: Random,
  scenario: ScenarioId,
  customer: Customer,
  at: number,
): { facts: Facts; variables: Record<string, unknown> } {
  const { language } = customer;
  const amount = draw.int(8, 120) * 25 + draw.pick([0, 0, 0, 15, 49.5]);
  const budget = draw.int(9, 34) * 50_000;
  const window = draw.int(0, WINDOW_CODES.length - 1);
  const time = draw.int(0, TIME_CODES.length - 1);
  const district = draw.int(0, DISTRICTS.en.length - 1);
  const due = at - draw.int(2, 12) * 86_400_000;
  const promise = workingDayFrom(at, draw.int(1, 6));
  const delivery = workingDayFrom(at, draw.int(1, 2));
  const alternative = workingDayFrom(at, draw.int(3, 8));
  const appointment = workingDayFrom(at, draw.int(1, 3));
  const number = (low: number, high: number) => String(draw.int(low, high));
  const word = (words: Words, index?: number) =>
    index === undefined ? draw.pick(words[language]) : (words[language][index] ?? "");

  const facts = {
    customer_name: customer.name,
    first_name: customer.firstName,
    id4: number(1000, 9999),
    amount: amount.toLocaleString("en-US", { minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 }),
    invoice_number: `INV-${number(20000, 98999)}`,
    due_date: spokenDate(due, language),
    promise_date: spokenDate(promise, language),
    promise_iso: isoDate(promise),
    yesterday_iso: isoDate(at - 86_400_000),
    today_iso: isoDate(at),
    tomorrow_iso: isoDate(at + 86_400_000),
    order_id: `RF-${number(10000, 98999)}`,
    district: word(DISTRICTS, district),
    window: word(WINDOWS, window),
    delivery_date: spokenDate(delivery, language),
    delivery_iso: isoDate(delivery),
    alt_date: spokenDate(alternative, language),
    alt_iso: isoDate(alternative),
    doctor: word(DOCTORS),
    clinic: word(CLINICS),
    appointment_id: `APT-${number(3000, 9999)}`,
    appt_date: spokenDate(appointment, language),
    appt_time: word(TIMES, time),
    branch: word(BRANCHES),
    ticket: number(40000, 89999),
    last4: number(1000, 9999),
    card_type: word(CARDS),
    project: word(PROJECTS),
    unit: word(UNITS),
    budget: budget.toLocaleString("en-US"),
  } satisfies Facts;

  const variablesOf: Record<ScenarioId, Record<string, unknown>> = {
    "payment-reminder": {
      invoice_number: facts.invoice_number,
      amount,
      currency: "SAR",
      due_date: isoDate(due),
    },
    "delivery-confirmation": {
      order_id: facts.order_id,
      district: facts.district,
      delivery_date: facts.delivery_iso,
      delivery_window: WINDOW_CODES[window],
    },
    "appointment-reminder": {
      appointment_id: facts.appointment_id,
      doctor: facts.doctor,
      clinic: facts.clinic,
      appointment_at: `${isoDate(appointment)}T${TIME_CODES[time]}:00+03:00`,
    },
    "satisfaction-survey": { ticket_id: facts.ticket, branch: facts.branch },
    "card-activation": { card_type: facts.card_type, card_last4: facts.last4 },
    "real-estate-lead": {
      lead_id: `L-${facts.ticket}`,
      project: facts.project,
      source: draw.pick(["website", "instagram", "snapchat"]),
    },
    "order-support": { order_id: facts.order_id },
  };
  return { facts, variables: { customer_name: customer.name, ...variablesOf[scenario] } };
}
