import { cache } from "react";

import { readContact } from "@/db/contacts/list";

/** Cached, so that the head and the contact of a call read the contact with one query. */
export const contactOfCall = cache((contactId: string, callId: string) => readContact({ contactId, callId }));
