import { PageHeader } from "@/components/ui/page-header";
import { requirePage } from "@/server/auth/gates";

/** The empty page of a signed-in user that `npm run bench` compares the other pages with. Only a build for the bench contains it (`next.config.ts`). */
export default async function EmptyPage() {
  await requirePage();
  return <PageHeader title="Empty" />;
}
