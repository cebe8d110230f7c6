/** A call that is opened by its URL is shown as a page, without a panel. */
export default function NoPanel() {
  return null;
}
