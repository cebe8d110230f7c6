/** Whether the page was opened at the address that Callboard is set up for (`APP_URL`, in an attribute of the root layout). */
export function isOwnAddress(): boolean {
  const { address } = document.documentElement.dataset;
  return address === undefined || address === location.origin;
}
