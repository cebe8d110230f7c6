/** The list has no call beside it. It must say so: a slot without a page for an address keeps what it showed. */
export default function NoPanel() {
  return null;
}
