/** A call that is opened by its address is a page of its own, with nothing beside it. */
export default function NoPanel() {
  return null;
}
