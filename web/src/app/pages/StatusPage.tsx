import { StatusView } from "@/features/status/StatusView";
import { useStatusWords } from "@/features/status/words";

import { useTitle } from "../useTitle";

/** How the server is doing. */
export default function StatusPage() {
  const words = useStatusWords();
  useTitle(words.title);
  return (
    <section className="server-status">
      <h1 tabIndex={-1}>{words.title}</h1>
      <StatusView />
    </section>
  );
}
