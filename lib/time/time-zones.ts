/** A zone to choose: its IANA name, what it is called in a language, and how far it is from UTC now. */
export type TimeZoneChoice = { zone: string; name: string; offset: string };

/**
 * Every zone of this runtime, `UTC` first, the rest by name. `name` holds the zone's common name in the language beside the IANA
 * name, so that a search finds both: `Asia/Riyadh · Arabian Standard Time`.
 *
 * @param always zones that must be among them, also under an older name: the one that is set
 */
export function listTimeZones(locale: string, now: Date, always: readonly string[] = []): TimeZoneChoice[] {
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone").toSorted(), ...always]);
  return [...zones].map((zone) => {
    const plain = zone.replaceAll("_", " ");
    const common = part(locale, zone, "longGeneric", now);
    return {
      zone,
      name: common === "" || common === plain || /^(GMT|UTC|غرينتش)/.test(common) ? plain : `${plain} · ${common}`,
      // In both languages: it is read beside times, whose digits are Latin too.
      offset: part("en", zone, "shortOffset", now),
    };
  });
}

function part(locale: string, zone: string, timeZoneName: "longGeneric" | "shortOffset", now: Date): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(now);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
