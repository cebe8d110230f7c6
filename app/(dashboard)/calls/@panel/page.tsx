/** The list alone, without a panel. Needed because a slot that has no page for a URL keeps showing the last one. */
export default function NoPanel() {
  return null;
}
