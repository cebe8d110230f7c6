/** A time zone for a menu: its IANA name, its name in a language, and its present offset from UTC. */
export type TimeZoneChoice = { zone: string; name: string; offset: string };

/**
 * Every time zone of this runtime, `UTC` first, the rest by name. `name` has the IANA name and the common name in the language, so that
 * a search finds both: `Asia/Riyadh · Arabian Standard Time`.
 *
 * @param always zones to include also under a name that the runtime does not list: the current setting
 */
export function listTimeZones(locale: string, now: Date, always: readonly string[] = []): TimeZoneChoice[] {
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone").toSorted(), ...always]);
  return [...zones].map((zone) => {
    const plain = zone.replaceAll("_", " ");
    const common = part(locale, zone, "longGeneric", now);
    return {
      zone,
      name: common === "" || common === plain || /^(GMT|UTC|غرينتش)/.test(common) ? plain : `${plain} · ${common}`,
      // English for both languages: times have Latin digits too.
      offset: part("en", zone, "shortOffset", now),
    };
  });
}

function part(locale: string, zone: string, timeZoneName: "longGeneric" | "shortOffset", now: Date): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(now);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
