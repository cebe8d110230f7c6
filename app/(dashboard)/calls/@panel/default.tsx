/** A call that is opened by its URL is a page of its own, without a panel. */
export default function NoPanel() {
  return null;
}
