import type { Language } from "../contract";
import { appointmentReminder as appointmentReminderAr } from "./ar/appointment-reminder";
import { cardActivation as cardActivationAr } from "./ar/card-activation";
import { deliveryConfirmation as deliveryConfirmationAr } from "./ar/delivery-confirmation";
import { orderSupport as orderSupportAr } from "./ar/order-support";
import { paymentReminder as paymentReminderAr } from "./ar/payment-reminder";
import { realEstateLead as realEstateLeadAr } from "./ar/real-estate-lead";
import { satisfactionSurvey as satisfactionSurveyAr } from "./ar/satisfaction-survey";
import { smallTalk as smallTalkAr } from "./ar/small-talk";
import type { Script, SmallTalk } from "./dialogue";
import { appointmentReminder as appointmentReminderEn } from "./en/appointment-reminder";
import { cardActivation as cardActivationEn } from "./en/card-activation";
import { deliveryConfirmation as deliveryConfirmationEn } from "./en/delivery-confirmation";
import { orderSupport as orderSupportEn } from "./en/order-support";
import { paymentReminder as paymentReminderEn } from "./en/payment-reminder";
import { realEstateLead as realEstateLeadEn } from "./en/real-estate-lead";
import { satisfactionSurvey as satisfactionSurveyEn } from "./en/satisfaction-survey";
import { smallTalk as smallTalkEn } from "./en/small-talk";
import { deliveryConfirmation as deliveryConfirmationUr } from "./ur/delivery-confirmation";
import { orderSupport as orderSupportUr } from "./ur/order-support";
import { paymentReminder as paymentReminderUr } from "./ur/payment-reminder";
import { satisfactionSurvey as satisfactionSurveyUr } from "./ur/satisfaction-survey";
import { smallTalk as smallTalkUr } from "./ur/small-talk";

const SCRIPTS: readonly Script[] = [
  paymentReminderAr,
  deliveryConfirmationAr,
  appointmentReminderAr,
  satisfactionSurveyAr,
  cardActivationAr,
  realEstateLeadAr,
  orderSupportAr,
  paymentReminderEn,
  deliveryConfirmationEn,
  appointmentReminderEn,
  satisfactionSurveyEn,
  cardActivationEn,
  realEstateLeadEn,
  orderSupportEn,
  paymentReminderUr,
  deliveryConfirmationUr,
  satisfactionSurveyUr,
  orderSupportUr,
];

/** The small talk of each language. */
export const SMALL_TALK: Record<Language, SmallTalk> = { ar: smallTalkAr, en: smallTalkEn, ur: smallTalkUr };

/** Returns the scripts in a language. */
export function scriptsIn(language: Language): readonly Script[] {
  return SCRIPTS.filter((script) => script.language === language);
}
