/** The list without a panel. This page is needed because a slot without a page for a URL keeps showing its previous page. */
export default function NoPanel() {
  return null;
}
