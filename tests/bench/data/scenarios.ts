/**
 * The scenarios of the generated calls. `weight` is the share among contacts, `reach` how often a first dial reaches the customer, `retries`
 * how often another dial follows one that did not. The last three are rare, so that filters for them select a handful among millions.
 */
export type BenchScenario = {
  id: string;
  weight: number;
  reach: number;
  retries: number;
  /** The shares of Arabic and English; the rest is Urdu. */
  arabic: number;
  english: number;
  /** The share of calls that the customer made. */
  inbound: number;
  /** The number of success criteria in its reports. */
  criteria: number;
};

const base = { reach: 0.52, retries: 0.8, arabic: 0.9, english: 0.07, inbound: 0.01, criteria: 5 };

export const BENCH_SCENARIOS: readonly BenchScenario[] = [
  { ...base, id: "delivery-confirmation", weight: 260, reach: 0.61 },
  { ...base, id: "payment-reminder", weight: 190, retries: 0.9 },
  { ...base, id: "appointment-reminder", weight: 130, reach: 0.58 },
  { ...base, id: "satisfaction-survey", weight: 95, retries: 0.35, criteria: 7 },
  { ...base, id: "order-support", weight: 70, inbound: 0.85, retries: 0.2, criteria: 4 },
  { ...base, id: "card-activation", weight: 52, arabic: 0.8, english: 0.15 },
  { ...base, id: "real-estate-lead", weight: 41, reach: 0.4, criteria: 6 },
  { ...base, id: "renewal-offer", weight: 33, reach: 0.38 },
  { ...base, id: "branch-visit", weight: 27 },
  { ...base, id: "address-update", weight: 22, arabic: 0.6, english: 0.1 },
  { ...base, id: "loan-follow-up", weight: 18, retries: 0.95 },
  { ...base, id: "insurance-claim", weight: 15, inbound: 0.4, criteria: 4 },
  { ...base, id: "clinic-reminder", weight: 12, reach: 0.66 },
  { ...base, id: "school-absence", weight: 10, reach: 0.7, criteria: 3 },
  { ...base, id: "utility-outage", weight: 8, retries: 0.1, criteria: 3 },
  { ...base, id: "charity-donation", weight: 6, reach: 0.33 },
  { ...base, id: "driver-dispatch", weight: 5, arabic: 0.35, english: 0.1 },
  { ...base, id: "visa-status", weight: 3, arabic: 0.4, english: 0.4 },
  { ...base, id: "event-invitation", weight: 2, arabic: 0.7, english: 0.28 },
  { ...base, id: "vip-concierge", weight: 1, arabic: 0.5, english: 0.49, inbound: 0.6 },
  { ...base, id: "pilot-hotel", weight: 0.02 },
  { ...base, id: "pilot-museum", weight: 0.01 },
  { ...base, id: "pilot-airport", weight: 0.004 },
];
