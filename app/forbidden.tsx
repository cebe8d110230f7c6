"use client";

import { ForbiddenMessage } from "@/components/forbidden-message";

export default function Forbidden() {
  return (
    <main>
      <ForbiddenMessage />
    </main>
  );
}
