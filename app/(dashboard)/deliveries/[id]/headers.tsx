import { getTranslations } from "next-intl/server";

import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { type BodyReader, readableBody } from "@/lib/delivery/raw-body";

/** The kept headers of the request, without credentials and masked numbers, as in the body. Null if they were not kept. */
export async function Headers({ headers, reader }: { headers: Record<string, string> | null; reader: BodyReader }) {
  const t = await getTranslations("deliveries.detail");
  if (headers === null) {
    return (
      <Card title={t("headers")}>
        <p className="text-muted">{t("headersNone")}</p>
      </Card>
    );
  }
  const { text } = await readableBody(Buffer.from(JSON.stringify(headers)), null, reader);
  return (
    <Card title={t("headers")} description={t("headersDescription")}>
      <CodeBlock code={text} label={t("headers")} className="mt-1" />
    </Card>
  );
}
