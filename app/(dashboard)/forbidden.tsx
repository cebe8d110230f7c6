import { ForbiddenMessage } from "@/components/page-message";

export default function Forbidden() {
  return <ForbiddenMessage />;
}
