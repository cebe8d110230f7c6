import type { Language } from "./contract";
import type { Random } from "./random";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Riyadh is three hours ahead of UTC all year. */
const RIYADH = 3 * HOUR;

/** The weight of each hour of the day in Riyadh, 0 to 23. It peaks in the late morning and after the afternoon prayer, and dips at noon. */
const HOUR_WEIGHTS = [
  0.01, 0.004, 0.002, 0.002, 0.002, 0.004, 0.02, 0.08, 0.35, 0.8, 1.15, 1.2, 0.7, 0.85, 0.75, 0.6, 1.0, 1.25, 1.1, 0.8,
  0.6, 0.3, 0.1, 0.04,
];
/** The weight of each day, Sunday to Saturday. The working week is Sunday to Thursday. */
const WEEKDAY_WEIGHTS = [1.15, 1.1, 1.0, 1.0, 0.85, 0.08, 0.4];

/**
 * Draws the times of `count` calls between two instants, in milliseconds since the epoch, ascending. Most are in the working hours
 * and on the working days of Riyadh. The volume grows slowly, differs randomly between days, and rises on days with a campaign.
 */
export function callTimes(draw: Random, count: number, from: number, to: number): number[] {
  const hours: (readonly [start: number, weight: number])[] = [];
  for (let start = from - (from % HOUR); start < to; start += HOUR) {
    const local = new Date(start + RIYADH);
    const day = Math.floor((start + RIYADH) / DAY);
    const noise = draw.fork(`day ${day}`);
    const dayFactor = (0.75 + noise.next() * 0.5) * (noise.chance(0.08) ? 1.8 : 1);
    const growth = 0.7 + (0.6 * (start - from)) / Math.max(HOUR, to - from);
    const covered = (Math.min(start + HOUR, to) - Math.max(start, from)) / HOUR;
    const weight = (HOUR_WEIGHTS[local.getUTCHours()] ?? 0) * (WEEKDAY_WEIGHTS[local.getUTCDay()] ?? 0);
    hours.push([start, weight * dayFactor * growth * covered]);
  }
  if (hours.length === 0) hours.push([from, 1]);
  const times = Array.from({ length: count }, () => {
    const start = draw.weighted(hours);
    const low = Math.max(start, from);
    return Math.floor(low + draw.next() * Math.max(0, Math.min(start + HOUR, to) - low));
  });
  return times.sort((a, b) => a - b);
}

/** Returns the hour of the day in Riyadh, 0 to 23. */
export function riyadhHour(at: number): number {
  return new Date(at + RIYADH).getUTCHours();
}

/** Returns the instant `days` days later, or one more day later if that is a Friday in Riyadh, when nothing is delivered. */
export function workingDayFrom(at: number, days: number): number {
  const then = at + days * DAY;
  return new Date(then + RIYADH).getUTCDay() === 5 ? then + DAY : then;
}

/** Returns the date in Riyadh: `2026-07-14`. */
export function isoDate(at: number): string {
  return new Date(at + RIYADH).toISOString().slice(0, 10);
}

const WEEKDAYS: Record<Language, readonly string[]> = {
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  ar: ["الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"],
  ur: ["اتوار", "پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ"],
};
const MONTHS: Record<Language, readonly string[]> = {
  en: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
  ar: ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"],
  ur: ["جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"],
};

/** Returns a date in Riyadh as people say it: "Sunday 12 July". It uses tables, because ICU's names change between versions. */
export function spokenDate(at: number, language: Language): string {
  const local = new Date(at + RIYADH);
  return `${WEEKDAYS[language][local.getUTCDay()]} ${local.getUTCDate()} ${MONTHS[language][local.getUTCMonth()]}`;
}
