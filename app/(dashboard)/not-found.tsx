import { NotFoundMessage } from "@/components/page-message";

export default function NotFound() {
  return <NotFoundMessage />;
}
