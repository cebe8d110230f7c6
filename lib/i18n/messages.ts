import type { Locale } from "./locales";
import type account from "./messages/en/account.json";
import type auth from "./messages/en/auth.json";
import type call from "./messages/en/call.json";
import type calls from "./messages/en/calls.json";
import type common from "./messages/en/common.json";
import type contacts from "./messages/en/contacts.json";
import type deliveries from "./messages/en/deliveries.json";
import type notices from "./messages/en/notices.json";
import type outcomes from "./messages/en/outcomes.json";
import type overview from "./messages/en/overview.json";
import type people from "./messages/en/people.json";
import type privacy from "./messages/en/privacy.json";
import type settings from "./messages/en/settings.json";
import type shell from "./messages/en/shell.json";
import { NAMESPACES, type Namespace } from "./namespaces";

/** The messages by namespace. The types come from the English files, so code that uses a missing key does not compile. */
export interface Messages {
  common: typeof common;
  outcomes: typeof outcomes;
  shell: typeof shell;
  auth: typeof auth;
  overview: typeof overview;
  calls: typeof calls;
  call: typeof call;
  contacts: typeof contacts;
  deliveries: typeof deliveries;
  settings: typeof settings;
  privacy: typeof privacy;
  people: typeof people;
  account: typeof account;
  notices: typeof notices;
}

/** Loads every message of a language, by namespace. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  const entries = await Promise.all(
    NAMESPACES.map(async (namespace): Promise<[Namespace, unknown]> => {
      const file = (await import(`./messages/${locale}/${namespace}.json`)) as { default: unknown };
      return [namespace, file.default];
    }),
  );
  // The files of each language have the keys of the English ones: a unit test compares them.
  return Object.fromEntries(entries) as unknown as Messages;
}
