import { riyadhHour } from "./calendar";
import type { Callback, Language } from "./contract";
import type { Random } from "./random";

/** A callback whose time depends on the end of the call. */
export interface DraftCallback extends Omit<Callback, "callback_at"> {
  /** Seconds from the end of the call; null: no time was agreed. */
  inSeconds: number | null;
}

/** The share of reported calls with a callback. */
const SHARE = 0.09;

const BRIEFS: Record<Language, Record<NonNullable<Callback["origin"]>, readonly string[]>> = {
  ar: {
    customer_requested: [
      "كان العميل يقود سيارته وطلب الاتصال به لاحقًا.",
      "طلبت العميلة أن نعاود الاتصال بعد انتهاء دوامها.",
      "يريد العميل أن يراجع زوجته ثم نكلمه مرة أخرى.",
    ],
    inferred_follow_up: ["انقطع الخط قبل تأكيد الموعد.", "وعد العميل بالبحث عن رقم الفاتورة، ولم يُتفق على شيء بعد."],
  },
  en: {
    customer_requested: [
      "The customer was driving and asked for a call later.",
      "The customer is in a meeting and wants to be called after work.",
      "The customer wants to talk to their family first.",
    ],
    inferred_follow_up: [
      "The line was lost before the appointment was confirmed.",
      "The customer wanted to look for the invoice; nothing was agreed.",
    ],
  },
  ur: {
    customer_requested: [
      "گاہک گاڑی چلا رہے تھے، بعد میں فون کرنے کو کہا۔",
      "گاہک نے شام کو دوبارہ فون کرنے کی درخواست کی۔",
    ],
    inferred_follow_up: ["تصدیق سے پہلے لائن کٹ گئی۔", "گاہک کو رسید ڈھونڈنی تھی، ابھی کچھ طے نہیں ہوا۔"],
  },
};

/** Draws the analyst's verdict on a call in this language; null, as for most calls: nobody is to be called back. */
export function draftCallback(draw: Random, language: Language): DraftCallback | null {
  if (!draw.chance(SHARE)) return null;
  const origin = draw.weighted([
    ["customer_requested", 6],
    ["inferred_follow_up", 3],
    [null, 1],
  ] as const);
  const isRequested = origin === "customer_requested";
  return {
    origin,
    inSeconds: draw.chance(isRequested ? 0.85 : 0.4) ? draw.int(3, 12 * 12) * 1800 : null,
    confidence: Math.round((isRequested ? 0.7 + 0.3 * draw.next() : 0.25 + 0.5 * draw.next()) * 100) / 100,
    context_brief: draw.pick(BRIEFS[language][origin ?? "inferred_follow_up"]),
    matches_tool_capture: isRequested ? draw.pick([true, true, false, null]) : null,
  };
}

/** Returns the callback of a call that ended at `endedAt`. Nobody is called at night: such a time moves by half a day. */
export function callbackOf({ inSeconds, ...rest }: DraftCallback, endedAt: number): Callback {
  if (inSeconds === null) return { ...rest, callback_at: null };
  const halfHour = 1_800_000;
  const at = Math.ceil(endedAt / halfHour) * halfHour + inSeconds * 1000;
  const hour = riyadhHour(at);
  return { ...rest, callback_at: new Date(hour >= 9 && hour < 21 ? at : at + 12 * 3_600_000).toISOString() };
}
