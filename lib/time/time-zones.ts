/** A time zone for a menu: its IANA name, its name in a language, and its current offset from UTC. */
export type TimeZoneChoice = { zone: string; name: string; offset: string };

/**
 * Every time zone of this runtime: `UTC` first, the others sorted by name. `name` contains the IANA name and the common name in the
 * language, so that a search finds either: `Asia/Riyadh · Arabian Standard Time`.
 *
 * @param always zones to include even if the runtime does not list them, such as the current setting
 */
export function listTimeZones(locale: string, now: Date, always: readonly string[] = []): TimeZoneChoice[] {
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone").toSorted(), ...always]);
  return [...zones].map((zone) => {
    const plain = zone.replaceAll("_", " ");
    const common = part(locale, zone, "longGeneric", now);
    return {
      zone,
      name: common === "" || common === plain || /^(GMT|UTC|غرينتش)/.test(common) ? plain : `${plain} · ${common}`,
      // Always in English, because times have Latin digits in both languages.
      offset: part("en", zone, "shortOffset", now),
    };
  });
}

function part(locale: string, zone: string, timeZoneName: "longGeneric" | "shortOffset", now: Date): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(now);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
